"""What each event says as a sentence, for somebody who inspects a study."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from readerstudy.audit.models import Entry

SENTENCES = {
    "study created": _("%(who)s created the study."),
    "study duplicated": _("%(who)s made this study as a copy of %(from)s."),
    "study rehearsed": _("%(who)s rehearsed the study in %(in)s."),
    "protocol revised": _("%(who)s saved version %(version)s of the protocol."),
    "images imported": _("%(who)s imported image files."),
    "images added": _("%(who)s added %(added)s images to source %(source)s."),
    "images taken out": _("%(who)s took %(taken_out)s images out of source %(source)s."),
    "labels learnt": _("%(who)s added labels to %(labelled)s images of source %(source)s."),
    "generator described": _("%(who)s recorded where the images of a source come from."),
    "plan made": _("%(who)s allocated images to %(places)s places."),
    "blinding audited": _("%(who)s ran the blinding audit. Passed: %(passed)s."),
    "blinding audit overridden": _("%(who)s overrode a failed blinding audit."),
    "study locked": _("%(who)s locked the study: protocol, images and plan became read-only."),
    "reader invited": _("%(who)s invited reader %(reader)s."),
    "reader enrolled": _("%(who)s enrolled reader %(reader)s."),
    "virtual reader enrolled": _("%(who)s enrolled virtual reader %(reader)s, a program."),
    "staff invited": _("%(who)s invited a person as %(role)s."),
    "link renewed": _("%(who)s renewed the link of an invitation."),
    "invitation readdressed": _("%(who)s addressed an invitation to another person."),
    "letter sent": _("%(who)s sent an email."),
    "person withdrawn": _("%(who)s withdrew a person (%(role)s). Their answers count: %(keep_answers)s."),
    "consent given": _("%(who)s gave consent."),
    "questionnaire filled": _("%(who)s filled in the questionnaire."),
    "instructions read": _("%(who)s read the instructions."),
    "display checked": _("%(who)s checked the display. Passed: %(passed)s."),
    "sitting opened": _("%(who)s opened a reading session."),
    "answer given": _("%(who)s answered screen %(order)s of section %(section)s."),
    "answer changed": _(
        "%(who)s changed the answer to screen %(order)s of section %(section)s (revision %(revision)s)."
    ),
    "section handed in": _("%(who)s handed in section %(section)s."),
    "practice judged": _("%(who)s finished round %(round)s of practice section %(section)s."),
    "disclosure requested": _(
        "%(who)s asked that %(recipient)s be told what image %(letter)s on screen %(number)s of section "
        "%(section)s, as %(reader)s saw it."
    ),
    "image disclosed": _("%(who)s confirmed that %(recipient)s be told the kind of one image."),
    "disclosure read": _("%(who)s read the kind of the image that was disclosed."),
    "shared images approved": _(
        "%(who)s approved that truth is told although another study shows the same images."
    ),
    "study frozen": _("%(who)s froze the study with %(responses)s answers. Data digest: %(data)s."),
    "unblinding requested": _("%(who)s requested the unblinding."),
    "study unblinded": _("%(who)s unblinded the study."),
    "bundle exported": _("%(who)s exported the data. Masked: %(masked)s."),
    "report exported": _("%(who)s exported the report. Masked: %(masked)s."),
    "reproduction exported": _("%(who)s exported the reproduction archive."),
    "audit trail exported": _("%(who)s exported the audit trail as %(format)s."),
    "run asked for": _("%(who)s started a run of kind %(kind)s."),
}
OTHERWISE = _("%(who)s: %(verb)s.")
PLATFORM = _("The platform")


class _Words(dict[str, Any]):
    """Particulars of an event; earlier versions recorded fewer."""

    def __missing__(self, name: str) -> object:
        return _("not recorded")


def sentence_of(entry: Entry, who: str) -> str:
    words = _Words({name: _plain(value) for name, value in entry.particulars.items()})
    words |= {"who": who or PLATFORM, "verb": entry.verb}
    return str(SENTENCES.get(entry.verb, OTHERWISE)) % _Words(words)


def _plain(value: Any) -> object:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else value
