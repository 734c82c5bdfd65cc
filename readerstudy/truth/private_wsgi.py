"""The platform as the private server runs it: a proxy's headers stand in each request, as in production.

Production answers nobody who asks for another host or without TLS. Virtual readers come over 127.0.0.1, so
what the proxy of the installation would add is added here. It is imported before Django is set up: no
package around it may import models.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from readerstudy.wsgi import application as platform


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    site = urlsplit(settings.SITE_URL)
    forwarded = ", ".join([environ["REMOTE_ADDR"]] * max(1, settings.ALLAUTH_TRUSTED_PROXY_COUNT))
    environ |= {
        "HTTP_HOST": site.netloc,
        "HTTP_REFERER": f"{settings.SITE_URL}/",
        "HTTP_X_FORWARDED_FOR": forwarded,
        "HTTP_X_FORWARDED_PROTO": site.scheme,
    }
    return platform(environ, start_response)
