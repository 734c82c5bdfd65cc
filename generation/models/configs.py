"""What a network and its diffusion are made of: values that fit into a checkpoint's header."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from generation.errors import RequestError
from generation.settings import refuse_below, refuse_beyond_share


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """A U-Net behind a PixelUnshuffle stem. One entry of `channels` a level, finest first."""

    size: int = 96
    unshuffle: int = 2
    channels: tuple[int, ...] = (32, 64, 96, 128)
    blocks: int = 2
    attention_levels: tuple[int, ...] = (3,)
    head_channels: int = 32
    norm_groups: int = 16
    dropout: float = 0.0
    embedding: Literal["added", "concatenated"] = "added"
    embedding_channels: int = 32
    #: How many changes of an augmented image the network is told; 0 for a network that knows of none.
    told_changes: int = 0

    def __post_init__(self) -> None:
        if not self.channels:
            raise RequestError("channels is empty: name one number a level, finest first")
        refuse_below(
            self, 1, "size", "unshuffle", "blocks", "head_channels", "norm_groups", "embedding_channels"
        )
        refuse_below(self, 0, "told_changes")
        refuse_beyond_share(self, "dropout")
        if any(not 0 <= level < len(self.channels) for level in self.attention_levels):
            raise RequestError(
                f"attention_levels is {self.attention_levels}: choose among 0 to {len(self.channels) - 1}"
            )
        finest = self.unshuffle * 2 ** (len(self.channels) - 1)
        if self.size % finest:
            raise RequestError(
                f"a network of {len(self.channels)} levels behind unshuffle {self.unshuffle} needs a size "
                f"that {finest} divides; {self.size} is none."
                f" Next possible: {-(-self.size // finest) * finest}"
            )
        if any(channels < 1 or channels % self.norm_groups for channels in self.channels):
            raise RequestError(f"norm_groups={self.norm_groups} must divide all of channels={self.channels}")
        attending = [self.channels[-1], *(self.channels[level] for level in self.attention_levels)]
        if any(channels % self.head_channels for channels in attending):
            raise RequestError(
                f"head_channels={self.head_channels} must divide the channels of each attention level "
                f"and of the last level: {attending}"
            )

    def to_json(self) -> dict[str, Any]:
        """Without what is off and was not possible at first: earlier versions read the card as well."""
        entry = asdict(self)
        if not self.told_changes:
            del entry["told_changes"]
        return entry

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "NetworkConfig":
        lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
        return cls(**{**entry, **lists})


@dataclass(frozen=True, kw_only=True)
class DiffusionConfig:
    """The forward process and what the network predicts of it. A `min_snr` of 0 weighs all steps alike."""

    timesteps: int = 1000
    schedule: Literal["cosine", "linear"] = "cosine"
    prediction: Literal["v", "epsilon"] = "v"
    zero_terminal_snr: bool = True
    min_snr: float = 5.0

    def __post_init__(self) -> None:
        refuse_below(self, 2, "timesteps")
        refuse_below(self, 0, "min_snr")
        if self.zero_terminal_snr and self.prediction == "epsilon":
            raise RequestError(
                "a network that predicts noise cannot start from pure noise: take prediction='v', "
                "or zero_terminal_snr=False"
            )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "DiffusionConfig":
        return cls(**entry)
