"""The addresses for operators, monitoring and security reports."""

from datetime import timedelta
from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from readerstudy.desk.operations.readiness import can_serve, readiness

SECURITY_TXT_DAYS = 180


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer if the process runs. Checks nothing else: a restart would not repair a database."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """The process can serve: database, migrations and storage are there. Names a missing worker as well."""
    found = readiness()
    return JsonResponse({"ready": can_serve(found), **found}, status=200 if can_serve(found) else 503)


@never_cache
@require_safe
def working(request: HttpRequest) -> HttpResponse:
    """Also check that a worker is running; for monitoring, not for a load balancer."""
    found = readiness()
    return JsonResponse({"working": all(found.values()), **found}, status=200 if all(found.values()) else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Metrics for Prometheus, with METRICS_TOKEN as bearer."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(token.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse("Send METRICS_TOKEN as a bearer token.\n", status=401, content_type="text/plain")
    from prometheus_client import CONTENT_TYPE_LATEST

    from readerstudy.desk.operations.metrics import exposition

    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a vulnerability (RFC 9116)."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + timedelta(days=SECURITY_TXT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
