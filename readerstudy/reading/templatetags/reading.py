"""What templates of readers need."""

from datetime import UTC, datetime

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from readerstudy.studies.language import spoken

register = template.Library()
register.filter("spoken", spoken)


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """Return a time in UTC that a script turns into the reader's own; a dash for none."""
    if at is None:
        return "–"
    utc = _("{when} UTC").format(when=date_format(localtime(at, UTC), "DATETIME_FORMAT"))
    return format_html('<time datetime="{}" data-local>{}</time>', at.isoformat(), utc)
