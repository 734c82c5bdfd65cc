"""Pseudonyms of patients, images and trials, derived from the study's name secret."""

import base64
import hmac

from readerstudy.studies.models import Study
from readerstudy.truth.secrets import name_key

CHARACTERS = 10  # of base32: among 10,000 images two share a name once in twenty million studies


class Pseudonyms:
    """The pseudonyms of one study. They are the same in its plan and in every unmasked export."""

    def __init__(self, study: Study) -> None:
        self._images = name_key(study, "image")
        self._groups = name_key(study, "group")
        self._trials = name_key(study, "trial")

    def image(self, digest: str) -> str:
        return "I" + tag(self._images, digest)

    def group(self, group: str) -> str:
        """The pseudonym of a patient; empty where the image has none."""
        return "G" + tag(self._groups, group) if group else ""

    def trial(self, section: str, number: int) -> str:
        return "T" + tag(self._trials, f"{section}\x1f{number}")


def tag(key: bytes, value: str) -> str:
    """A short name for a value, which nobody without the key can test a guess on."""
    digest = hmac.digest(key, value.encode(), "sha256")
    return base64.b32encode(digest).decode()[:CHARACTERS]
