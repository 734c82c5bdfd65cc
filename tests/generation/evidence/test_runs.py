"""The way of a user: folders in, records and one page out."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import generation
from generation.__main__ import main
from generation.evidence import runs
from tests.generation.evidence.conftest import MeanExtractor, films


@pytest.fixture(autouse=True)
def _small_extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network has tests of its own; here a fast extractor stands for it."""
    monkeypatch.setattr(runs, "domain_extractor", lambda **_: MeanExtractor())
    monkeypatch.setattr(runs, "learn_patches", lambda *_, **__: MeanExtractor())


def _folders(root: Path, n: int, *, seed: int, part: str) -> Path:
    """root/PART/GRADE/PATIENT-and-side.png, as the published knee report has them."""
    made = films(n, seed=seed, patients=part)
    for index, (pixels, grade) in enumerate(zip(made.pixels, made.labels["grade"], strict=True)):
        path = root / part / grade / f"{seed}{index // 2:03d}{'LR'[index % 2]}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    return root


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    _folders(folder, 60, seed=1, part="train")
    return _folders(folder, 40, seed=12, part="test")


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out, made = tmp_path_factory.mktemp("synthetic"), films(42, seed=4)
    with (out / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "index", "seed", "grade", "sampler"))
        for index, (pixels, grade) in enumerate(zip(made.pixels, made.labels["grade"], strict=True)):
            Image.fromarray(pixels.astype(np.uint16) * 257).save(out / f"{index:06d}.png")
            writer.writerow((f"{index:06d}.png", index, index, grade, "unipc"))
    return out


@pytest.fixture
def own_synthetic(synthetic: Path, tmp_path: Path) -> Path:
    """A copy, to be changed."""
    return Path(shutil.copytree(synthetic, tmp_path / "synthetic"))


