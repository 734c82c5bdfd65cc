from django.utils.translation import gettext_lazy as _

from readerstudy.errors import ReaderstudyError


class StudyError(ReaderstudyError, code="study_error"):
    """The study could not do that."""


class NotALeader(StudyError, code="not_a_leader", status=403):
    """You don't have permission to create studies. Ask an owner of a study or the operator of this server."""


class StudyIsLocked(StudyError, code="study_is_locked"):
    """The study is locked; what was locked cannot change. Duplicate the study to change it."""


class StudyIsNotLocked(StudyError, code="study_is_not_locked"):
    """The study is not locked yet. Lock it first, on its page Lock or with manage.py lock_study STUDY."""


class StudyIsFrozen(StudyError, code="study_is_frozen"):
    """The study is frozen; no answer is taken any more and nobody can be invited."""


class SlugIsTaken(StudyError, code="slug_is_taken"):
    """There is a study of that short name already. Choose another."""


class NotAShortName(StudyError, code="not_a_short_name"):
    """A short name has up to 80 letters, digits and hyphens, begins with no hyphen, and is not "new"."""


class NoPlaceLeft(StudyError, code="no_place_left"):
    """Every place of the plan is taken. Withdraw a reader, or plan a study with more places."""


class NoSuchArm(StudyError, code="no_such_arm", status=422):
    """The protocol has no arm of this name."""


class ArmIsForReaders(StudyError, code="arm_is_for_readers", status=422):
    """An arm is for readers. Leave it out when you invite staff."""


class AlreadyEnrolled(StudyError, code="already_enrolled"):
    """This person already has a part in the study."""


class KnowsTheStudy(StudyError, code="knows_the_study"):
    """This person has worked on this study or a copy of it and cannot read it. Invite another reader."""

    to_the_person = _("You know this study from working on it or on a copy of it, so you cannot read it.")


class ReadsTheStudy(StudyError, code="reads_the_study"):
    """This person reads this study or a copy of it and cannot join its staff before the freeze."""

    to_the_person = _("You read this study or a copy of it, so you cannot join its staff before the freeze.")


class HasReadTheStudy(StudyError, code="has_read_the_study"):
    """This person has read the study and left it. A person reads a study once. Invite somebody else."""

    to_the_person = _("You have read this study and left it, so you cannot read it again.")


class MonitorsTheStudy(StudyError, code="monitors_the_study"):
    """This person was told interim results of this study or a copy of it and can take no other part."""

    to_the_person = _("You monitor this study or a copy of it, so you can take no other part in it.")


class IsNotIndependent(StudyError, code="is_not_independent"):
    """A monitor has no other part in the study or a copy of it, now or before. Invite somebody else."""

    to_the_person = _("You have had another part in this study, so you cannot be its monitor.")


class NothingToMonitor(StudyError, code="nothing_to_monitor"):
    """The locked protocol plans no looks before the end, so there is nothing to monitor."""


class OneMonitor(StudyError, code="one_monitor"):
    """The study has a monitor. Withdraw them before you invite another."""


class HoldsAProgram(StudyError, code="holds_a_program"):
    """This person holds the key of a program that reads this study or a copy of it and cannot analyse it."""

    to_the_person = _("You hold the key of a program that reads this study, so you cannot analyse it.")


class HolderIsInTheStudy(StudyError, code="holder_is_in_the_study"):
    """Somebody who reads or analyses the study cannot hold the key of a program that reads it."""


class NoSuchHolder(StudyError, code="no_such_holder"):
    """Nobody here has this email address. Invite them first."""


class ImagesStayInside(StudyError, code="images_stay_inside"):
    """The locked protocol does not let images be sent to an outside endpoint."""


class NoProgram(StudyError, code="no_program"):
    """No program is enrolled in this study. Enrol one first."""


class NotAnAddress(StudyError, code="not_an_address"):
    """This is not an email address. Write one such as name@hospital.example."""


class LastOwner(StudyError, code="last_owner"):
    """A study keeps at least one owner. Make somebody else an owner first."""


class ReasonMissing(StudyError, code="reason_missing", status=422):
    """A reason is needed. It is recorded in the log."""


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing


class AcceptedAlready(StudyError, code="accepted_already"):
    """This person has accepted the invitation and needs no other link."""


class ChangeItInTheText(StudyError, code="change_it_in_the_text"):
    """The text is written in a way that no form can change without disturbing it. Change it in the text."""


class ProtocolHasMovedOn(StudyError, code="protocol_has_moved_on"):
    """Somebody else has saved the protocol since this page was opened. Compare both before saving again."""


class ReadersDoNotLead(StudyError, code="readers_do_not_lead"):
    """Only staff can be invited with the right to create studies. Choose another role or leave it out."""


class NothingToRemind(StudyError, code="nothing_to_remind"):
    """Whoever is to be reminded has nothing left to do."""


class EmailNotSent(StudyError, code="letter_not_sent"):
    """The email could not be sent. Check EMAIL_URL and the mail server, then try again."""
