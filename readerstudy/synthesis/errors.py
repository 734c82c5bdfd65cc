from readerstudy.errors import ReaderstudyError


class SynthesisError(ReaderstudyError, code="synthesis_error", status=422):
    """The images could not be generated."""


class GenerationNotInstalled(SynthesisError, code="generation_not_installed"):
    """Generation needs torch. Install it: pip install "readerstudy[generation]"."""


class UnknownModel(SynthesisError, code="unknown_model"):
    """There is no such model on this server. Put its .safetensors file into the folder of checkpoints."""
