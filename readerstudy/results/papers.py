"""What the papers printed whose studies the published protocols repeat, to lay beside our own result."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from readerstudy.studies.models import Study
from readerstudy.studies.protocol import ProtocolDocument

FILE = "paper.csv"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """`title`, `seed` and `sources` are those of the published protocol, `printed` what the paper says."""

    title: str
    seed: int
    sources: frozenset[str]
    printed: Mapping[str, str]

    def is_repeated_by(self, document: ProtocolDocument) -> bool:
        """The same sources, and the title or the seed: either may be changed, and it is the study still."""
        sources = {source.name for source in document.sources}
        return sources == self.sources and (document.title == self.title or document.seed == self.seed)


PAPERS = (
    Paper(
        title="Cervical spine radiographs: a clinical Turing test",
        seed=20251025,
        sources=frozenset({"real", "checkpoint-a", "checkpoint-b", "checkpoint-c"}),
        printed={
            "Correct picks": "29.0% of 400",
            "Fleiss' kappa of picks": ".061",
            "Mean rating, real": "3.323",
            "Mean rating, checkpoints": "3.228, 3.258, 3.320",
            "Wilcoxon p": ".128, .236, 1.000",
            "Holm": ".383, .471, 1.000",
        },
    ),
    Paper(
        title="Pelvis radiographs: real or synthetic",
        seed=20240610,
        sources=frozenset({"real", "ddpm"}),
        printed={"Accuracy": "62%"},
    ),
    Paper(
        title="Pelvis radiographs: do the labels fit?",
        seed=20240611,
        sources=frozenset({"real", "ddpm"}),
        printed={"Label discrepancies": "0 of 100"},
    ),
    Paper(
        title="Knee radiographs: DDPM against GAN",
        seed=20251028,
        sources=frozenset({"real", "gan", "ddpm-unconditional", "ddpm-conditional"}),
        printed={"GAN images detected": "62.5%", "DDPM-unconditional images detected": "16.7%"},
    ),
    Paper(
        title="Knee radiographs by grade",
        seed=20251101,
        sources=frozenset({"real", "ddpm-by-grade"}),
        printed={"Readers": "none; FID 85.41 and inception score 1.03 from 50 images"},
    ),
)


def printed_by_the_paper(study: Study) -> Mapping[str, str]:
    """What the paper printed that this study repeats; nothing for any other study."""
    document = study.protocol.document
    return next((paper.printed for paper in PAPERS if paper.is_repeated_by(document)), {})


def write_paper(study: Study, folder: Path) -> None:
    """`paper.csv` in the folder of a report, where there is a paper."""
    printed = printed_by_the_paper(study)
    if printed:
        with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([("measure", "printed by the paper"), *printed.items()])
