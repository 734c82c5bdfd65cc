from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch

from generation.errors import CheckpointError
from generation.evidence import extractors
from generation.evidence.domain_net import DomainNet
from generation.evidence.extractors import NetworkExtractor, domain_extractor, inception_extractor
from generation.evidence.inception import CLASSES, FEATURES, Inception
from generation.phantoms import make_phantom


def test_the_inception_has_the_size_that_is_published_for_a_thousand_classes():
    """27,161,264 parameters with the auxiliary head of 3,326,696, which the FID does not have."""
    with torch.device("meta"):
        net = Inception(classes=1000)
    assert sum(parameter.numel() for parameter in net.parameters()) == 27_161_264 - 3_326_696


def test_the_inception_names_its_layers_as_the_published_file_does():
    with torch.device("meta"):
        names = set(Inception().state_dict())
    assert {
        "Conv2d_1a_3x3.conv.weight",
        "Mixed_5b.branch5x5_2.bn.running_mean",
        "Mixed_6a.branch3x3dbl_3.conv.weight",
        "Mixed_6e.branch7x7dbl_5.conv.weight",
        "Mixed_7a.branch7x7x3_4.bn.bias",
        "Mixed_7c.branch3x3dbl_3b.conv.weight",
        "fc.bias",
    } <= names
    assert len([name for name in names if name.endswith("conv.weight")]) == 94


def test_the_inception_gives_2048_features_and_1008_scores_for_any_size():
    torch.manual_seed(0)
    net = Inception().eval()
    with torch.no_grad():
        features, scores = net(torch.rand(1, 1, 32, 40))
    assert features.shape == (1, FEATURES)
    assert scores.shape == (1, CLASSES)


def test_only_the_file_with_the_known_hash_may_give_a_fid(tmp_path: Path):
    other = tmp_path / "inception.pth"
    torch.save({"fc.bias": torch.zeros(3)}, other)
    with pytest.raises(CheckpointError, match=r"but the Inception of the FID has 6726825d"):
        inception_extractor(other)


def test_a_file_of_the_right_shapes_is_no_fid_without_the_right_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Random weights in the published layout, without counters of batches, as old files are."""
    torch.manual_seed(0)
    weights = {name: tensor for name, tensor in Inception().state_dict().items() if "num_batches" not in name}
    file = tmp_path / "random.pth"
    torch.save(weights, file)
    with pytest.raises(CheckpointError, match="the distance is then measured, and named"):
        inception_extractor(file)
    monkeypatch.setattr(extractors, "INCEPTION_SHA", sha256(file.read_bytes()).hexdigest()[:8])
    extractor = inception_extractor(file)
    features, classes = extractor.extract(np.zeros((2, 40, 40), np.uint8))
    assert (features.shape, classes.shape) == ((2, FEATURES), (2, CLASSES))
    assert extractor.name == f"inception-v3-2015:{extractors.INCEPTION_SHA}"


def test_a_missing_weights_file_is_refused_by_name(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"nowhere\.pth cannot be read"):
        inception_extractor(tmp_path / "nowhere.pth")


def test_the_projects_own_extractor_carries_the_hash_of_its_weights():
    extractor = domain_extractor()
    assert not extractor.is_inception
    assert extractor.name.startswith("knee-domain-net:")
    assert len(extractor.name.partition(":")[2]) == 8


def test_a_damaged_extractor_is_refused(tmp_path: Path):
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(b"\x00" * 40)
    with pytest.raises(CheckpointError, match=r"cut\.safetensors cannot be read"):
        domain_extractor(cut)


def test_the_extractor_reads_grades_off_phantoms_that_it_was_not_trained_on():
    made = [make_phantom(index, seed=77, grade=index % 2 * 4) for index in range(24)]
    _, grades = domain_extractor().extract(np.stack([one.image for one in made]))
    called = grades @ np.arange(5)
    worse = np.arange(24) % 2 == 1
    assert called[worse].min() > called[~worse].mean() + 1
    assert np.mean((called > 2) == worse) > 0.9


def test_features_do_not_depend_on_what_else_is_in_the_batch():
    net = DomainNet().eval()
    extractor = NetworkExtractor(
        "x:0", lambda image: (net(image).detach(), net(image).detach()), is_inception=False
    )
    pixels = np.random.default_rng(0).integers(0, 256, (70, 96, 96)).astype(np.uint8)
    whole, _ = extractor.extract(pixels)
    alone, _ = extractor.extract(pixels[66:67])
    assert alone[0] == pytest.approx(whole[66], abs=1e-5)


def test_eight_and_sixteen_bit_films_give_the_same_features():
    film = make_phantom(0, seed=5).image
    eight = (film // 257).astype(np.uint8)
    a, _ = domain_extractor().extract(film[None])
    b, _ = domain_extractor().extract(eight[None])
    assert np.linalg.norm(a - b) < 0.05 * np.linalg.norm(a)
