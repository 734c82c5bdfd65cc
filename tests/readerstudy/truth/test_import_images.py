"""An import goes on where it stopped, and what is learnt later fills gaps and changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from readerstudy.audit.models import Event
from readerstudy.imaging.importing import group_of
from readerstudy.imaging.worker_pool import WorkerPool
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
from readerstudy.truth import import_images as importing
from readerstudy.truth.import_images import ImportSummary, import_images
from readerstudy.truth.models import Provenance, SeenFile
from readerstudy.truth.sources import source_of
from readerstudy.truth.take_out import take_out
from tests.readerstudy.factory import a_leader, a_user, protocol_text
from tests.readerstudy.imaging.phantoms import write, write_png

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return create_study(protocol_text(), by=a_leader("alice"), slug="knees")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files were decoded, chunk by chunk."""
    counted: list[int] = []
    finish = WorkerPool.finish

    def count(self: WorkerPool, future: object, jobs: list[object]) -> object:
        counted.append(len(jobs))
        return finish(self, future, jobs)  # type: ignore[arg-type]

    monkeypatch.setattr(WorkerPool, "finish", count)
    return counted


def bring(study: Study, path: Path, **options: object) -> ImportSummary:
    source = source_of(study, "hospital-canary")
    return import_images(source, [path], by=a_user("alice"), **options)  # type: ignore[arg-type]


def pictures(folder: Path, count: int) -> Path:
    for number in range(count):
        write_png(folder, f"{number}.png", number)
    return folder


def test_a_second_import_decodes_nothing(study: Study, tmp_path: Path, decoded: list[int]) -> None:
    first = bring(study, pictures(tmp_path / "in", 3))
    assert (first.added, first.known, sum(decoded)) == (3, 0, 3)
    second = bring(study, tmp_path / "in")
    assert (second.added, second.known, sum(decoded)) == (0, 3, 3)


def test_an_import_that_was_broken_off_goes_on_from_what_is_stored(
    study: Study, tmp_path: Path, decoded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)

    def break_off(done: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("readerstudy.imaging.importing.CHUNK_FILES", 2)
    calls = iter([False, False, True])
    with pytest.raises(KeyboardInterrupt):
        bring(
            study,
            pictures(tmp_path / "in", 8),
            on_progress=lambda done, total: break_off(done, total) if next(calls) else None,
        )
    stored = SeenFile.objects.count()
    assert 2 <= stored < 8
    before = sum(decoded)
    assert bring(study, tmp_path / "in").added == 8 - stored
    assert sum(decoded) == before + 8 - stored


def test_images_taken_out_are_read_again(study: Study, tmp_path: Path, decoded: list[int]) -> None:
    bring(study, pictures(tmp_path / "in", 2))
    take_out(source_of(study, "hospital-canary"), by=a_user("alice"), reason="wrong folder")
    assert SeenFile.objects.count() == 0
    assert bring(study, tmp_path / "in").added == 2
    assert Provenance.objects.exclude(facts={}).count() == 2
    assert sum(decoded) == 4


def test_a_later_list_may_say_whose_image_it_is(study: Study, tmp_path: Path) -> None:
    path = write_png(tmp_path, "a.png", 1)
    bring(study, path)
    assert Provenance.objects.get().group == ""
    bring(study, path, manifest=write(tmp_path, "m.csv", b"file,patient,grade\na.png,P1,3\n"))
    known = Provenance.objects.get()
    assert (known.group, known.labels) == (group_of("P1"), {"grade": "3"})
    event = Event.objects.get(verb="labels learnt")
    assert event.particulars == {"source": "hospital-canary", "labelled": 1, "patients": 1}


def test_a_later_list_may_have_one_column_more(study: Study, tmp_path: Path) -> None:
    path = write_png(tmp_path, "a.png", 1)
    bring(study, path, manifest=write(tmp_path, "m.csv", b"file,grade\na.png,3\n"))
    summary = bring(study, path, manifest=write(tmp_path, "n.csv", b"file,grade,spot\na.png,4,none\n"))
    assert (summary.known, summary.labelled) == (1, 1)
    assert Provenance.objects.get().labels == {"grade": "3", "spot": "none"}


def test_what_is_known_of_an_image_stays(study: Study, tmp_path: Path) -> None:
    path = write_png(tmp_path, "a.png", 1)
    bring(study, path, manifest=write(tmp_path, "m.csv", b"file,patient,grade\na.png,P1,3\n"))
    bring(study, path, manifest=write(tmp_path, "n.csv", b"file,patient,grade\na.png,P2,4\n"))
    known = Provenance.objects.get()
    assert (known.group, known.labels) == (group_of("P1"), {"grade": "3"})


def test_an_import_looks_where_an_image_is_when_no_other_import_can_place_it(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(study, "hospital-canary")
    steps: list[str] = []
    for owner, name in ((Study, "take_turn_before_lock"), (importing._Arrivals, "_sources_of")):
        act = getattr(owner, name)

        def note(*given: object, act: Callable[..., object] = act, name: str = name) -> object:
            steps.append(name)
            return act(*given)

        monkeypatch.setattr(owner, name, note)
    import_images(source, [pictures(tmp_path / "in", 1)], by=a_user("alice"))
    assert steps[:2] == ["take_turn_before_lock", "_sources_of"]
