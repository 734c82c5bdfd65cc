"""Every published design ships as a protocol that the parser takes without a problem or a warning."""

import pytest

from readerstudy.desk.demo.recipes import RECIPES
from readerstudy.desk.protocol.published import FOLDER, NAMES, all_published, published
from readerstudy.studies.protocol import examine

#: So that a study on phantoms is read and reported in minutes.
MOST_ANSWERS, MOST_IMAGES = 1_300, 250


@pytest.mark.parametrize("name", NAMES)
def test_a_published_protocol_is_in_order(name: str) -> None:
    found = examine(published(name).text)
    assert found.problems == found.warnings == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_published_protocol_is_small_enough_for_a_demonstration(name: str) -> None:
    document = published(name).document
    assert document.readers * sum(section.read_by_each for section in document.sections) < MOST_ANSWERS
    assert sum(document.images_needed(source.name) for source in document.sources) < MOST_IMAGES


def test_every_text_that_ships_is_offered() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == {"demo", *NAMES}
    assert set(RECIPES) <= {"demo", *NAMES}


def test_each_has_a_title_and_a_seed_of_its_own() -> None:
    documents = [one.document for one in all_published()]
    assert len({document.title for document in documents}) == len(documents)
    assert len({document.seed for document in documents}) == len(documents)


def test_a_study_that_discloses_late_has_a_title_that_tells_nothing() -> None:
    for one in all_published():
        if any(section.discloses for section in one.document.sections):
            assert one.document.public_title != one.document.title
