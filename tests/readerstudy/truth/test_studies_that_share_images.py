"""Truth that is told of one study unblinds another that shows the same images and is still being read."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from readerstudy.audit.models import Event
from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.studies.errors import ReasonMissing
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.duplicate import duplicate, rehearse
from readerstudy.truth.errors import SharesImages
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import SharedImagesApproval
from readerstudy.truth.shared_images import approve_shared_images, endangered_by
from readerstudy.truth.unblind import confirm_unblinding, is_unblinded, request_unblinding
from tests.readerstudy.factory import AUDIT, Locked, a_leader, a_locked_study, a_user, read_everything
from tests.readerstudy.people import confirm

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Locked:
    """A frozen study whose unblinding alice has asked for."""
    made = a_locked_study()
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    freeze_study(made.study, by=made.owner, reason="all read")
    request_unblinding(made.study, by=made.owner, reason="all read")
    return made


def a_locked_copy(made: Locked, owner: str = "alice") -> Study:
    """The same images in another study, which is being read."""
    leader = a_leader(owner)
    copy = duplicate(made.study, by=leader, slug="copied")
    allocate(copy, by=leader)
    keep_audit(copy, images_digest(copy), True, AUDIT, by=leader)
    lock_study(copy, by=leader, reason="ready")
    return copy


def test_drafts_rehearsals_and_frozen_studies_are_not_endangered(made: Locked) -> None:
    duplicate(made.study, by=made.owner)
    rehearse(made.study, by=made.owner)
    assert endangered_by(made.study) == []
    copy = a_locked_copy(made)
    assert endangered_by(made.study) == [copy]
    freeze_study(copy, by=made.owner, reason="all read")
    assert endangered_by(made.study) == []


def test_one_person_alone_does_not_unblind_what_another_study_shows(made: Locked) -> None:
    copy = a_locked_copy(made)
    with pytest.raises(SharesImages, match="Images of this study are also shown in copied, locked and still"):
        confirm_unblinding(made.study, by=made.owner, reason="all read")
    assert not is_unblinded(made.study)
    confirm_unblinding(made.study, by=a_user("anna"), reason="all read")
    event = Event.objects.get(stream__name=made.study.scope, verb="study unblinded")
    assert event.particulars["shares_images_with"] == [str(copy.uuid)]


def test_approval_of_a_second_person_lets_the_first_confirm(made: Locked) -> None:
    a_locked_copy(made)
    with pytest.raises(ReasonMissing):
        approve_shared_images(made.study, by=a_user("anna"), reason=" ")
    said = StringIO()
    how = {"reason": "agreed", "by": "anna@example.org", "stdout": said}
    for _ in range(2):
        call_command("approve_shared_images", "knees", **how)
    assert SharedImagesApproval.objects.count() == 1
    assert confirm_unblinding(made.study, by=made.owner, reason="all read")


def test_somebody_without_a_part_in_the_other_study_learns_no_name_of_it(made: Locked) -> None:
    copy = a_locked_copy(made, owner="olga")
    with pytest.raises(SharesImages, match=f"shown in study {copy.uuid}, locked"):
        confirm_unblinding(made.study, by=made.owner, reason="all read")


def test_exports_wait_for_a_second_person_when_a_copy_is_locked_after_the_unblinding(
    made: Locked, tmp_path: Path
) -> None:
    confirm_unblinding(made.study, by=made.owner, reason="all read")
    copy = a_locked_copy(made)
    with pytest.raises(SharesImages):
        export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)
    with pytest.raises(SharesImages):
        export_report(made.study, tmp_path / "report", by=made.owner, formats=("json",))
    export_bundle(made.study, tmp_path / "masked", by=made.owner, masked=True)
    approve_shared_images(made.study, by=a_user("anna"), reason="agreed")
    export_report(made.study, tmp_path / "report", by=made.owner, formats=("html",))
    page = (tmp_path / "report" / "report.html").read_text()
    assert "were also shown in studies that were still being read" in page
    assert str(copy.uuid) in page
    event = Event.objects.get(stream__name=made.study.scope, verb="report exported")
    assert event.particulars["shares_images_with"] == [str(copy.uuid)]


def test_the_page_names_the_other_study_and_takes_the_approval(made: Locked) -> None:
    a_locked_copy(made)
    made.people["anna"] = a_user("anna")
    anna = made.client("anna")
    confirm(anna)
    page = anna.get("/studies/knees/ending/").content.decode()
    assert "locked and still being read" in page
    assert "Approve as second person" in page
    anna.post("/studies/knees/ending/", {"verb": "approve", "reason": "agreed"})
    assert SharedImagesApproval.objects.get().by == a_user("anna")
    page = anna.get("/studies/knees/ending/").content.decode()
    assert "by Anna: agreed" in page
    assert "Approve as second person" not in page
