"""What `synthesis` refuses, each with its remedy."""

from readerstudy.errors import ReaderstudyError


class SynthesisError(ReaderstudyError):
    """The images could not be generated."""


class GenerationNotInstalled(SynthesisError):
    """Generation needs torch and diffusers. Install them: pip install "readerstudy[generation]"."""


class NotACondition(SynthesisError):
    """Conditions are written KEY=VALUE, such as grade=3."""


class UnknownModel(SynthesisError):
    """There is no such model on this server. Put its .safetensors file into the folder of checkpoints."""
