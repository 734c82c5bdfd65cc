"""What happens around every request for those who run the server."""

import logging
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]
access = logging.getLogger("readerstudy.access")


class ProbesNameAnyHost:
    """Load balancers and Prometheus ask a container by its address, which is in no ALLOWED_HOSTS.

    The answers do not depend on the host, so the name asked for makes no difference.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.host = urlsplit(settings.SITE_URL).netloc

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/health/") or request.path == "/metrics":
            request.META["HTTP_HOST"] = self.host
        return self.get_response(request)


class NoteRequests:
    """Count requests for Prometheus and write one line each where ACCESS_LOG asks for it.

    Both name a page by its route, such as `api/reading/pixels/<token:token>`: no token, study or query.
    """

    def __init__(self, get_response: Answer) -> None:
        if not settings.METRICS_TOKEN and not settings.ACCESS_LOG:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = self.get_response(request)
        took_s = time.perf_counter() - begun
        page = request.resolver_match.route if request.resolver_match else "(none)"
        if settings.METRICS_TOKEN:
            _count(page, request.method or "", response.status_code, took_s)
        if settings.ACCESS_LOG:
            fields = {
                "method": request.method,
                "page": page,
                "status": response.status_code,
                "ms": round(1000 * took_s),
            }
            access.info("%(method)s %(page)s %(status)s %(ms)s ms", fields, extra={"fields": fields})
        return response


def _count(page: str, method: str, status: int, took_s: float) -> None:
    from readerstudy.desk.operations.metrics import REQUESTS, SECONDS

    REQUESTS.labels(
        page, method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other", status
    ).inc()
    SECONDS.labels(page).observe(took_s)
