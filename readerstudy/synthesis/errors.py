"""What `synthesis` refuses, each with its remedy."""

from readerstudy.errors import ReaderstudyError


class SynthesisError(ReaderstudyError, code="synthesis_error", status=422):
    """The images could not be generated."""


class GenerationNotInstalled(SynthesisError, code="generation_not_installed"):
    """Generation needs torch and diffusers. Install them: pip install "readerstudy[generation]"."""


class NotACondition(SynthesisError, code="not_a_condition"):
    """Conditions are written KEY=VALUE, such as grade=3."""


class UnknownModel(SynthesisError, code="unknown_model"):
    """There is no such model on this server. Put its .safetensors file into the folder of checkpoints."""
