"""The sentence and the kind of each event, for the log and the audit trail."""

from collections.abc import Container, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from readerstudy.audit.models import Entry

ANSWERS = "answers"
#: What the log can be narrowed to.
KINDS: Mapping[str, str | Promise] = {
    ANSWERS: _("Answers"),
    "readers": _("Readers"),
    "people": _("Staff and withdrawals"),
    "images": _("Images"),
    "protocol": _("Protocol and plan"),
    "checks": _("Audit, lock, unblinding"),
    "jobs": _("Jobs and exports"),
}
#: The kind of each verb, and what it says.
SENTENCES: Mapping[str, tuple[str, str | Promise]] = {
    "study created": ("protocol", _("%(who)s created the study.")),
    "study duplicated": ("protocol", _("%(who)s made this study as a copy of %(from)s.")),
    "study rehearsed": ("protocol", _("%(who)s rehearsed the study in %(in)s.")),
    "protocol revised": ("protocol", _("%(who)s saved version %(version)s of the protocol.")),
    "images imported": ("images", _("%(who)s imported image files.")),
    "images added": ("images", _("%(who)s added %(added)s images to source %(source)s.")),
    "images taken out": ("images", _("%(who)s took %(taken_out)s images out of source %(source)s.")),
    "labels learnt": ("images", _("%(who)s added labels to %(labelled)s images of source %(source)s.")),
    "generator described": ("images", _("%(who)s recorded where the images of a source come from.")),
    "plan made": ("protocol", _("%(who)s allocated images to %(places)s places.")),
    "blinding audited": ("checks", _("%(who)s ran the blinding audit. Passed: %(passed)s.")),
    "blinding audit overridden": ("checks", _("%(who)s overrode a failed blinding audit.")),
    "study locked": ("checks", _("%(who)s locked the study: protocol, images and plan became read-only.")),
    "reader invited": ("readers", _("%(who)s invited reader %(reader)s.")),
    "reader enrolled": ("readers", _("%(who)s enrolled reader %(reader)s.")),
    "virtual reader enrolled": ("readers", _("%(who)s enrolled virtual reader %(reader)s, a program.")),
    "staff invited": ("people", _("%(who)s invited a person as %(role)s.")),
    "link renewed": ("readers", _("%(who)s renewed the link of an invitation.")),
    "invitation readdressed": ("readers", _("%(who)s addressed an invitation to another person.")),
    "letter sent": ("readers", _("%(who)s sent an email.")),
    "person withdrawn": (
        "people",
        _("%(who)s withdrew a person (%(role)s). Their answers count: %(keep_answers)s."),
    ),
    "consent given": ("readers", _("%(who)s gave consent.")),
    "questionnaire filled": ("readers", _("%(who)s filled in the questionnaire.")),
    "instructions read": ("readers", _("%(who)s read the instructions.")),
    "display checked": ("readers", _("%(who)s checked the display. Passed: %(passed)s.")),
    "sitting opened": ("readers", _("%(who)s opened a reading session.")),
    "answer given": (ANSWERS, _("%(who)s answered screen %(order)s of section %(section)s.")),
    "answer changed": (
        ANSWERS,
        _("%(who)s changed the answer to screen %(order)s of section %(section)s (revision %(revision)s)."),
    ),
    "reading stopped": ("readers", _("%(who)s stopped reading for the day.")),
    "section handed in": ("readers", _("%(who)s handed in section %(section)s.")),
    "disclosure acknowledged": ("readers", _("%(who)s read what section %(section)s discloses.")),
    "section ended early": (
        "readers",
        _("%(who)s reached the end of section %(section)s after %(answered)s screens."),
    ),
    "problem reported": (
        "readers",
        _("%(who)s reported a problem with screen %(order)s of section %(section)s: %(kind)s."),
    ),
    "practice judged": ("readers", _("%(who)s finished round %(round)s of practice section %(section)s.")),
    "disclosure requested": (
        "checks",
        _(
            "%(who)s asked that %(recipient)s be told what image %(letter)s on screen %(number)s of section "
            "%(section)s, as %(reader)s saw it."
        ),
    ),
    "image disclosed": ("checks", _("%(who)s confirmed that %(recipient)s be told the kind of one image.")),
    "disclosure read": ("checks", _("%(who)s read the kind of the image that was disclosed.")),
    "shared images approved": (
        "checks",
        _("%(who)s approved revealing the truth although another study shows the same images."),
    ),
    "look taken": (
        "checks",
        _(
            "%(who)s looked at the primary endpoint at %(answers)s answers (look %(number)s). Decision: "
            "%(decision)s. Data digest: %(data)s."
        ),
    ),
    "look found": (
        "checks",
        _("The look of %(who)s found %(estimate)s (p = %(p)s, at most %(nominal_p)s stops)."),
    ),
    "deadline moved": ("people", _("%(who)s moved the deadline to %(day)s.")),
    "study frozen": ("checks", _("%(who)s froze the study. Data digest: %(data)s.")),
    "unblinding requested": ("checks", _("%(who)s requested the unblinding.")),
    "gaze imported": (
        "jobs",
        _("%(who)s imported a gaze table: %(placed)s of %(samples)s samples on images."),
    ),
    "study unblinded": ("checks", _("%(who)s unblinded the study.")),
    "bundle exported": ("jobs", _("%(who)s exported the data. Masked: %(masked)s.")),
    "report exported": ("jobs", _("%(who)s exported the report. Masked: %(masked)s.")),
    "reproduction exported": ("jobs", _("%(who)s exported the reproduction archive.")),
    "audit trail exported": ("jobs", _("%(who)s exported the audit trail as %(format)s.")),
    "run asked for": ("jobs", _("%(who)s started a job: %(kind)s.")),
    "run finished": ("jobs", _("The job %(kind)s of %(who)s finished.")),
    "run failed": ("jobs", _("The job %(kind)s of %(who)s failed: %(error)s")),
    "run cancelled": ("jobs", _("%(who)s stopped a job.")),
    "personal data exported": ("people", _("%(who)s exported personal data.")),
    "personal data erased": ("people", _("%(who)s erased personal data.")),
    "leadership given": ("people", _("%(who)s allowed a person to create studies.")),
    "leadership withdrawn": ("people", _("%(who)s withdrew the right to create studies.")),
}
UNKNOWN = ("jobs", _("%(who)s: %(verb)s."))
PLATFORM = _("The platform")


