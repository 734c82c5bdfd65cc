"""Where readers looked: what the notes of a browser say, how long each part was in sight, and gaze."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, transaction

from readerstudy.audit.models import Event
from readerstudy.desk.cases.queries import looked_at
from readerstudy.imaging.canvas import Canvas
from readerstudy.reading.answer import Answer
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.walk import Walk
from readerstudy.results.dwell import dwell, handling
from readerstudy.results.errors import GazeTableWrong
from readerstudy.results.gaze import gaze_codes, import_gaze
from readerstudy.results.looking import Box, moments_of
from readerstudy.results.looks import Look
from readerstudy.results.models import Gaze, GazeTable
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.models import Section
from readerstudy.truth.errors import StillBlinded
from tests.readerstudy.factory import CALLS, Locked, a_locked_study, protocol_text
from tests.readerstudy.results.behind_the_triggers import rewrite
from tests.readerstudy.results.test_case_file import end

CANVAS = Canvas(width=100, height=100, bits=8)
PLACES = [
    {"t_ms": 0, "kind": "place", "slot": "A", "value": "0 0 200 200"},
    {"t_ms": 0, "kind": "place", "slot": "B", "value": "200 0 200 200"},
]


def note(t_ms: float, kind: str, slot: str = "", value: Any = None) -> dict[str, Any]:
    return {"t_ms": t_ms, "kind": kind, "slot": slot, "value": value}


def moments(*events: dict[str, Any], end_ms: float = 1000, letters: str = "AB") -> Any:
    return moments_of({"events": [*PLACES, *events]}, end_ms, letters, CANVAS)


def test_an_image_fills_its_place_until_somebody_zooms() -> None:
    found = moments(note(400, "zoom", "A", "4.000 25.0 25.0"))
    assert found[0].images["A"].part == Box(x=0, y=0, width=100, height=100)
    assert found[-1].images["A"].part == Box(x=0, y=0, width=50, height=50)


def test_linked_images_move_together_and_separate_ones_alone() -> None:
    zoom = note(400, "zoom", "A", "4 25 25")
    assert moments(zoom)[-1].images["B"].part == Box(x=0, y=0, width=50, height=50)
    alone = moments(note(1, "link", "", "separate"), zoom)[-1]
    assert alone.images["B"].part == Box(x=0, y=0, width=100, height=100)


def test_linked_images_have_maps_of_their_own() -> None:
    zoom = note(400, "zoom", "A", "4 25 25")
    focus, separate = note(0, "focus", "A"), note(1, "link", "", "separate")
    linked, alone = moments(focus, zoom), moments(focus, separate, zoom)
    assert not dwell([(linked, "A")], CANVAS).is_even
    assert dwell([(linked, "B")], CANVAS).is_even
    assert dwell([(linked, "B")], CANVAS).seconds == pytest.approx(1)
    assert not dwell([(alone, "A")], CANVAS).is_even


def test_looks_before_a_reload_count_and_the_page_comes_back_whole() -> None:
    found = moments(note(200, "zoom", "A", "4 25 25"), note(600, "pause"), note(700, "resumed"))
    seen = dwell([(found, "A")], CANVAS)
    assert seen.seconds == pytest.approx(0.9)
    assert not seen.is_even
    assert found[-1].images["A"].part == Box(x=0, y=0, width=100, height=100)
    since = [note(700, "resumed"), *({**place, "t_ms": 700} for place in PLACES)]
    assert dwell([(moments_of({"events": since}, 1000, "AB", CANVAS), "A")], CANVAS).seconds == 0.3


def test_what_another_image_covers_is_not_in_sight() -> None:
    single = moments(note(500, "maximise", "A", "one"), note(700, "maximise", "A", "all"))
    assert [moment.images["B"].part is None for moment in single if moment.at_ms >= 500] == [
        True,
        False,
        False,
    ]
    assert dwell([(single, "B")], CANVAS).seconds == pytest.approx(0.8)


@pytest.mark.parametrize(("away", "back"), [("pause", "resume"), ("hidden", "visible")])
def test_time_away_does_not_count(away: str, back: str) -> None:
    found = moments(note(100, away), note(900, back))
    assert dwell([(found, "A")], CANVAS).seconds == pytest.approx(0.2)
    assert handling(found, CANVAS).seconds == pytest.approx(0.2)


def test_the_corner_that_was_zoomed_in_was_in_sight_longer_and_no_second_is_lost() -> None:
    found = dwell([(moments(note(500, "zoom", "A", "4 25 25")), "A")], CANVAS)
    assert found.seconds == pytest.approx(1)
    assert found.cells.sum() == pytest.approx(1)
    # Half a second over the whole, half over its quarter: 0.5 + 0.5 * 4 times the average.
    assert found.peak == pytest.approx(2.5)
    assert found.relative[0, 0] == pytest.approx(1)
    assert found.relative[-1, -1] == pytest.approx(0)


def test_an_image_seen_as_a_whole_is_even() -> None:
    found = dwell([(moments(), "A")], CANVAS)
    assert found.is_even
    assert not found.relative.any()


def test_the_magnifier_counts_where_it_was() -> None:
    found = moments(note(0, "magnify", "A", "80 80 20"), note(600, "magnify_end", "A"))
    seen = dwell([(found, "A")], CANVAS)
    row, column = np.unravel_index(seen.cells.argmax(), seen.cells.shape)
    assert all(70 < (at + 0.5) * 100 / 24 < 90 for at in (row, column))
    assert handling(found, CANVAS).magnified_s == pytest.approx(0.6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": 3, "t_ms": 1},
        {"kind": "zoom", "t_ms": "soon"},
        {"kind": "zoom", "t_ms": -4, "slot": "A", "value": "4 1 1"},
        {"kind": "zoom", "t_ms": 1, "slot": "A", "value": 2.5},
        {"kind": "zoom", "t_ms": 1, "slot": "A", "value": "0 1 1"},
        {"kind": "zoom", "t_ms": 1, "slot": "A", "value": "1e999 nan 1"},
        {"kind": "zoom", "t_ms": 1, "slot": "A", "value": "5e-324 1 1"},
        {"kind": "window", "t_ms": 1, "slot": "A", "value": "5"},
        {"kind": "maximise", "t_ms": 1, "slot": "Z", "value": "one"},
        {"kind": "magnify", "t_ms": 1, "slot": "A"},
        {},
    ],
)
def test_notes_that_no_page_writes_change_nothing(wrong: dict[str, Any]) -> None:
    assert moments(wrong)[-1].images == moments()[-1].images


@pytest.mark.parametrize("digits", [400, 5_000])
def test_frames_that_no_page_counts_are_left_out(digits: int) -> None:
    found = moments()
    look = Look(
        reader="R01",
        again=False,
        moments=found,
        images={},
        frame_ms={"A": f"3:1500 7:{'9' * digits}"},
        gaze=[],
        handling=handling(found, CANVAS),
    )
    assert look.longest_frames == [("A", "3 (1.5 s)")]


def test_an_answer_without_notes_was_seen_as_a_whole() -> None:
    found = moments_of({}, 500, "A", CANVAS)
    assert [moment.at_ms for moment in found] == [0, 500]
    assert dwell([(found, "A")], CANVAS).is_even


SHOWN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def read_one(made: Locked, *events: dict[str, Any]) -> None:
    enrolment = made.reading("rita")
    current = Walk(enrolment).current
    assert current is not None
    timing = {
        "shown_at": SHOWN.isoformat(),
        "first_paint_ms": 0,
        "events": [note(0, "place", "A", "100 50 400 400"), *events],
    }
    answer = Answer(call="real", confidence=1)
    respond(
        enrolment,
        current.token,
        answer,
        by=made.people["rita"],
        client_uuid=uuid4(),
        timing=Timing(response_ms=2000, active_ms=2000, particulars=timing),
    )


@pytest.fixture
def made() -> Locked:
    made = a_locked_study(protocol_text(sections=CALLS), readers=("rita",))
    read_one(made, note(1000, "zoom", "A", "50 4 4"))
    return made


def table(made: Locked, *rows: str) -> bytes:
    [(_, code)] = gaze_codes(made.study)
    start = round(SHOWN.timestamp() * 1000)
    lines = ["code,time,x,y"]
    for row in rows:
        at, _, place = row.partition(",")
        lines.append(f"{code},{start + int(at)},{place}")
    return "\n".join(lines).encode()


def case_number(made: Locked) -> int:
    section = Section.objects.get(study=made.study)
    return section.trials.get(presentations__responses__isnull=False).number


@pytest.mark.django_db
def test_nothing_is_imported_or_shown_before_the_unblinding(made: Locked) -> None:
    with pytest.raises(StillBlinded):
        import_gaze(made.study, table(made, "500,300,250"), by=made.owner)
    browser = made.client("alice")
    assert browser.get("/studies/knees/cases/calls/1/replay/R01/").status_code == 404
    assert browser.get("/api/studies/knees/cases/calls/1/looks").status_code == 409


@pytest.mark.django_db
def test_gaze_falls_on_the_image_where_it_lay_then(made: Locked) -> None:
    end(made)
    content = table(made, "500,300,250", "1500,300,250", "600,5,5", "700,,", "9000,300,250")
    imported = import_gaze(made.study, content, by=made.owner)
    assert (imported.samples, imported.placed) == (4, 2)
    [gaze] = Gaze.objects.all()
    canvas = made.study.protocol.document.canvas
    assert [point[:2] for point in gaze.points] == [[500, "A"], [1500, "A"]]
    # First the middle of the whole image; then the middle of what was zoomed in on, at 4, 4.
    assert [point[2:] for point in gaze.points] == [[canvas.width / 2, canvas.height / 2], [4.0, 4.0]]
    assert import_gaze(made.study, content, by=made.owner) == imported
    assert Event.objects.filter(verb="gaze imported").count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        GazeTable.objects.update(samples=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE results_gaze SET points = '[[500, \"A\", 1.0, 1.0]]'",
        "UPDATE results_gazetable SET placed = 9",
        "DELETE FROM results_gaze",
    ],
)
def test_gaze_rewritten_behind_the_triggers_is_found(made: Locked, statement: str) -> None:
    end(made)
    import_gaze(made.study, table(made, "500,300,250"), by=made.owner)
    assert list(verify_study(made.study)) == []
    rewrite(statement)
    [finding] = verify_study(made.study)
    assert "gaze table" in finding.what


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"code,time,x\n", "no column y"),
        (b"\xff\xfe", "UTF-8"),
        (b"code,time,x,y\nNOBODY,1767225600000,1,1", "Line 2: 'NOBODY' is no code"),
        (b"code,time,x,y\n{code},17,1,1", "Line 2: time has to be milliseconds"),
        (b"code,time,x,y\n{code},1767225600000,left,1", "Line 2: x is 'left'"),
        (b"code,time,x,y\n{code},1767225600000,1,1", "No sample falls on an image"),
    ],
)
def test_a_table_that_says_nothing_is_refused_with_its_line(made: Locked, content: bytes, said: str) -> None:
    end(made)
    [(_, code)] = gaze_codes(made.study)
    with pytest.raises(GazeTableWrong, match=said):
        import_gaze(made.study, content.replace(b"{code}", code.encode()), by=made.owner)


@pytest.mark.django_db
def test_page_api_and_command_take_the_same_table(
    made: Locked, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    end(made)
    content, browser = table(made, "500,300,250"), made.client("alice")
    sent = browser.post(
        "/studies/knees/gaze/", {"table": SimpleUploadedFile("gaze.csv", content)}, follow=True
    )
    assert "1 of 1 samples lie on images." in sent.content.decode()
    told = browser.post("/api/studies/knees/gaze", content, content_type="application/octet-stream")
    assert (told.status_code, told.json()["placed"]) == (200, 1)
    (tmp_path / "gaze.csv").write_bytes(content)
    call_command("import_gaze", "knees", str(tmp_path / "gaze.csv"))
    assert "1 of 1 samples" in capsys.readouterr().out
    assert GazeTable.objects.count() == 1


@pytest.mark.django_db
def test_a_code_says_nothing_of_its_reader_and_is_the_same_everywhere(
    made: Locked, capsys: pytest.CaptureFixture[str]
) -> None:
    [(reader, code)] = gaze_codes(made.study)
    assert reader not in code
    told = made.client("alice").get("/api/studies/knees/gaze-codes").json()["codes"]
    assert told == [{"reader": reader, "code": code}]
    call_command("gaze_codes", "knees")
    assert capsys.readouterr().out == f"reader,code\n{reader},{code}\n"
    assert code in made.client("alice").get("/studies/knees/gaze-codes.csv").content.decode()


@pytest.mark.django_db
def test_the_case_page_draws_where_they_looked_and_replays_it(made: Locked) -> None:
    end(made)
    number = case_number(made)
    import_gaze(made.study, table(made, "500,300,250"), by=made.owner)
    address = f"/studies/knees/cases/calls/{number}/"
    page = made.client("alice").get(address).content.decode()
    assert 'class="dwell"' in page
    assert "times as long as the average; 1 gaze samples" in page
    assert f"{address}replay/R01/" in page
    replay = made.client("alice").get(f"{address}replay/R01/").content.decode()
    assert "Zoomed, A" in replay
    section = Section.objects.get(study=made.study)
    looked = looked_at(made.study, section, number)
    assert looked is not None
    assert sum(map(sum, looked["images"][0]["cells"])) == pytest.approx(2)
    assert looked["readers"][0]["moments"][-1]["images"]["A"]["part"] is not None
    assert made.client("alice").get(f"{address}replay/R77/").status_code == 404
