"""Images that readers could tell with the checkpoint are named for good, also where nothing can be done."""

import json
from pathlib import Path

import pytest

from analysis.bundle import read_bundle
from analysis.reporting.report import report
from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Study
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Source
from readerstudy.truth.told_seeds import NOISE_BITS
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    Locked,
    a_planned_study,
    a_user,
    brief,
    enrol,
    protocol_text,
    read_everything,
)
from tests.readerstudy.people import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
PUBLIC = protocol_text().replace('kind = "real"', 'kind = "real"\npublic = true', 1)
NOISE = "from noise of 32 bits"


def ended(sampler: dict[str, int], text: str = "") -> Locked:
    """A study that was read and unblinded, one source of which was generated as `sampler` says."""
    study, alice = a_planned_study(text), a_user("alice")
    Source.objects.filter(study=study, name="gan-canary").update(sampler=sampler)
    lock_study(study, by=alice, reason="ready")
    made = Locked(study=Study.objects.get(pk=study.pk), owner=alice)
    for place, name in enumerate(("rita", "ron"), start=1):
        enrol(made, name, place)
        brief(made.reading(name))
        list(read_everything(made.reading(name)))
    for step in (freeze_study, request_unblinding, confirm_unblinding):
        step(made.study, by=alice, reason="all read")
    return made


def test_noise_of_an_earlier_version_is_named_by_bundle_report_pages_and_api(tmp_path: Path) -> None:
    made = ended({"series": 5})
    bundle = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)
    assert json.loads((bundle / "study.json").read_text())["findable"] == {"short_noise": ["gan-canary"]}
    outline = report(read_bundle(bundle)).outline
    assert f"The images of gan-canary were generated {NOISE}" in outline.notice
    assert any(NOISE in paragraph for paragraph in outline.methods)
    alice = signed_in(made.owner)
    for step in ("plan", "result"):
        page = alice.get(f"/studies/{made.study.slug}/{step}/").content.decode()
        assert NOISE in page
        assert "generate them again" not in page
    assert alice.get(f"/api/studies/{made.study.slug}/plan").json()["findable"] == {
        "short_noise": ["gan-canary"]
    }


def test_noise_of_all_bits_is_not_named(tmp_path: Path) -> None:
    made = ended({"series": 5, NOISE_BITS: 128})
    bundle = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)
    assert "findable" not in json.loads((bundle / "study.json").read_text())
    assert NOISE not in report(read_bundle(bundle)).html


def test_a_public_collection_is_a_limitation_in_the_methods(tmp_path: Path) -> None:
    made = ended({}, PUBLIC)
    bundle = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)
    outline = report(read_bundle(bundle)).outline
    assert "hospital-canary" not in outline.notice
    assert any("images of hospital-canary are public" in paragraph for paragraph in outline.methods)


def test_a_masked_bundle_names_no_source(tmp_path: Path) -> None:
    made = ended({"series": 5})
    bundle = export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=True)
    assert "gan-canary" not in (bundle / "study.json").read_text()
