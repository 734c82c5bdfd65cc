"""Several processes of `accelerate launch` share one run and one request."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generation import load_checkpoint
from generation.__main__ import main
from generation.training.launch import launch_words

_NETWORK = """
steps = 2
batch_size = 2
checkpoint_every = 2
evaluate_every = 2
judged_images = 0
[network]
size = 16
channels = [8, 16]
blocks = 1
attention_levels = [1]
head_channels = 8
norm_groups = 4
"""


@pytest.mark.slow
def test_two_processes_train_one_model_and_sample_the_same_bytes_as_one(
    phantom_folder: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    (tmp_path / "tiny.toml").write_text(_NETWORK)
    train = ["train", str(phantom_folder), "--out", "run", "--config", "tiny.toml", "--conditions", "grade"]
    sample = ["sample", "--count", "3", "--checkpoint", str(tiny_checkpoint), "--steps", "2", "--out"]
    (tmp_path / "both.py").write_text(
        "from generation.__main__ import main\n"
        "from generation.training import appraisal\n"
        "appraisal.SHEET_STEPS = 2\n"
        f"assert main({[*train, '--cpu']!r}) == 0\n"
        f"assert main({[*sample, 'two']!r}) == 0\n"
    )
    answer = subprocess.run(
        [sys.executable, *launch_words(2), "both.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert answer.returncode == 0, answer.stderr
    load_checkpoint(tmp_path / "run" / "checkpoints" / "step-0000002.safetensors")
    assert (tmp_path / "run" / "log.csv").read_text().splitlines()[1].startswith("2,8,")
    assert main([*sample, str(tmp_path / "one")]) == 0
    assert (tmp_path / "one" / "manifest.csv").read_text() == (tmp_path / "two" / "manifest.csv").read_text()
