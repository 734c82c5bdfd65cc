"""A reader's copy of what they agreed to, as a PDF.

It names the text by a digest of the text alone: one of the whole protocol would let a reader who guesses at a
published design find out which sections are still to come.
"""

import json
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from readerstudy.audit.chain import digest_of_text
from readerstudy.audit.models import Event
from readerstudy.reading.steps import document_of
from readerstudy.studies.language import spoken
from readerstudy.studies.models import Enrolment

LONGEST_ZONE = 60
# The text is read as data, so that nothing in it is ever read as typst.
TEMPLATE = """\
#let copy = json("copy.json")
#set page(paper: "a4", margin: 2.5cm, numbering: "1 / 1")
#set text(size: 11pt, lang: copy.lang)
#set par(justify: false, leading: 0.75em, spacing: 1.3em)
#set document(title: copy.title)
= #copy.title
#v(1em)
#for part in copy.parts [#part #parbreak()]
#v(1em)
#line(length: 100%, stroke: 0.5pt)
#set text(size: 9pt)
#for fact in copy.facts [#fact #parbreak()]
"""


def consent_copy(enrolment: Enrolment, *, zone: str = "") -> bytes:
    """Return the PDF, in the language that was agreed in whatever is spoken now.

    `zone` is the reader's time zone as their browser names it; an unknown one is UTC.
    """
    import typst  # a reading server starts without it

    document = document_of(enrolment)
    given = Event.objects.filter(stream__name=enrolment.stream, verb="consent given").first()
    language = given and given.particulars.get("language")
    with override(language or get_language()):
        content = {
            "title": spoken(document.public_title),
            "lang": str(get_language()).partition("-")[0],
            "parts": [part for part in spoken(document.consent).split("\n\n") if part.strip()],
            "facts": _facts(enrolment, zone),
        }
    files = {"main.typ": TEMPLATE.encode(), "copy.json": json.dumps(content, ensure_ascii=False).encode()}
    made = typst.compile(files, format="pdf", ignore_system_fonts=True)  # type: ignore[call-overload]
    return bytes(made)


def _facts(enrolment: Enrolment, zone: str) -> list[str]:
    given, person, document = getattr(enrolment, "consent", None), enrolment.person, document_of(enrolment)
    digest = given.text_digest if given else digest_of_text(document.consent)
    agreed = (
        _("{name} agreed to this text on {when}.").format(
            name=str(person or enrolment.email), when=_moment(given.at, zone)
        )
        if given
        else _("Not agreed to yet.")
    )
    return [
        agreed,
        _("The text has been fixed since {day}.").format(day=date_format(enrolment.study.lock.at)),
        _("SHA-256 of the text in the study's first language: {digest}").format(digest=digest),
        *([_("Contact: {contact}").format(contact=spoken(document.contact))] if document.contact else []),
    ]


def _moment(at: datetime, zone: str) -> str:
    """A time on the reader's clock, beside it in UTC."""
    utc = _("{when} UTC").format(when=date_format(localtime(at, UTC), "DATETIME_FORMAT"))
    here = known_zone(zone)
    if here is None:
        return utc
    local = date_format(localtime(at, here), "DATETIME_FORMAT")
    return _("{local} ({zone}), which is {utc}").format(local=local, zone=zone, utc=utc)


def known_zone(name: str) -> tzinfo | None:
    """The time zone of a name that anybody may have sent, if there is one."""
    try:
        return ZoneInfo(name) if 0 < len(name) <= LONGEST_ZONE else None
    except (KeyError, ValueError, OSError):  # not found, not a relative path, a folder of zones
        return None
