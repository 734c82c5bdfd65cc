"""What is measured: the networks, the batches, how often."""

from dataclasses import dataclass, replace

from generation.models.configs import NetworkConfig


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Our network for each image size, largest first, with the sweeps and repeats of all parts."""

    networks: tuple[NetworkConfig, ...]
    sampling_batches: tuple[int, ...] = (1, 4, 16, 64)
    training_batches: tuple[int, ...] = (2, 8, 32, 128)
    inside_batch: int = 16
    sample_batch: int = 16
    guidance: float = 1.5
    steps: int = 20
    peer_steps: int = 10
    repeats: int = 5
    compile: bool = True
    peak_size: int = 8192
    quality_steps: tuple[int, ...] = (10, 15, 20, 30)
    quality_guidances: tuple[float, ...] = (1.0, 1.5, 2.0)
    quality_count: int = 1000
    reference_steps: int = 1000
    floor_splits: int = 40
    replicates: int = 400
    manifest_rows: int = 20_000
    launched_images: int = 512


_SMALL = NetworkConfig(
    size=128, unshuffle=2, channels=(64, 128, 192, 256), attention_levels=(3,), norm_groups=32
)
_LARGE = NetworkConfig(
    size=1024,
    unshuffle=4,
    channels=(128, 256, 384, 512),
    attention_levels=(3,),
    head_channels=64,
    norm_groups=32,
)
HEADLINE = Plan(networks=(_LARGE, replace(_SMALL, size=256), _SMALL))
TOY = Plan(
    networks=(
        NetworkConfig(
            size=32, channels=(8, 16), blocks=1, attention_levels=(1,), head_channels=8, norm_groups=4
        ),
    ),
    sampling_batches=(1, 2),
    training_batches=(1, 2),
    inside_batch=2,
    sample_batch=2,
    steps=2,
    peer_steps=1,
    repeats=1,
    compile=False,
    peak_size=128,
    quality_steps=(2,),
    quality_guidances=(1.5,),
    quality_count=10,
    reference_steps=4,
    floor_splits=4,
    replicates=20,
    manifest_rows=20,
    launched_images=4,
)
