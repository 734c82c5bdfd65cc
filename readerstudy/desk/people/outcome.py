"""The outcome of inviting: links, shown once, and a CSV file of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from readerstudy.errors import ReaderstudyError
from readerstudy.results.spreadsheet import csv_text, defused
from readerstudy.studies.invite import Invited
from readerstudy.studies.models import Enrolment


@dataclass(frozen=True, kw_only=True)
class Refused:
    email: str
    error: ReaderstudyError


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """A program that reads from now on, with the key that is shown once."""

    pseudonym: str
    key: str


@dataclass(kw_only=True)
class Outcome:
    """Who was invited or reminded just now, who of them by email, and what went wrong."""

    invited: list[Invited] = field(default_factory=list)
    enrolled: list[Enrolled] = field(default_factory=list)
    reminded: list[Enrolment] = field(default_factory=list)
    emailed: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def reminded_emails(self) -> list[str]:
        return [enrolment.email for enrolment in self.reminded]

    def refuse(self, email: str, error: ReaderstudyError) -> None:
        self.refused.append(Refused(email=email, error=error))
        sentence = str(error)
        self.problems.append(sentence if email in sentence else f"{email}: {sentence}")


def csv_address(invited: Sequence[Invited]) -> str:
    """The links as a CSV file inside an address: kept nowhere, they could not be asked for later."""
    rows = ((one.enrolment.pseudonym, one.enrolment.email, one.enrolment.role, one.link) for one in invited)
    text = csv_text([("reader", "email", "role", "link"), *(map(defused, row) for row in rows)], end="\r\n")
    return "data:text/csv;charset=utf-8," + quote(text)
