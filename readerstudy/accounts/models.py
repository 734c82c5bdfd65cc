"""Who somebody is and how they came in. What they may do in a study is an Enrolment there, no flag here."""

import hashlib
from typing import ClassVar

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts.errors import RevocationRefused
from readerstudy.accounts.witness import tell


def digest_of(token: str) -> str:
    """What is kept of a secret: enough to recognise it, too little to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


#: Who acts at the command line.
OPERATOR = "operator@localhost"


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, *, name: str = "", language: str = ""
    ) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), name=name, language=language)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            # Whoever makes an account writes to this address; nobody can sign up with somebody else's.
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def sought(self, email: str, **among: bool) -> "User":
        """Return who has this address, or the operator, who never signs in and gets no letters.

        One statement and one person whoever is sought, so that pages do the same work for addresses that
        nobody here has.
        """
        mine = models.Q(email=email.lower(), **among)
        first = models.Case(models.When(email=email.lower(), then=0), default=1)
        found = self.filter(mine | models.Q(email=OPERATOR)).order_by(first).first()
        return found if found is not None else self.operator()

    def operator(self) -> "User":
        """Whoever has a shell on the server and gave no `--by`: they author commands and never sign in."""
        try:
            return self.get(email=OPERATOR)
        except User.DoesNotExist:
            operator = self.create_user(OPERATOR, name="Operator at the command line")
            operator.is_active = False
            operator.save(update_fields=["is_active"])
            return operator


class User(AbstractBaseUser):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    # What the person chose; empty for what their browser asks for.
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def claimed(self) -> "InvitationQuerySet":
        return self.filter(claim__isnull=False)

    def open(self) -> "InvitationQuerySet":
        """Those that can still be accepted."""
        return self.filter(claim=None, revocation=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A personal way in. The token is in the link alone; claim and revocation are rows of their own."""

    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    # Of the letters, until the person has an account.
    language = models.CharField(max_length=10, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invitation_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="invitation_expires_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation for {self.email}"

    @property
    def state(self) -> str:
        """claimed, revoked, expired or open."""
        if hasattr(self, "claim"):
            return "claimed"
        if hasattr(self, "revocation"):
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "open"

    @transaction.atomic
    def revoke(self, *, by: User, reason: str = "") -> "InvitationRevocation":
        """Make the link useless. Revoking twice is the same revocation."""
        Invitation.objects.select_for_update().get(pk=self.pk)
        if InvitationClaim.objects.filter(invitation=self).exists():
            raise RevocationRefused
        revocation, made = InvitationRevocation.objects.get_or_create(
            invitation=self, defaults={"by": by, "reason": reason}
        )
        if made:
            tell("invitation revoked", by=by, on=self, reason=reason)
        return revocation


class InvitationClaim(models.Model):
    """Somebody came in by an invitation. Once, because it is the invitation's only one."""

    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="claim")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitation_claims")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.invitation} accepted"


class InvitationRevocation(models.Model):
    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="revocation")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.invitation} revoked"


class SignInAttempt(models.Model):
    """A password that was wrong or is being checked, under the digest of what it counts for (`attempts`)."""

    scope = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"attempt at {self.at}"


class SharedCount(models.Model):
    """What all web processes counted under a key together (`shared_counts`)."""

    key = models.CharField(max_length=100, unique=True)
    count = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.count} of {self.key}"


class Scope(models.TextChoices):
    """What a token may be used for. Never more than its owner may do."""

    STUDY_READ = "study:read", _("read studies, plans and progress")
    STUDY_WRITE = "study:write", _("create and change studies that are not locked, import images, invite")
    STUDY_END = "study:end", _("lock, freeze and unblind studies, which cannot be undone")
    RESULTS_READ = "results:read", _("download bundles and reports")
    ANSWERS_WRITE = "answers:write", _("read one study as a program")

    @classmethod
    def personal(cls) -> list["Scope"]:
        """What a person can give to a token of theirs; who reads as a person reads in a browser."""
        return [scope for scope in cls if scope != cls.ANSWERS_WRITE]


class ApiToken(models.Model):
    """A key for a person's programs. Of the key itself only the beginning and the digest are kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="api_token_expires_after_it_was_made",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def state(self) -> str:
        """revoked, expired or open."""
        if hasattr(self, "revocation"):
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "open"

    @transaction.atomic
    def revoke(self, *, by: User, reason: str = "") -> "ApiTokenRevocation":
        """Make the token useless at once. Revoking twice is the same revocation."""
        revocation, made = ApiTokenRevocation.objects.get_or_create(
            token=self, defaults={"by": by, "reason": reason}
        )
        if made:
            tell("API token revoked", by=by, on=self, particulars={"name": self.name}, reason=reason)
        return revocation


class ApiTokenRevocation(models.Model):
    token = models.OneToOneField(ApiToken, on_delete=models.PROTECT, related_name="revocation")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.token} revoked"
