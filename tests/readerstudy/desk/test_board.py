"""The board of readers: what was answered on which day, and when they will have finished at their pace."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pytest
from django.utils import timezone

from readerstudy.desk.watching.board import Board, board_of, finish
from readerstudy.desk.watching.progress import ReaderProgress, SectionProgress
from readerstudy.reading.models import Tally
from readerstudy.studies.models import Enrolment
from tests.readerstudy.factory import QUARTETS, a_locked_study, answer_next, protocol_text

TODAY = date(2026, 3, 20)


def a_reader(days: Mapping[int, int], total: int) -> ReaderProgress:
    return ReaderProgress(
        enrolment=Enrolment(),
        sections=(SectionProgress(name="s", title="S", answered=sum(days.values()), total=total),),
        seconds_a_trial=None,
        last_answer=None,
        days={TODAY - timedelta(days=back): count for back, count in days.items()},
    )


def laid_out(*readers: Mapping[int, int], total: int = 50, is_open: bool = True) -> Board:
    """A board of readers, each given by their answers so many days before today."""
    board = board_of([a_reader(days, total) for days in readers], TODAY, is_open=is_open)
    assert board is not None
    return board


@pytest.mark.parametrize(("mean", "left"), [(8, 40), (3, 40), (12, 200)])
def test_four_of_five_simulated_readers_finish_within_the_interval(mean: float, left: int) -> None:
    """Oracle: readers who go on answering a Poisson number a day."""
    rng = np.random.default_rng(5)
    told = finish(left, [round(mean)] * 5)
    assert told is not None
    days = rng.poisson(mean, size=(4_000, 400)).cumsum(axis=1)
    took = (days < left).sum(axis=1) + 1
    assert told.low < told.days < told.high
    assert 0.70 < ((told.low - 0.5 <= took) & (took <= told.high + 0.5)).mean() < 0.95


def test_a_reader_who_was_silent_for_five_days_has_no_prediction_and_holds_up_the_common_one() -> None:
    board = laid_out({8: 10}, {1: 10, 0: 10})
    assert [row.finish is None for row in board.rows] == [True, False]
    assert board.is_waiting
    assert board.ends is None


def test_the_last_reader_decides_when_all_are_done() -> None:
    board = laid_out({1: 20, 0: 20}, {1: 5, 0: 5})
    assert board.ends == TODAY + timedelta(days=8)
    assert board.ends_low is not None
    assert board.ends_high is not None
    assert board.ends_low < board.ends < board.ends_high
    assert board.rows[0].at < board.rows[1].at


def test_cells_and_curve_add_up_to_the_answers() -> None:
    board = laid_out({9: 4, 3: 1, 0: 6}, {2: 7})
    assert [sum(cell.answers for cell in row.cells) for row in board.rows] == [11, 7]
    assert board.answered == 18
    assert board.curve.endswith(f"{board.today_at:.2f},82.00")
    assert board.answered_today == 6


def test_a_long_study_is_told_by_weeks() -> None:
    board = laid_out({60: 5, 30: 5, 0: 5})
    assert board.weekly
    assert board.columns <= 26
    assert sum(cell.answers for cell in board.rows[0].cells) == 15


def test_nothing_is_predicted_once_reading_is_over() -> None:
    board = laid_out({1: 5, 0: 5}, is_open=False)
    assert (board.rows[0].finish, board.ends, board.fan, board.today_at) == (None, None, "", 100)


@pytest.mark.django_db
def test_the_home_of_a_study_shows_its_readers_from_the_first_answer_on() -> None:
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=3)))
    home = f"/studies/{made.study.slug}/"
    assert "Answers over time" not in made.client("carl").get(home).content.decode()
    answer_next(made.reading("rita"))
    Tally.objects.update(day=timezone.localdate() - timedelta(days=20))
    page = made.client("carl").get(home).content.decode()
    assert "Answers by week" in page
    assert "1 of 6 answers so far" in page
