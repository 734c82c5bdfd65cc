"""Names on an image stand at the spots their readers pointed at, and never over one another."""

from itertools import combinations

import pytest

from readerstudy.desk.cases.heat import Name, names_of
from readerstudy.imaging.canvas import Canvas
from readerstudy.results.case_items import Given


def spots(*places: tuple[float, float]) -> list[Given]:
    return [Given(reader=f"R{n:02}", tag="", x=x, y=y) for n, (x, y) in enumerate(places, start=1)]


def placed(*places: tuple[float, float]) -> list[Name]:
    return names_of(spots(*places), Canvas(width=240, height=240, bits=8), 16)


def test_a_name_stands_just_above_its_spot() -> None:
    [name] = placed((100, 120))
    assert (name.reader, name.x, name.is_aside) == ("R01", 100, False)
    assert 104 < name.y < 120


def test_far_apart_names_stay_where_they_are() -> None:
    assert not any(name.is_aside for name in placed((60, 60), (180, 60), (60, 180)))


@pytest.mark.parametrize("readers", [2, 8, 30])
def test_who_pointed_at_the_same_place_stand_beside_one_another(readers: int) -> None:
    names = placed(*[(120.0, 120.0)] * readers)
    assert sorted(name.reader for name in names) == [f"R{n:02}" for n in range(1, readers + 1)]
    assert not any(one.overlaps(other) for one, other in combinations(names, 2))
    assert 1 <= sum(not name.is_aside for name in names) <= 2


def test_a_name_at_the_edge_stays_whole() -> None:
    half = 0.66 * 16 * 3 / 2
    for x, y in ((0.0, 0.0), (240.0, 240.0)):
        [name] = placed((x, y))
        assert half <= name.x <= 240 - half
        assert 8 <= name.y <= 232


def test_names_beyond_what_an_image_holds_are_left_out_and_none_lies_over_another() -> None:
    names = placed(*[(120.0, 120.0)] * 300)
    assert 40 < len(names) < 300
    assert not any(one.overlaps(other) for one, other in combinations(names, 2))
