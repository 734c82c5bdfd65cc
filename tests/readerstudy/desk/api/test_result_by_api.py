"""What a program gets of an unblinded study: cases, pictures, files; and what it may look at before."""

import io
import zipfile

import pytest

from readerstudy.desk.cases import api as cases
from readerstudy.results.freeze import freeze_study
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Run, TrialImage
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.desk.api.conftest import Program, a_program
from tests.readerstudy.factory import Locked, a_planned_study, protocol_text, read_everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(knees: Locked) -> Locked:
    """Everybody has read everything, and the study is unblinded."""
    for name in ("rita", "ron"):
        list(read_everything(knees.reading(name)))
    for end in (freeze_study, request_unblinding, confirm_unblinding):
        end(knees.study, by=knees.owner, reason="all read")
    return knees


def test_cases_come_a_page_at_a_time_of_all_readers_or_of_one(
    alices: Program, ended: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "PAGE", 2)
    first = alices.get("studies/knees/cases/triples?reader=R01").json()
    assert (len(first["cases"]), first["count"]) == (2, 3)
    last = alices.get(first["next"].removeprefix("/api/")).json()
    assert (len(last["cases"]), last["next"]) == (1, None)
    shown = [image["readers"] for case in first["cases"] + last["cases"] for image in case["images"]]
    assert shown == [1] * 9
    assert alices.get("studies/knees/cases/triples?source=nothing").json()["count"] == 0


def test_a_case_leads_to_the_pictures_that_it_showed(alices: Program, ended: Locked) -> None:
    [case, *_] = alices.get("studies/knees/cases/triples").json()["cases"]
    for image in case["images"]:
        picture = alices.get(image["picture"].removeprefix("/api/"))
        assert picture.content.startswith(b"\x89PNG")
    assert alices.get("studies/knees/pictures/999999.png").status_code == 404


def test_no_number_of_a_picture_tells_when_its_image_came_first(alices: Program, ended: Locked) -> None:
    """An image keeps its row where studies share it; numbers in the order of rows tell sources apart."""
    [case, *_] = alices.get("studies/knees/cases/triples").json()["cases"]
    numbers = [int(image["picture"].rsplit("/", 1)[1].removesuffix(".png")) for image in case["images"]]
    shown = TrialImage.objects.filter(pk__in=numbers, trial__number=case["number"])
    assert shown.count() == len(numbers)
    assert {row.image_id for row in shown} != set(numbers)


def test_pictures_of_a_blinded_study_stay_closed(alices: Program) -> None:
    assert alices.get("studies/knees/pictures/1.png").json()["code"] == "still_blinded"


def test_every_file_that_the_report_names_can_be_had(alices: Program, ended: Locked) -> None:
    folder = report_folder(ended.study)
    (folder / "tables").mkdir(parents=True)
    (folder / "report.json").write_text("{}")
    (folder / "tables" / "readers.csv").write_text("reader\nR01\n")
    names = alices.get("studies/knees/report").json()["files"]
    assert names == ["report.json", "tables.zip"]
    files = {name: b"".join(alices.get(f"studies/knees/report/{name}")) for name in names}
    assert files["report.json"] == b"{}"
    assert zipfile.ZipFile(io.BytesIO(files["tables.zip"])).namelist() == ["readers.csv"]
    assert alices.get("studies/knees/report/tables").status_code == 404


def test_a_program_begins_with_a_published_protocol_after_checking_it(alices: Program) -> None:
    known = {one["name"]: one["text"] for one in alices.get("protocols").json()["protocols"]}
    checked = alices.post("protocols/check", {"text": known["cervical-quartets"]}).json()
    assert checked["problems"] == []
    assert checked["images"]
    wrong = alices.post("protocols/check", {"text": known["cervical-quartets"] + "\n[nonsense]\n"}).json()
    assert wrong["problems"]
    begun = alices.post("studies", {"text": known["cervical-quartets"], "slug": "cervix"})
    assert begun.status_code == 201


def test_every_version_of_a_protocol_says_why_and_what_it_changed(db: None) -> None:
    draft = a_planned_study(slug="draft")
    program = a_program(draft.created_by)
    before = program.get("studies/draft/protocol").json()
    revised = protocol_text().replace("seed = 7", "seed = 8")
    assert revised != before["text"]
    sent = {"text": revised, "reason": "another seed", "over": before["digest"]}
    assert program.put("studies/draft/protocol", sent).json()["version"] == 2
    newest, first = program.get("studies/draft/protocol/versions").json()["versions"]
    assert (newest["version"], newest["reason"], first["changes"]) == (2, "another seed", [])
    assert any("8" in change for change in newest["changes"])
    assert program.get("studies/draft/protocol/versions/1").json() == before
    assert program.get("studies/draft/protocol/versions/3").status_code == 404


def test_a_revision_does_not_pass_over_what_somebody_else_saved(db: None) -> None:
    draft = a_planned_study(slug="draft")
    program = a_program(draft.created_by)
    old = program.get("studies/draft/protocol").json()["digest"]
    program.put("studies/draft/protocol", {"text": protocol_text() + "# theirs\n"})
    mine = {"text": protocol_text() + "# mine\n", "over": old}
    refused = program.put("studies/draft/protocol", mine)
    assert (refused.status_code, refused.json()["code"]) == (409, "protocol_has_moved_on")


def test_a_preflight_tells_how_it_went(alices: Program, knees: Locked) -> None:
    assert alices.get("studies/knees/preflight").json()["run"] is None
    alices.post("studies/knees/preflight", {"readers": 2})
    told = alices.get("studies/knees/preflight").json()
    assert (told["run"]["state"], told["sections"]) == ("waiting", None)
    assert Run.objects.get(kind="preflight").pk == told["run"]["number"]


def test_the_images_of_a_source_can_be_looked_at(alices: Program) -> None:
    [image, *_] = alices.get("studies/knees/sources/hospital-canary/images").json()["images"]
    picture = alices.get(image["picture"].removeprefix("/api/"))
    assert picture.content.startswith(b"\x89PNG")
