"""What staff read in the log before the unblinding cannot be turned into the truth by trying."""

import hashlib
from itertools import combinations

import pytest

from readerstudy.audit.models import Audience
from readerstudy.studies.models import Study
from readerstudy.truth.models import Provenance
from tests.readerstudy.audit.reading_the_log import visible_in
from tests.readerstudy.factory import CALLS, a_planned_study, protocol_text

pytestmark = pytest.mark.django_db


def as_the_first_edition(rows: list[tuple[str, str]]) -> str:
    hasher = hashlib.sha256()
    for source, digest in sorted(rows):
        hasher.update(f"{source}\x1f{digest}\n".encode())
    return hasher.hexdigest()


def told(study: Study) -> str:
    entries = visible_in(study.scope, audience=Audience.STAFF)
    (audit,) = (entry for entry in entries if entry.verb == "blinding audited")
    return str(audit.particulars["images"])


def test_which_images_are_real_cannot_be_tried_out_against_the_digest_of_the_audit() -> None:
    study = a_planned_study(protocol_text(sections=CALLS))
    rows = Provenance.objects.filter(source__study=study).values_list("source__name", "image__digest")
    digests = sorted({digest for _, digest in rows})
    real = sum(name == "hospital-canary" for name, _ in rows)
    others = sorted({name for name, _ in rows} - {"hospital-canary"})
    guesses = {
        as_the_first_edition(
            [("hospital-canary" if digest in chosen else others[0], digest) for digest in digests]
        )
        for chosen in combinations(digests, real)
    }
    assert as_the_first_edition(list(rows)) != told(study)
    assert told(study) not in guesses


def test_two_studies_of_the_same_images_show_different_digests() -> None:
    digests = {told(a_planned_study(protocol_text(sections=CALLS), slug=slug)) for slug in ("knees", "hips")}
    assert len(digests) == 2
