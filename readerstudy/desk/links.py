"""What came of inviting: links that are shown once, and a list of them to take away."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from urllib.parse import quote

from readerstudy.studies.invite import Invited
from readerstudy.studies.models import Enrolment


@dataclass(kw_only=True)
class Outcome:
    """Who was invited or reminded just now, what went wrong, and which addresses are still to mend."""

    invited: list[Invited] = field(default_factory=list)
    reminded: list[Enrolment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    to_mend: list[str] = field(default_factory=list)


def csv_address(invited: Sequence[Invited]) -> str:
    """The links as a CSV file inside an address: kept nowhere, they could not be asked for later."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("reader", "email", "role", "link"))
    for one in invited:
        enrolment = one.enrolment
        writer.writerow((enrolment.pseudonym, enrolment.email, enrolment.role, one.link))
    return "data:text/csv;charset=utf-8," + quote(text.getvalue())