@pytest.fixture(scope="module")
def searched(real: Path, synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the search for copies."""
    out = tmp_path_factory.mktemp("searched")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "domain_extractor", lambda **_: MeanExtractor())
        _run("memorization", "--train", real, "--synthetic", synthetic, "--out", out, "--size", 64)
    return out


@pytest.fixture
def results(searched: Path, tmp_path: Path) -> Path:
    """A copy of them, to be added to."""
    return Path(shutil.copytree(searched, tmp_path / "evidence"))


def _run(*words: object) -> int:
    return main([str(word) for word in words])


def _record(out: Path, kind: str) -> dict:
    return json.loads((out / f"{kind}.json").read_text())


def _text(out: Path) -> str:
    return (out / "evidence.html").read_text()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_evaluate_measures_all_and_each_grade(tmp_path, real, synthetic, capsys):
    out = tmp_path / "evidence"
    quick = ("--splits", 2, "--replicates", 10, "--classifier-steps", 1, "--size", 64, "--real-part", "all")
    assert _run("evaluate", "--real", real, "--synthetic", synthetic, "--out", out, *quick) == 0
    record = _record(out, "quality")
    assert [row["name"] for row in record["result"]["metrics"]][:2] == [
        "kid[block-means:00000000]",
        "fd[block-means:00000000]",
    ]
    groups = {row["group"] for row in record["result"]["metrics"]}
    assert groups == {"all", "grade 0", "grade 1", "grade 2"}
    assert _record(out, "fidelity")["result"]["called"]["synthetic"]["n"] == 42
    assert len(_record(out, "machine_reader")["result"]) == 3
    said = capsys.readouterr().out
    assert "real to real" in said
    assert "AUC" in said


@pytest.mark.slow
def test_evaluate_compares_with_what_training_has_not_seen_and_the_report_says_so(tmp_path, real, synthetic):
    out = tmp_path / "evidence"
    quick = ("--splits", 2, "--replicates", 10, "--classifier-steps", 0, "--size", 64)
    words = ("--real", real, "--synthetic", synthetic, "--out", out, *quick)
    assert _run("evaluate", *words) == 0
    assert 40 <= _record(out, "quality")["inputs"]["n_real"] < 60  # test, and the tenth that validates
    _run("report", out)
    assert "Real images that no training has seen; all were looked at in 64 px" in _text(out)
    assert _run("evaluate", *words, "--real-part", "all") == 0
    assert _record(out, "quality")["inputs"]["n_real"] == 100
    _run("report", out)
    assert "also those trained on" in _text(out)


def test_memorization_takes_the_held_out_patients_from_the_parts_of_the_folder(
    tmp_path, real, synthetic, capsys
):
    out = tmp_path / "evidence"
    assert _run("memorization", "--train", real, "--synthetic", synthetic, "--out", out, "--size", 64) == 0
    result = _record(out, "memorization")["result"]
    assert result["n_train"] < 60  # a tenth of the training patients validates
    assert result["n_train"] + result["n_heldout"] == 100
    assert "No sign of copies" in capsys.readouterr().out
    with Image.open(out / "pairs.png") as sheet:
        assert sheet.mode == "L"
    rows = _rows(out / "pairs.csv")
    assert len(rows) == 42
    assert [float(row["ssim"]) for row in rows] == sorted((float(row["ssim"]) for row in rows), reverse=True)


def test_utility_compares_the_arms_of_the_congress_abstract(tmp_path, real, synthetic, capsys):
    out = tmp_path / "evidence"
    words = ("--synthetic", f"ddpm={synthetic}", "--synthetic", f"wgan={synthetic}")
    quick = ("--seeds", 2, "--steps", 3, "--size", 16, "--replicates", 20)
    assert _run("utility", "--real", real, *words, "--out", out, *quick) == 0
    result = _record(out, "utility")["result"]
    assert [arm["name"] for arm in result["arms"]] == [
        "real", "real + ddpm", "ddpm only", "real + wgan", "wgan only",
    ]  # fmt: skip
    assert "McNemar" in capsys.readouterr().out


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and tag == "section":
                self.ids.append(value or "")
            if name in ("src", "href") and not (value or "").startswith(("data:", "#")):
                self.outside.append(value or "")


def test_the_report_is_one_page_by_all_criteria_and_says_what_was_not_measured(results, real, synthetic):
    out = results
    quick = ("--splits", 2, "--replicates", 10, "--classifier-steps", 0, "--size", 64)
    _run("evaluate", "--real", real, "--synthetic", synthetic, "--out", out, *quick)
    assert _run("report", out, "--dataset", synthetic, "--title", "Knees <b>") == 0
    text = (out / "evidence.html").read_text()
    page = _Page(text)
    assert page.ids == [
        "congruence", "coverage", "constraint", "completeness", "compliance", "comprehension", "consistency",
        "human",
    ]  # fmt: skip
    assert "These features cannot tell: block-means:00000000 takes" in text
    assert "report --study BUNDLE" in text
    assert page.outside == []
    assert "Knees &lt;b&gt;" in text
    assert "data:image/png;base64," in text
    assert text.count("<svg") >= 4
    assert "utility (<code>python -m generation utility</code>)" in text
    assert "fid[" not in text


def test_a_study_fills_the_section_on_readers(results):
    example = Path(__file__).parents[3] / "analysis" / "example"
    assert _run("report", results, "--study", example) == 0
    text = _text(results)
    assert "the real image picked" in text
    assert "report --study BUNDLE" not in text


def test_a_dataset_whose_files_were_changed_is_named_in_the_report(results, own_synthetic):
    rows = _rows(own_synthetic / "manifest.csv")
    with (own_synthetic / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "sha256"])
        writer.writeheader()
        writer.writerows([{**row, "sha256": "0" * 64} for row in rows])
    _run("report", results, "--dataset", own_synthetic)
    assert "42 files are missing or not those of the manifest" in _text(results)


def test_the_report_names_the_licence_of_a_release(results, own_synthetic, capsys):
    (own_synthetic / "provenance.json").write_text('{"licence": "CC-BY-4.0"}')
    _run("report", results, "--dataset", own_synthetic)
    assert "Licence: CC-BY-4.0." in _text(results)
    (own_synthetic / "provenance.json").write_text("{")
    assert _run("report", results, "--dataset", own_synthetic) == 1
    assert "provenance.json cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("record", ["{}", "[]", "{half"])
def test_a_record_that_was_edited_is_refused(tmp_path, record, capsys):
    (tmp_path / "quality.json").write_text(record)
    assert _run("report", tmp_path) == 1
    assert "quality.json is no record of a measurement" in capsys.readouterr().err


BOTH = ("--real", "{real}", "--synthetic", "{synthetic}")
NAMED = ("--real", "{real}", "--synthetic", "ddpm={synthetic}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("evaluate", "--real", "{real}", "--synthetic", "nowhere"), "nowhere does not exist"),
        (("evaluate", *BOTH, "--conditions", "age"), "no label 'age'"),
        (("evaluate", *BOTH, "--inception", "no.pth"), "no.pth cannot be read"),
        (("evaluate", *BOTH, "--label", "age"), "no label 'age'"),
        (("evaluate", *BOTH, "--size", "8"), "choose 16 or more"),
        (("evaluate", *BOTH, "--splits", "0"), "splits is 0: choose 1 or more"),
        (("evaluate", *BOTH, "--replicates", "0"), "replicates is 0: choose 1 or more"),
        (("evaluate", *BOTH, "--level", "95"), "level is 95.0: choose 0 or more, and less than 1"),
        (("evaluate", *BOTH, "--seed", "-1"), "seed is -1: choose 0 or more"),
        (("evaluate", *BOTH, "--classifier-steps", "-1"), "steps is -1: choose 1 or more"),
        (("memorization", "--train", *BOTH[1:], "--size", "0"), "choose 16 or more"),
        (("utility", *NAMED, "--synthetic", "ddpm=elsewhere"), "there is a 'ddpm' already"),
        (
            ("utility", "--real", "{real}", "--synthetic", "real={synthetic}"),
            "Give the synthetic set another",
        ),
        (("utility", *NAMED, "--replicates", "0"), "replicates is 0: choose 1 or more"),
        (("utility", *NAMED, "--size", "4"), "size_px is 4: choose 16 or more"),
        (("utility", "--real", "{real}", "--synthetic", "ddpm"), "write NAME=PATH"),
        (("utility", *NAMED, "--condition", "age"), "no label 'age'"),
        (("utility", *NAMED, "--seeds", "0"), "Ask for 2 or more"),
        (("memorization", "--train", "{real}", "--heldout", *BOTH[1:]), "patients are in"),
        (("memorization", "--train", "{real}", "--synthetic", "{colour}"), "colour image"),
    ],
)
def test_bad_input_ends_with_one_clear_line(tmp_path, real, synthetic, capsys, words, sentence):
    colour = tmp_path / "colour" / "0"
    colour.mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(colour / "a.png")
    filled = [word.format(real=real, synthetic=synthetic, colour=colour.parent) for word in words]
    assert _run(*filled, "--out", tmp_path / "out") == 1
    error = capsys.readouterr().err.strip().splitlines()
    assert sentence in error[-1]
    assert error[-1].startswith("error: ")


def test_images_stored_in_more_bits_than_they_have_are_refused(tmp_path, real, synthetic, capsys):
    shallow = Path(shutil.copytree(real, tmp_path / "shallow"))
    for path in shallow.rglob("*.png"):
        dark = np.asarray(Image.open(path)).astype(np.uint16) * 16
        Image.fromarray(dark).save(path)
    assert _run("evaluate", "--real", shallow, "--synthetic", synthetic, "--out", tmp_path / "out") == 1
    assert "more bits than they have" in capsys.readouterr().err


def test_the_package_offers_the_runs_and_loads_torch_for_them_only():
    told = "import sys, generation; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", told], check=True, cwd=Path(__file__).parents[3], timeout=300)
    assert generation.memorization is runs.memorization
    assert generation.evaluate is runs.evaluate


def test_a_report_of_nothing_says_what_to_run_first(tmp_path, capsys):
    assert _run("report", tmp_path) == 1
    assert "Run `python -m generation evaluate`" in capsys.readouterr().err


def test_results_that_cannot_be_written_are_refused(tmp_path, real, synthetic, capsys):
    (tmp_path / "file").write_text("")
    words = ("--train", real, "--synthetic", synthetic, "--out", tmp_path / "file" / "deep", "--size", 64)
    assert _run("memorization", *words) == 1
    assert "cannot be a folder for results" in capsys.readouterr().err
