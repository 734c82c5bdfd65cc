"""A film drawn again at other grades: from its own noise, so that all else stays as it is."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from generation.__main__ import main
from generation.models.configs import DiffusionConfig
from generation.models.diffusion import signal_shares
from generation.sampling.inversion import Inversion

SPREAD = 0.3


def perfect(noisy: Tensor, timestep: Tensor, conditions: Tensor) -> Tensor:
    """What the best network answers (v) where every pixel is normal about the condition, with SPREAD."""
    share = signal_shares(DiffusionConfig())[timestep][:, None, None, None]
    mean = conditions[:, 0, None, None, None]
    variance = share * SPREAD**2 + 1 - share
    clean = mean + share.sqrt() * SPREAD**2 / variance * (noisy - share.sqrt() * mean)
    noise = (noisy - share.sqrt() * clean) / (1 - share).sqrt()
    return share.sqrt() * noise - (1 - share).sqrt() * clean


def test_an_image_keeps_its_place_among_the_images_of_another_condition() -> None:
    """The flow between two normal distributions is known: a shift by the difference of their means."""
    inversion = Inversion(perfect, DiffusionConfig(), steps=200, depth=1.0)
    image = 0.1 + SPREAD * torch.randn(1, 1, 16, 16, generator=torch.Generator().manual_seed(4)).clamp(-2, 2)
    before, after = torch.tensor([[0.1]]), torch.tensor([[-0.2]])
    noise = inversion.noise_of(image, before)
    assert noise.std().item() == pytest.approx(1.0, abs=0.1)
    assert torch.allclose(inversion.images_of(noise, before), image, atol=2e-3)
    assert torch.allclose(inversion.images_of(noise, after), image - 0.3, atol=0.02)


def test_depth_leaves_more_of_the_image() -> None:
    before, after = torch.tensor([[0.1]]), torch.tensor([[-0.2]])
    image = torch.full((1, 1, 4, 4), 0.1)
    changes = []
    for depth in (0.2, 0.5, 0.9):
        inversion = Inversion(perfect, DiffusionConfig(), steps=60, depth=depth)
        redrawn = inversion.images_of(inversion.noise_of(image, before), after)
        changes.append((redrawn - image).abs().mean().item())
    assert changes == sorted(changes)
    assert changes[0] < 0.5 * changes[2]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("films")
    rng = np.random.default_rng(3)
    paths = [folder / "ward-7.png", folder / "ward-8.png"]
    for path in paths:
        Image.fromarray(rng.integers(0, 255, (32, 32), dtype=np.uint8)).save(path)
    return paths


def _redraw(checkpoint: Path, films: list[Path], out: Path, *more: str) -> int:
    settings = ["--checkpoint", str(checkpoint), "--steps", "4", "--threads", "1", "--out", str(out)]
    return main(["redraw", *map(str, films), *settings, *(more or ("--condition", "grade=2"))])


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_film_is_drawn_at_the_grades_that_it_does_not_show(
    tiny_checkpoint: Path, films: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _redraw(tiny_checkpoint, films, tmp_path, "--condition", "grade=2", "--condition", "side=R") == 0
    rows = _table(tmp_path / "images" / "manifest.csv")
    assert [(row["patient"], row["grade"]) for row in rows] == [
        (film, grade) for film in ("ward-7", "ward-8") for grade in "0134"
    ]
    assert {(row["side"], row["age"], row["seed"]) for row in rows} == {("R", "", "")}
    changes = _table(tmp_path / "redrawn.csv")
    assert [row["grade"] for row in changes if row["film"] == "ward-7.png"] == list("20134")
    largest = max(float(row["mean_difference"]) for row in changes if row["file"].startswith("itself/"))
    assert f"differs from itself by {largest:.4f}" in capsys.readouterr().out
    with Image.open(tmp_path / "redrawn.png") as sheet:
        assert sheet.size == (5 * 16, 2 * 16)


def test_it_goes_on_to_the_same_bytes_and_refuses_other_films_in_its_folder(
    tiny_checkpoint: Path, films: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _redraw(tiny_checkpoint, films, tmp_path)
    images = sorted((tmp_path / "images").glob("*.png"))
    before = [path.read_bytes() for path in images]
    images[5].unlink()
    assert _redraw(tiny_checkpoint, films, tmp_path) == 0
    assert [path.read_bytes() for path in images] == before
    assert _redraw(tiny_checkpoint, films[::-1], tmp_path) == 1
    assert _redraw(tiny_checkpoint, films, tmp_path, "--condition", "grade=2", "--depth", "0.5") == 1
    assert "depth was 0.95, is 0.5" in capsys.readouterr().err


def test_a_file_says_that_it_was_drawn_from_a_film(
    tiny_checkpoint: Path, films: list[Path], tmp_path: Path
) -> None:
    _redraw(tiny_checkpoint, films[:1], tmp_path)
    for path in (tmp_path / "images" / "000000.png", tmp_path / "itself" / "ward-7.png"):
        with Image.open(path) as image:
            assert image.info["DigitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
            assert "shows no person" not in image.info["Description"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--condition", "side=R"], "say grade=… among the conditions, one of 0, 1, 2, 3, 4"),
        (["--condition", "grade=9"], "Allowed for grade: 0, 1, 2, 3, 4"),
        (["--condition", "grade=1", "--through", "colour"], "this model knows grade, side, age"),
        (["--condition", "grade=1", "--depth", "0"], "choose a number above 0, at most 1"),
    ],
)
def test_what_cannot_be_redrawn_is_refused_before_a_folder_is_made(
    tiny_checkpoint: Path,
    films: list[Path],
    tmp_path: Path,
    more: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _redraw(tiny_checkpoint, films, tmp_path / "out", *more) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_films_that_do_not_fit_are_refused(
    tiny_checkpoint: Path, films: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = tmp_path / "wide.png"
    Image.fromarray(np.full((32, 48), 200, np.uint8)).save(wide)
    assert _redraw(tiny_checkpoint, [wide], tmp_path / "out") == 1
    assert "is 48 x 32; needed is a square of 16 px or more" in capsys.readouterr().err
    assert _redraw(tiny_checkpoint, [films[0], tmp_path / "b" / films[0].name], tmp_path / "out") == 1
    assert "several films are called ward-7" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
