"""The errors of this package: each class's docstring is its default message, with the remedy."""


class GenerationError(Exception):
    """Generation failed. The log above says at which step; run the same command again to go on."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))


class DatasetError(GenerationError):
    """The images cannot be used for training. Give a folder with one folder a label, or a manifest.csv."""


class CheckpointError(GenerationError):
    """The checkpoint cannot be used. Give a .safetensors file written by `python -m generation train`."""


class UnknownConditionError(GenerationError):
    """The checkpoint does not know this condition. `python -m generation sample --help` lists them."""


class RequestError(GenerationError):
    """The request is not possible as it stands. See `python -m generation --help` for what is allowed."""


class OutputError(GenerationError):
    """The output folder cannot be used. Name an empty or new folder on a disk with room."""


class DiskFullError(OutputError):
    """The disk is full. Free some space and run the same command again: finished work is kept."""


class OutOfMemoryError(GenerationError):
    """The memory is not enough. Choose a smaller batch size; finished work is kept."""


class DivergedError(GenerationError):
    """The loss is no longer a number. Go on from the last checkpoint with a lower learning rate."""


class StoppedError(GenerationError):
    """Stopped on request. Finished work is kept: run the same command again to go on."""
