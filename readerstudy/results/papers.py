"""Results printed in papers whose studies the published protocols repeat, for comparison."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from readerstudy.studies.models import Study
from readerstudy.studies.protocol import ProtocolDocument

FILE = "paper.csv"
PAPERS = Path(__file__).with_name("papers.toml")


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


@cache
def papers() -> tuple[Paper, ...]:
    return tuple(
        Paper(**{**paper, "sources": frozenset(paper["sources"])})
        for paper in tomllib.loads(PAPERS.read_text(encoding="utf-8"))["papers"]
    )


def printed_by_the_paper(study: Study) -> Mapping[str, str]:
    """What the paper printed that this study repeats; nothing for any other study."""
    document = study.protocol.document
    return next((paper.printed for paper in papers() if paper.is_repeated_by(document)), {})


def write_paper(study: Study, folder: Path) -> None:
    """`paper.csv` in the folder of a report, where there is a paper."""
    printed = printed_by_the_paper(study)
    if printed:
        with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([("measure", "printed by the paper"), *printed.items()])
