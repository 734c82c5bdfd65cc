"""What `studies` refuses, each with its remedy."""

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


class AlreadyEnrolled(StudyError, code="already_enrolled"):
    """This person already has a part in the study."""


class KnowsTheStudy(StudyError, code="knows_the_study"):
    """This person has worked on this study or a copy of it and cannot read it. Invite another reader."""

    to_the_person = _("You know this study from working on it or on a copy of it, so you cannot read it.")


class ReadsTheStudy(StudyError, code="reads_the_study"):
    """This person reads this study or a copy of it and cannot join its staff before the freeze."""

    to_the_person = _("You read this study or a copy of it, so you cannot join its staff before the freeze.")


class NotAnAddress(StudyError, code="not_an_address"):
    """This is not an email address. Write one such as name@hospital.example."""


class LastOwner(StudyError, code="last_owner"):
    """A study keeps at least one owner. Make somebody else an owner first."""


class WithdrawalNeedsReason(StudyError, code="withdrawal_needs_reason"):
    """A reason is needed to withdraw somebody. It is recorded in the log."""


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


class LetterNotSent(StudyError, code="letter_not_sent"):
    """The letter could not be sent. Look at EMAIL_URL and the mail server, then try again."""
