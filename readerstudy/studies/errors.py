"""What `studies` refuses, each with its remedy."""

from readerstudy.errors import ReaderstudyError


class StudyError(ReaderstudyError):
    """The study could not do that."""


class NotALeader(StudyError):
    """You don't have permission to create studies. Ask an owner of a study or the operator of this server."""


class StudyIsLocked(StudyError):
    """The study is locked; what was locked cannot change. Duplicate the study to change it."""


class StudyIsNotLocked(StudyError):
    """The study is not locked yet. Lock it first, on its page Lock or with manage.py lock_study STUDY."""


class StudyIsFrozen(StudyError):
    """The study is frozen; no answer is taken any more and nobody can be invited."""


class SlugIsTaken(StudyError):
    """There is a study of that short name already. Choose another."""


class NotAShortName(StudyError):
    """A short name has up to 80 letters, digits and hyphens, begins with no hyphen, and is not "new"."""


class NoPlaceLeft(StudyError):
    """Every place of the plan is taken. Withdraw a reader, or plan a study with more places."""


class AlreadyEnrolled(StudyError):
    """This person already has a part in the study."""


class KnowsTheStudy(StudyError):
    """This person has worked on this study or a copy of it and cannot read it. Invite another reader."""

    to_the_person = "You know this study from working on it or on a copy of it, so you cannot read it."


class ReadsTheStudy(StudyError):
    """This person reads this study or a copy of it and cannot join its staff before the freeze."""

    to_the_person = "You read this study or a copy of it, so you cannot join its staff before the freeze."


class NotAnAddress(StudyError):
    """This is no e-mail address. Write one such as name@hospital.example."""


class LastOwner(StudyError):
    """A study keeps at least one owner. Make somebody else an owner first."""


class WithdrawalNeedsReason(StudyError):
    """A reason is needed to withdraw somebody. It goes into the record."""


class AcceptedAlready(StudyError):
    """This person has accepted the invitation and needs no other link."""


class ChangeItInTheText(StudyError):
    """The text is written in a way that no form can change without disturbing it. Change it in the text."""


class ProtocolHasMovedOn(StudyError):
    """Somebody else has saved the protocol since this page was opened. Compare both before saving again."""


class ReadersDoNotLead(StudyError):
    """Only staff can be invited with the right to create studies. Choose another role or leave it out."""


class NothingToRemind(StudyError):
    """Whoever is to be reminded has nothing left to do."""


class LetterNotSent(StudyError):
    """The letter could not be sent. Look at EMAIL_URL and the mail server, then try again."""
