"""The commands answer with help, exit codes, and one clear line."""

import subprocess
import sys
from pathlib import Path

import pytest

from generation.__main__ import main
from generation.commands import console
from generation.commands.console import follow_images, time_left
from generation.sampling.request import Progress

COMMANDS = ("train", "sample", "evaluate", "memorization", "utility", "release", "phantoms")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_printed(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_help_does_not_load_torch() -> None:
    program = "import sys\nfrom generation.__main__ import main\ntry:\n    main(['--help'])\n"
    program += "except SystemExit:\n    sys.exit('torch' in sys.modules)\n"
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, check=False, timeout=300).returncode == 0


@pytest.mark.parametrize("words", [[], ["paint"], ["sample"], ["sample", "--count", "many", "--out", "x"]])
def test_wrong_usage_exits_with_two(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


def test_a_refusal_is_one_line_and_exits_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "--count", "0", "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == "error: cannot make 0 images: ask for 1 or more\n"


def test_a_condition_named_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sample", "--count", "1", "--out", str(tmp_path / "out")]
    assert main([*words, "--condition", "grade=1", "--condition", "grade=2"]) == 1
    assert capsys.readouterr().err == "error: --condition grade=2: grade is 1 already\n"


def test_phantoms_train_sample_release_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    films, run = tmp_path / "films", tmp_path / "run"
    tiny = "batch_size=2 checkpoint_every=2 evaluate_every=2 network.channels=[8,8] network.norm_groups=4"
    tiny += " network.blocks=1 network.attention_levels=[1] network.head_channels=8"
    settings = [word for setting in tiny.split() for word in ("--set", setting)]
    assert main(["phantoms", "--count", "8", "--out", str(films), "--size", "64"]) == 0
    common = ["--out", str(run), "--size", "16", "--steps", "2", "--conditions", "side", "--cpu", *settings]
    assert main(["train", str(films), *common]) == 0
    checkpoint = ["--checkpoint", str(run / "checkpoints" / "step-0000002.safetensors"), "--steps", "2"]
    papers = ["--title", "T", "--licence", "CC0-1.0", "--author", "A", "--condition", "side=L"]
    assert main(["release", "--count", "2", "--out", str(tmp_path / "set"), *papers, *checkpoint]) == 0
    assert "side | L: 2" in (tmp_path / "set" / "README.md").read_text()
    assert "described in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (29, "less than a minute left"),
        (90, "2 min left"),
        (3599, "1 h 00 min left"),
        (17_340, "4 h 49 min left"),
    ],
)
def test_time_left_is_told_in_hours_and_minutes(seconds: float, told: str) -> None:
    assert time_left(seconds) == told


def test_away_from_a_terminal_progress_is_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    follow = follow_images()
    for done in range(1, 101):
        follow(Progress(done=done, total=100, images_per_second=2.0, seconds_left=(100 - done) / 2))
    assert capsys.readouterr().err == "100 of 100 images, 2.0 images/s\n"


def test_away_from_a_terminal_long_work_is_a_line_at_once_and_one_a_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(console.time, "monotonic", lambda: clock[0])
    follow = console.progress_bar("label fidelity")
    for done in range(1, 6):
        clock[0] += 30
        follow(done, 5)
    assert capsys.readouterr().err == "".join(f"label fidelity: {n} of 5\n" for n in (1, 3, 5))