class _Words(dict[str, Any]):
    """Particulars of an event; earlier versions recorded fewer."""

    def __missing__(self, name: str) -> object:
        return _("not recorded")


def sentence_of(entry: Entry, who: str) -> str:
    words = {name: _plain(value) for name, value in entry.particulars.items()}
    return _said(entry.verb) % _Words({**words, "who": who or PLATFORM, "verb": entry.verb})


def sentence_html(entry: Entry, who: str, titles: Mapping[str, str]) -> SafeString:
    """Return the sentence with the name of who did it set off, and sections by their titles."""
    words = {name: escape(_plain(value)) for name, value in entry.particulars.items()}
    if "section" in words:
        words["section"] = format_html("“{}”", titles.get(entry.particulars["section"], words["section"]))
    name = format_html("<strong>{}</strong>", who or PLATFORM)
    return SafeString(escape(_said(entry.verb)) % _Words({**words, "who": name, "verb": escape(entry.verb)}))


def _said(verb: str) -> str:
    return str(SENTENCES.get(verb, UNKNOWN)[1])


def kind_of(verb: str) -> str:
    return SENTENCES.get(verb, UNKNOWN)[0]


def verbs_of(kinds: Container[str]) -> list[str]:
    return [verb for verb, (kind, _sentence) in SENTENCES.items() if kind in kinds]


def verbs_said_with(text: str) -> list[str]:
    """Return the verbs whose sentence has these words, in small letters."""
    return [verb for verb, (_kind, sentence) in SENTENCES.items() if text in str(sentence).lower()]


def _plain(value: Any) -> object:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else value
