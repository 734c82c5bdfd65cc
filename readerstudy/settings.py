"""The one settings file. Everything that differs between machines comes from the environment.

`READERSTUDY_ENV` is `development` (the default) or `production`. Production starts only when every
secret and address it needs is given; nothing falls back to a default there.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from readerstudy.environment import (
    PRODUCTION,
    from_environment,
    hospital_provider,
    number_from_environment,
    secret_key,
    switch_from_environment,
)

PACKAGE = Path(__file__).resolve().parent
BASE_DIR = PACKAGE.parent
# In a checkout templates, static files and data are beside the package. Where it is installed, the first two
# are within it, and data must not be: an upgrade replaces the whole folder.
INSTALLED = (PACKAGE / "templates").is_dir()
RESOURCES = PACKAGE if INSTALLED else BASE_DIR

DEBUG = not PRODUCTION and os.environ.get("READERSTUDY_DEBUG", "0") == "1"

SECRET_KEY = secret_key()
# The keys before it, newest first: sessions, seals of the audit log and authenticator secrets outlive it.
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
# Hashes that are compared for years, such as those of patients, stay what they are when the key changes.
ELDEST_SECRET_KEY = [SECRET_KEY, *SECRET_KEY_FALLBACKS][-1]
# Where a line about the audit log's end goes every day, who stamps it (RFC 3161), and whom to trust with it.
AUDIT_ENDS_FILE, AUDIT_ENDS_MAIL = (os.environ.get(f"AUDIT_ENDS_{name}", "") for name in ("FILE", "MAIL"))
AUDIT_STAMP_URL, AUDIT_STAMP_ROOTS = (os.environ.get(f"AUDIT_STAMP_{name}", "") for name in ("URL", "ROOTS"))
ALLOWED_HOSTS = from_environment(
    "ALLOWED_HOSTS",
    development="127.0.0.1,localhost,[::1],testserver",
    what="the host names the platform answers to, separated by commas",
).split(",")
SITE_URL = from_environment(
    "SITE_URL", development="http://127.0.0.1:8000", what="the address that invitation links begin with"
).rstrip("/")
# What people read in the tab, the header and in email. Readers need not learn which software this is.
SITE_NAME = os.environ.get("SITE_NAME", "readerstudy")
if PRODUCTION and not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}; in production it has to begin with https://.")
DATA = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "readerstudy"
HOME = Path(os.environ.get("READERSTUDY_HOME") or (DATA if INSTALLED else BASE_DIR / "var"))
HOME.mkdir(parents=True, exist_ok=True)
# Opens the secrets of studies. It lies beside HOME, not in it, so that no backup of HOME holds it.
SECRETS_KEY_FILE = Path(
    from_environment(
        "SECRETS_KEY_FILE",
        development=str(HOME.resolve().with_name(f"{HOME.resolve().name}.key")),
        what="a file outside the database, created on first use, with a backup of its own",
    )
)
if PRODUCTION and SECRETS_KEY_FILE.resolve().is_relative_to(HOME.resolve()):
    raise ImproperlyConfigured(
        f"SECRETS_KEY_FILE is {str(SECRETS_KEY_FILE)!r}, inside READERSTUDY_HOME, which "
        "backups copy. Keep it elsewhere, such as /etc/readerstudy/secrets.key."
    )

# --- Applications: the rooms of docs/architecture.md, ground floor first ----------------------------

ROOMS = (
    *("accounts", "web", "audit", "imaging", "studies"),
    *("reading", "truth", "results", "synthesis", "desk"),
)
INSTALLED_APPS = [
    *(f"readerstudy.{room}" for room in ROOMS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "readerstudy.desk.apps.StaticFiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "drf_spectacular",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "readerstudy.desk.operations.middleware.ProbesNameAnyHost",
    "readerstudy.desk.operations.middleware.NoteRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "readerstudy.accounts.language.Languages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "readerstudy.accounts.middleware.Policies",
    "readerstudy.accounts.middleware.PrivateAnswers",
    "readerstudy.accounts.middleware.SessionEnds",
    "readerstudy.accounts.middleware.SecondFactorRequired",
    "allauth.account.middleware.AccountMiddleware",
    "readerstudy.accounts.middleware.NothingToConfirmWith",
]

ROOT_URLCONF = "readerstudy.urls"
WSGI_APPLICATION = "readerstudy.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RESOURCES / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Otherwise leaders alone: `manage.py invite_leader`, or an owner who has the right and invites them with it.
EVERYONE_CREATES_STUDIES = switch_from_environment("EVERYONE_CREATES_STUDIES", default=False)

# Bytes of images and waiting uploads; 0 is no limit. An account's quota is over all its studies.
STUDY_QUOTA_GIB = number_from_environment("STUDY_QUOTA_GIB", 100)
ACCOUNT_QUOTA_GIB = number_from_environment("ACCOUNT_QUOTA_GIB", 200)

# --- Data -------------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    # FULL: what was acknowledged survives a power cut as well as a killed process.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; "
    # INSERT OR REPLACE removes rows: with this, the triggers of guarded tables see it.
    "PRAGMA recursive_triggers=ON;",
}

PREPARED_AFTER = 3  # executions; whatever a process asks again and again is planned once
POOL_WAIT_S = 30  # as long as SQLite waits for its lock


def database() -> dict[str, object]:
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{HOME / 'readerstudy.sqlite3'}"
    config: dict[str, object] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["OPTIONS"] = SQLITE_OPTIONS
        # A file, because threads that share a database in memory lock one another out at once.
        config["TEST"] = {"NAME": str(HOME / "test.sqlite3")}
    elif config["ENGINE"] == "django.db.backends.postgresql":
        config |= postgresql(config)
    else:
        raise ImproperlyConfigured(
            "DATABASE_URL has to begin with sqlite:/// or postgresql://; no other database is supported."
        )
    return config


def postgresql(config: dict[str, Any]) -> dict[str, object]:
    """Add how to speak to PostgreSQL.

    Statements are prepared, unless a pooler such as PgBouncer gives each transaction another session. They
    read a few rows of many tables, and are not compiled: where the server estimates many, that takes longest.
    """
    pooler = switch_from_environment("DATABASE_POOLER", default=False)
    most = number_from_environment("DATABASE_CONNECTIONS", 0)
    options = dict(config.get("OPTIONS", {}))
    if not pooler:
        options |= {"server_side_binding": True, "prepare_threshold": PREPARED_AFTER}
        options["options"] = f"{options.get('options', '')} -c jit=off".strip()
    changed = {"OPTIONS": options, "DISABLE_SERVER_SIDE_CURSORS": pooler}
    if most:
        options["pool"] = {"min_size": 1, "max_size": most, "timeout": POOL_WAIT_S}
        changed["CONN_MAX_AGE"] = 0
    return changed


def image_storage() -> dict[str, object]:
    """Configure the storage of pixel buffers: a folder, or `s3://bucket/prefix?endpoint=URL`."""
    url = os.environ.get("STORAGE_URL")
    parts = urlsplit(url or "")
    if not url or (parts.scheme == "file" and not parts.netloc and parts.path):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": parts.path or HOME / "images"},
        }
    if parts.scheme != "s3" or not parts.netloc:
        raise ImproperlyConfigured(
            f"STORAGE_URL is {url!r}; it has to be file:///folder or s3://bucket/prefix?endpoint=URL."
        )
    endpoint = parse_qs(parts.query).get("endpoint", [""])[0]
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "endpoint_url": endpoint or None,
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": True,
        },
    }


DATABASES = {"default": database()}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "files"},
    },
    "images": image_storage(),
    "staticfiles": {"BACKEND": "readerstudy.web.static_storage.StaticStorage"},
}
if not PRODUCTION:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

#: Making images may take hours, and nothing else waits behind it.
QUEUES = ["default", "generation"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": QUEUES}}

# --- People -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["readerstudy.accounts.backend.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 2 * 3600

IDLE_MINUTES = number_from_environment("IDLE_MINUTES", 60 if PRODUCTION else 720)
LONGEST_SESSION_DAYS = 7  # however busy
SESSION_ENGINE = "readerstudy.accounts.session_store"
SESSION_COOKIE_AGE = LONGEST_SESSION_DAYS * 24 * 3600
LOCKOUT_MINUTES = 15
# Asked of those whose role needs it (accounts/second_factor.py); the demo goes without.
REQUIRE_SECOND_FACTOR = switch_from_environment("REQUIRE_SECOND_FACTOR", default=PRODUCTION)

ACCOUNT_ADAPTER = "readerstudy.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # of a form that is never shown: people come by invitation
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is verified by the invitation that went there
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # people hear of every change of how they sign in
ACCOUNT_SESSION_REMEMBER = True  # a reader who closes the browser comes back to the same trial
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]  # never a mailed code: a mailbox open nearby has it
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
FIRST_PASSWORD_MINUTES = 15  # how long after signing in somebody without a password may choose one
ACCOUNT_FORMS = {
    "change_password": "readerstudy.accounts.allauth_forms.ChangePasswordForm",
    "request_login_code": "readerstudy.accounts.allauth_forms.AskForCodeForm",
    "reset_password": "readerstudy.accounts.allauth_forms.AskForResetForm",
    "reset_password_from_key": "readerstudy.accounts.allauth_forms.ResetPasswordForm",
    "set_password": "readerstudy.accounts.allauth_forms.SetPasswordForm",
}
ACCOUNT_RATE_LIMITS = {
    "login_failed": None,  # readerstudy.accounts.attempts counts those
    "login": "120/m/ip",  # a clinic shares one address
    "request_login_code": "60/m/ip,6/m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = number_from_environment("TRUSTED_PROXIES", 1 if PRODUCTION else 0)
MFA_ADAPTER = "readerstudy.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a code that changes while it is typed still works
MFA_FORMS = {"add_webauthn": "readerstudy.accounts.allauth_forms.AddPasskeyForm"}
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

# --- Hospital sign-in: an identity provider that speaks OpenID Connect, if one is named -----------------

OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "").rstrip("/")
SOCIALACCOUNT_ADAPTER = "readerstudy.accounts.hospital_sign_in.HospitalAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
OIDC_ORIGINS: list[str] = []
if OIDC_ISSUER:
    if PRODUCTION and not OIDC_ISSUER.startswith("https://"):
        raise ImproperlyConfigured(
            f"OIDC_ISSUER is {OIDC_ISSUER!r}; in production it has to begin with https://."
        )
    missing = [name for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET") if not os.environ.get(name)]
    if missing:
        raise ImproperlyConfigured(f"{' and '.join(missing)} must be set because OIDC_ISSUER is.")
    OIDC_ORIGINS = ["://".join(urlsplit(OIDC_ISSUER)[:2])]
    SOCIALACCOUNT_PROVIDERS = hospital_provider(
        OIDC_ISSUER,
        name=os.environ.get("OIDC_NAME") or "hospital account",
        client=os.environ["OIDC_CLIENT_ID"],
        secret=os.environ["OIDC_CLIENT_SECRET"],
    )

# Failed attempts are counted where all web processes see them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Counted at each picture and each answer: in memory, and shared in batches (accounts/shared_counts.py).
    "throttle": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- Mail, language, time ---------------------------------------------------------------------------

EMAIL_CONFIG = os.environ.get("EMAIL_URL", "")
if PRODUCTION or EMAIL_CONFIG:
    mail = urlsplit(
        from_environment("EMAIL_URL", development="", what="smtp://user:password@host:587, or smtps://")
    )
    if mail.scheme not in ("smtp", "smtps") or not mail.hostname:
        raise ImproperlyConfigured("EMAIL_URL has to be smtp://user:password@host:587, or smtps://.")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = mail.hostname, mail.port or (465 if mail.scheme == "smtps" else 587)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(mail.username or ""), unquote(mail.password or "")
    # A relay within the house may speak no TLS: smtp://relay:25?tls=no, as somebody's decision.
    unsafe = parse_qs(mail.query).get("tls") == ["no"]
    if mail.query and (not unsafe or mail.scheme == "smtps"):
        raise ImproperlyConfigured(
            f"EMAIL_URL ends in ?{mail.query}; nothing or ?tls=no may stand there, that after smtp:// alone."
        )
    EMAIL_USE_SSL, EMAIL_USE_TLS = mail.scheme == "smtps", mail.scheme == "smtp" and not unsafe
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME / "mail"
EMAIL_TIMEOUT = 10  # seconds; whoever sends a letter waits for it
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "readerstudy@localhost")

# Languages of everything that readers meet, and of email; docs/translating.md says how to add one.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")]
LANGUAGE_CODE = "en"
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = ["readerstudy.locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = PRODUCTION
TIME_ZONE = "UTC"

# --- Static files -----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [RESOURCES / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION

# Packed images are handed to nginx as files by X-Accel-Redirect; docs/operations.md has its configuration.
PIXELS_BY_NGINX = switch_from_environment("PIXELS_BY_NGINX", default=False)
PACKED_FOLDER = Path(os.environ.get("PACKED_FOLDER") or HOME / "packed")

# --- The server's log -------------------------------------------------------------------------------

LOG_FORMAT = os.environ.get("LOG_FORMAT") or "line"
if LOG_FORMAT not in {"line", "json"}:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}; it has to be line or json.")
ACCESS_LOG = switch_from_environment("ACCESS_LOG", default=False)

# Django's own shows errors with DEBUG only; here they are on standard error wherever the server runs.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "readerstudy.logs.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "readerstudy.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "level": "WARNING"},
        "access": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
    },
    "root": {"handlers": ["stderr"]},
    "loggers": {
        "readerstudy.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        "django": {"handlers": []},
        "django.request": {"level": "ERROR"},
        # Every scanner of the internet asks for some other host.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

# --- For those who run the server --------------------------------------------------------------------

METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
if METRICS_TOKEN:
    if len(METRICS_TOKEN) < 20:
        raise ImproperlyConfigured("METRICS_TOKEN needs at least 20 characters, at random.")
    METRICS_FOLDER = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(HOME / "metrics")))
    METRICS_FOLDER.mkdir(parents=True, exist_ok=True)

SECURITY_CONTACT = os.environ.get("SECURITY_CONTACT", "")
if SECURITY_CONTACT and not SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")):
    raise ImproperlyConfigured(
        f"SECURITY_CONTACT is {SECURITY_CONTACT!r}; it has to begin with mailto:, https:// or tel:."
    )

# --- Interfaces for programs ------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "readerstudy.web.authentication.ApiTokenAuthentication",
        "readerstudy.web.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "readerstudy.web.authentication.TokenScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "readerstudy.web.negotiation.OneFormat",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "readerstudy",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # What a source is and what a reader calls an image are the same two words.
    "ENUM_NAME_OVERRIDES": {
        "RealOrSynthetic": ["real", "synthetic"],
        "RunState": ["waiting", "running", "vanished", "cancelled", "failed", "finished"],
    },
}

# --- Behaviour on the wire --------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "base-uri": ["'none'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'", *OIDC_ORIGINS],  # browsers hold a form to it through redirects as well
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "data:", "blob:"],
        "manifest-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],  # the width of a bar that shows a number
        "worker-src": ["'self'", "blob:"],
    }
}
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]  # asked for within the house
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [SITE_URL]
