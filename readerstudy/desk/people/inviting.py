"""Invite, remind, replace and withdraw people and email them; shared by page, command and API."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from readerstudy.accounts.models import User
from readerstudy.desk.people.outcome import Outcome
from readerstudy.desk.people.queries import people_of, unfinished, unfinished_readers
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.errors import ArmIsForReaders, EmailNotSent, NothingToRemind, ReadersDoNotLead
from readerstudy.studies.invite import Invited, invite_reader, invite_staff, renew_link
from readerstudy.studies.mail import Post, send_invitation, send_reminder
from readerstudy.studies.models import Enrolment, Role, Study, Withdrawal
from readerstudy.studies.withdraw import replace_reader, withdraw
from readerstudy.truth.unblind import is_unblinded


def addresses_in(text: str) -> list[str]:
    """Return the addresses in a pasted list: `rita@clinic.example`, or `Rita Reader <rita@…>`."""
    found: list[str] = []
    for line in text.splitlines():
        if "<" in line and ">" in line:
            found += _bracketed_in(line)
            continue
        for part in re.split(r"[,;\t]", line):
            words = part.split()
            found += words if any("@" in word for word in words) else words and [" ".join(words)]
    return list(dict.fromkeys(found))


def _bracketed_in(line: str) -> list[str]:
    """What stands in brackets, and bare addresses between; the rest are names."""
    parts = re.split(r"<([^<>]*)>", line)
    found = []
    for index, part in enumerate(parts):
        found += [part] if index % 2 else [word for word in re.split(r"[\s,;]+", part) if "@" in word]
    return found


def invite_people(
    study: Study,
    emails: Sequence[str],
    role: str,
    *,
    by: User,
    mail: bool,
    leads: bool = False,
    language: str = "",
    arm: str = "",
) -> Outcome:
    """Invite each address, by email if `mail`, or note why it was refused.

    With `leads` staff may also create studies of their own. `language` is that of the emails, `arm` that of
    readers.
    """
    if leads and role == Role.READER:
        raise ReadersDoNotLead
    if arm and role != Role.READER:
        raise ArmIsForReaders
    outcome = Outcome()
    with _post(mail) as post:
        for email in emails:
            try:
                if role == Role.READER:
                    invited = invite_reader(study, email, by=by, language=language, arm=arm)
                else:
                    invited = invite_staff(study, email, role, by=by, language=language, leads=leads)
            except ReaderstudyError as error:
                outcome.refuse(email, error)
            else:
                _tell(invited, outcome, by=by, post=post)
    return outcome


def remind_people(people: Sequence[Enrolment], *, by: User, mail: bool) -> Outcome:
    """Email those who have accepted, and send the others a new link: links are not stored."""
    outcome = Outcome()
    with _post(mail) as post:
        for enrolment in people:
            try:
                _remind(enrolment, outcome, by=by, post=post)
            except ReaderstudyError as error:
                outcome.refuse(enrolment.email, error)
    return outcome


def _remind(enrolment: Enrolment, outcome: Outcome, *, by: User, post: Post | None) -> None:
    if enrolment.person is None:
        _tell(renew_link(enrolment, by=by), outcome, by=by, post=post)
    elif post is not None:
        if not send_reminder(enrolment, by=by, post=post):
            raise EmailNotSent
        outcome.reminded.append(enrolment)


def to_remind(study: Study, emails: Sequence[str]) -> list[Enrolment]:
    """Return the people with these addresses, or every unfinished reader where there are none."""
    if not emails:
        return unfinished_readers(study)
    known = {one.email.lower(): one for one in unfinished(study, people_of(study))}
    for email in emails:
        if email.lower() not in known:
            raise NothingToRemind(
                f"{email} has nothing left to do in this study. Waiting: {', '.join(known) or 'nobody'}."
            )
    return [known[email.lower()] for email in emails]


def replace_person(
    reader: Enrolment, email: str, *, by: User, reason: str, keep_answers: bool, mail: bool
) -> Outcome:
    """Withdraw a reader and invite somebody else to the next free place, both or neither."""
    outcome = Outcome()
    invited = replace_reader(reader, email, by=by, reason=reason, keep_answers=keep_answers)
    with _post(mail) as post:
        _tell(invited, outcome, by=by, post=post)
    return outcome


def _post(wanted: bool) -> AbstractContextManager[Post | None]:
    return Post() if wanted else nullcontext()


def _tell(invited: Invited, outcome: Outcome, *, by: User, post: Post | None) -> None:
    """Note the link in the outcome, and email it if `post` is given."""
    outcome.invited.append(invited)
    if post is None:
        return
    if send_invitation(invited, by=by, post=post):
        outcome.emailed.add(invited.enrolment.email)
    else:
        outcome.problems.append(
            f"The email to {invited.enrolment.email} could not be sent. Give them the link yourself."
        )


class ReadingIsOver(ReaderstudyError, code="reading_is_over"):
    """The study is unblinded: nobody reads any more, and the freeze has settled whose answers count."""


def withdraw_person(enrolment: Enrolment, *, by: User, reason: str, keep_answers: bool) -> Withdrawal:
    """Withdraw a person. A reader of an unblinded study has nothing left to leave."""
    is_reader = enrolment.role == Role.READER and not hasattr(enrolment, "withdrawal")
    if is_reader and is_unblinded(enrolment.study):
        raise ReadingIsOver
    return withdraw(enrolment, by=by, reason=reason, keep_answers=keep_answers)
