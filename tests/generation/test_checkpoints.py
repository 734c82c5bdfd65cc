"""A checkpoint describes itself, and what is not a whole one of this project is refused by name."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from generation import describe_checkpoint, load_checkpoint
from generation.cards import metadata_of
from generation.errors import CheckpointError


def test_a_card_is_read_without_torch(tiny_checkpoint: Path) -> None:
    program = (
        "import sys, generation; card = generation.describe_checkpoint(sys.argv[1]); "
        "print(card.title, card.size, card.conditions['grade'], len(card.digest), 'torch' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tiny_checkpoint)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert answer.stdout.split("\n")[0] == "Tiny 16 ['0', '1', '2', '3', '4'] 64 False"


def test_the_loaded_network_is_the_saved_one(tiny_checkpoint: Path) -> None:
    checkpoint = load_checkpoint(tiny_checkpoint)
    assert checkpoint.digest == describe_checkpoint(tiny_checkpoint).digest
    assert list(checkpoint.conditions) == ["grade", "side", "age"]
    predicted = checkpoint.network(
        torch.zeros(1, 1, 16, 16), torch.tensor([500]), torch.tensor([[1.0, 0.0, float("nan")]])
    )
    assert predicted.shape == (1, 1, 16, 16)
    assert torch.isfinite(predicted).all()


def test_the_json_beside_it_tells_config_data_commit_versions_and_metrics(tiny_checkpoint: Path) -> None:
    card = json.loads(tiny_checkpoint.with_suffix(".json").read_text())
    assert card["sha256"] == describe_checkpoint(tiny_checkpoint).digest
    assert {"network", "diffusion", "training", "data", "software", "metrics", "conditions"} <= set(card)
    assert {"torch", "diffusers", "commit"} <= set(card["software"])
    assert card["metrics"]["validation_loss"] > 0


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    torch.save({"weights": torch.zeros(1)}, tmp_path / "model.pt")
    (tmp_path / "plain.ckpt").write_bytes(pickle.dumps({"a": 1}))
    for path in (tmp_path / "model.pt", tmp_path / "plain.ckpt"):
        with pytest.raises(CheckpointError, match="pickle"):
            load_checkpoint(path)


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.01, 0.6, 0.999])
def test_a_truncated_checkpoint_is_refused(tiny_checkpoint: Path, tmp_path: Path, share: float) -> None:
    content = tiny_checkpoint.read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CheckpointError, match=r"cut off|only its beginning"):
        load_checkpoint(tmp_path / "cut.safetensors")


def test_a_safetensors_file_of_something_else_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="something else"):
        load_checkpoint(tmp_path / "other.safetensors")


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    manifest = {"architecture": "transformer-9", "title": "Other"}
    save_file({"a": torch.zeros(2)}, tmp_path / "new.safetensors", metadata=metadata_of(manifest))
    with pytest.raises(CheckpointError, match="transformer-9"):
        load_checkpoint(tmp_path / "new.safetensors")


def test_weights_that_do_not_fit_their_card_are_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    manifest = describe_checkpoint(tiny_checkpoint).manifest
    save_file({"a": torch.zeros(2)}, tmp_path / "odd.safetensors", metadata=metadata_of(manifest))
    with pytest.raises(CheckpointError, match="do not fit"):
        load_checkpoint(tmp_path / "odd.safetensors")


def test_a_missing_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot read"):
        load_checkpoint(tmp_path / "none.safetensors")


@pytest.mark.parametrize("lost", ["title", "network", "conditions", "diffusion"])
def test_a_card_that_lacks_something_is_refused(tiny_checkpoint: Path, tmp_path: Path, lost: str) -> None:
    manifest = describe_checkpoint(tiny_checkpoint).manifest
    manifest.pop(lost)
    with pytest.raises(CheckpointError, match=f"cannot be read: it lacks '{lost}'"):
        load_checkpoint(_with_card(tiny_checkpoint, tmp_path, json.dumps(manifest)))


@pytest.mark.parametrize("card", ["{half", "[1]", "7"])
def test_a_card_that_is_none_is_refused(tiny_checkpoint: Path, tmp_path: Path, card: str) -> None:
    with pytest.raises(CheckpointError, match="cannot be read"):
        describe_checkpoint(_with_card(tiny_checkpoint, tmp_path, card))


def test_a_setting_of_a_later_version_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    manifest = describe_checkpoint(tiny_checkpoint).manifest
    manifest["network"]["later"] = 1
    with pytest.raises(CheckpointError, match=r"later.*newer version"):
        load_checkpoint(_with_card(tiny_checkpoint, tmp_path, json.dumps(manifest)))


def test_weights_that_are_no_numbers_are_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    weights = load_file(tiny_checkpoint)
    next(iter(weights.values())).view(-1)[0] = float("nan")
    manifest = describe_checkpoint(tiny_checkpoint).manifest
    save_file(weights, tmp_path / "nan.safetensors", metadata=metadata_of(manifest))
    with pytest.raises(CheckpointError, match="no numbers: its training had failed"):
        load_checkpoint(tmp_path / "nan.safetensors")


@pytest.mark.parametrize("offsets", [[0, 4], None])
def test_a_header_that_contradicts_itself_is_refused(
    tiny_checkpoint: Path, tmp_path: Path, offsets: list[int] | None
) -> None:
    content = tiny_checkpoint.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    first = next(entry for name, entry in header.items() if name != "__metadata__")
    first["data_offsets"] = offsets
    changed = json.dumps(header).encode()
    (tmp_path / "odd.safetensors").write_bytes(
        len(changed).to_bytes(8, "little") + changed + content[8 + length :]
    )
    with pytest.raises(CheckpointError, match=r"do not fit|only its beginning"):
        load_checkpoint(tmp_path / "odd.safetensors")


def _with_card(checkpoint: Path, folder: Path, card: str) -> Path:
    path = folder / "edited.safetensors"
    save_file(load_file(checkpoint), path, metadata={"readerstudy": card})
    return path
