"""Template tags about the site."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def site_name() -> str:
    """Return what the site is called: a hospital may want a name that tells readers nothing."""
    return str(settings.SITE_NAME)
