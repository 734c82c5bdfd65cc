"""The benchmark's section of the page, made from its JSON."""

from pathlib import Path
from typing import Any

import pytest

from generation.bench.__main__ import main
from generation.bench.page import BEGIN, END, rewrite, section, verdict

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def test_what_was_not_measured_stays_blank() -> None:
    text = section({})
    assert "Machine: none yet." in text
    assert text.count("|  |  |  |") >= 6


def test_the_page_in_the_docs_is_the_one_that_the_program_writes(tmp_path: Path) -> None:
    """As long as no GPU was measured it is blank; a stale table would show another program's columns."""
    text = PAGE.read_text(encoding="utf-8")
    between = text.partition(BEGIN)[2].partition(END)[0]
    assert "Machine: none yet." not in between or between == f"\n{section({})}"


def test_the_page_is_touched_between_its_markers_only(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Benchmarks\n\nby hand\n\n{BEGIN}\nold figures\n{END}\nafterwards\n")
    for _ in range(2):
        rewrite(page, {"machine": {"device": "Some GPU"}})
        text = page.read_text()
        assert text.startswith(f"# Benchmarks\n\nby hand\n\n{BEGIN}\nMachine: Some GPU.")
        assert text.endswith(f"{END}\nafterwards\n")
        assert "old figures" not in text


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_page_without_its_markers_is_refused_and_left_alone(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page, run = tmp_path / "page.md", tmp_path / "bench.json"
    page.write_text(text)
    run.write_text("{}")
    assert main(["--page", str(run), "--into", str(page)]) == 1
    assert page.read_text() == text
    assert "must hold each of these two lines once" in capsys.readouterr().err


def test_a_peer_stands_beside_our_best_at_its_size_and_guidance() -> None:
    ours = {"what": "ours", "size": 128, "guidance": 1.0}
    rows = [
        {**ours, "batch": 1, "seconds_per_image": 0.4},
        {**ours, "batch": 4, "seconds_per_image": 0.2},
        {**ours, "batch": 64, "note": "does not fit"},
        {**ours, "size": 1024, "seconds_per_image": 0.01},
        {"what": "diffusers", "size": 128, "guidance": 1.0, "seconds_per_image": 300.0},
    ]
    text = section({"sampling": rows})
    assert "| diffusers | 128 |" in text
    assert "| 300 | 1,500 |" in text
    assert "| does not fit |" in text
    assert "Measured peak" not in text


def test_the_measured_peak_is_said() -> None:
    row = {"what": "ours", "size": 128, "seconds_per_image": 1.0, "peak_tflops": 789.6}
    assert "\nMeasured peak, bfloat16: 790 TFLOP/s.\n" in section({"sampling": [row]})


def test_a_row_says_whether_it_was_compiled_and_what_was_left_out() -> None:
    row = {"what": "ours", "size": 128, "compiled": False, "images_per_second": 10.0}
    text = section({"training": [row], "left_out": {"quality": "quality was cut."}})
    assert "| ours | 128 |  |  | no |" in text
    assert "\nquality was cut.\n" in text


def _setting(steps: int, seconds: float | None, *, not_worse: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"what": "unipc", "steps": steps, "guidance": 1.0, "not_worse": not_worse}
    return found | {"seconds_per_image": seconds}


def test_the_fastest_setting_that_is_not_worse_is_named() -> None:
    rows = [
        _setting(10, 0.1, not_worse=False),
        _setting(15, 0.2, not_worse=True),
        _setting(30, 0.3, not_worse=True),
        _setting(5, None, not_worse=True),
    ]
    assert verdict(rows).endswith(": unipc, 15 steps, guidance 1.")
    assert verdict(rows[:1]) == "No setting was shown to be not worse than the reference."
