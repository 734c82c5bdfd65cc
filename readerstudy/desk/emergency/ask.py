"""Ask for the disclosure of one image."""

from collections.abc import Mapping
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.models import Study
from readerstudy.truth.disclose import Case, request_disclosure
from readerstudy.truth.models import DisclosureRequest


def ask_for_disclosure(study: Study, given: Mapping[str, Any], *, by: User) -> DisclosureRequest:
    said = dict(given)
    case = Case(**{name: said.pop(name) for name in ("reader", "section", "number", "letter")})
    return request_disclosure(study, case, **said, by=by)
