"""Recompute the plan of an unblinded study from its bundle, and compare it with what was shown.

Needs neither Django nor a database: `python -m readerstudy.truth.allocation BUNDLE`.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readerstudy.studies.protocol import ProtocolDocument, parse_protocol
from readerstudy.truth.allocation.document import PlanDocument, PlannedImage, PlannedTrial, Pooled
from readerstudy.truth.allocation.keys import PLAN, PLAN_DIGEST, commitment
from readerstudy.truth.allocation.make import make_plan
from readerstudy.truth.allocation.replay import other_exposures
from readerstudy.truth.errors import PlanNotVerified
from readerstudy.truth.hidden import derive

TABLES = ("picks.csv", "ratings.csv", "calls.csv", "checks.csv", "answers.csv")
MARKS = "marks.csv"
MOST_TOLD = 5


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was recomputed and found equal."""

    plan_hash: str
    rows: int


def verify_plan(bundle: Path) -> Verified:
    """Return what was checked. Raises PlanNotVerified with the first difference."""
    study = _study(bundle)
    protocol = _protocol(bundle, study)
    secret = bytes.fromhex(study["plan_secret"])
    if commitment(study["study"], secret) != study["commitment"]:
        raise PlanNotVerified("The plan secret is not the one that the commitment was made to.")
    plan = make_plan(
        protocol, study["protocol_hash"], _pools(bundle), key=derive(secret, PLAN, study["study"])
    )
    if plan.digest(derive(secret, PLAN_DIGEST, study["study"])) != study["plan_hash"]:
        raise PlanNotVerified(
            "The recomputed plan has another hash: pool.csv or plan_hash was changed, or the plan was not "
            "drawn from this secret."
        )
    rows = _compare(bundle, plan)
    _replay(bundle, protocol, key=derive(secret, PLAN, study["study"]))
    return Verified(plan_hash=study["plan_hash"], rows=rows)


def _replay(bundle: Path, protocol: ProtocolDocument, *, key: bytes) -> None:
    """Every exposure of a staircase has to follow from its rule, the secret and the answers before it."""
    if not any(section.staircase for section in protocol.sections):
        return
    places = {row["reader"]: int(row["plan_place"]) for row in _rows(bundle / "readers.csv")}
    wrong = list(other_exposures(_rows(bundle / "answers.csv"), protocol, places, key))
    if wrong:
        raise PlanNotVerified(f"Shown for another time than the rule gives: {_some(wrong, '; ')}.")


def _study(bundle: Path) -> dict[str, Any]:
    path = bundle / "study.json"
    try:
        study: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PlanNotVerified(f"{path} cannot be read. Give the folder of an unmasked bundle.") from error
    if study.get("masked"):
        raise PlanNotVerified("A masked bundle holds no plan secret. Export an unmasked one.")
    if study.get("plan_computable_from_protocol"):
        raise PlanNotVerified(
            "The study was locked before studies had secrets: its plan is computable from the protocol."
        )
    missing = [
        name
        for name in ("study", "commitment", "plan_secret", "plan_hash", "protocol_hash")
        if name not in study
    ]
    if missing:
        raise PlanNotVerified(f"{path} lacks {', '.join(missing)}. Export the bundle again.")
    return study


def _protocol(bundle: Path, study: dict[str, Any]) -> ProtocolDocument:
    content = (bundle / "protocol.toml").read_bytes()
    if hashlib.sha256(content).hexdigest() != study["protocol_hash"]:
        raise PlanNotVerified("protocol.toml is not the protocol that the study was locked with.")
    return parse_protocol(content.decode())


def _pools(bundle: Path) -> dict[str, list[Pooled]]:
    pools: dict[str, list[Pooled]] = {}
    for row in _rows(bundle / "pool.csv"):
        pooled = Pooled(image=row["image"], group=row["group"], labels=json.loads(row["labels"]))
        pools.setdefault(row["source"], []).append(pooled)
    return pools


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _compare(bundle: Path, plan: PlanDocument) -> int:
    """Every answer has to stand at the reader's place and order as the plan has it; how many do."""
    shown = _Shown(bundle, plan)
    rows, wrong = 0, []
    for name, fits in (*((name, shown.fits) for name in TABLES), (MARKS, shown.was_marked)):
        if not (bundle / name).exists():
            continue
        for line, row in enumerate(_rows(bundle / name), start=2):
            rows += 1
            if not _holds(fits, row):
                wrong.append(f"{name} line {line}")
    if wrong:
        raise PlanNotVerified(f"Not shown as planned: {_some(wrong, ', ')}.")
    return rows


def _holds(fits: Callable[[dict[str, str]], bool], row: dict[str, str]) -> bool:
    try:
        return fits(row)
    except (KeyError, ValueError):  # a reader or a section that there is not, a number that is none
        return False


def _some(wrong: Sequence[str], separator: str) -> str:
    more = f" and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
    return separator.join(wrong[:MOST_TOLD]) + more


class _Shown:
    """What the plan says of the screen behind a row of the bundle."""

    def __init__(self, bundle: Path, plan: PlanDocument) -> None:
        self._sections = {section.name: section for section in plan.sections}
        self._places = {row["reader"]: int(row["plan_place"]) for row in _rows(bundle / "readers.csv")}
        self._trials: dict[tuple[str, str], int] = {}
        self._names: dict[tuple[str, int], str] = {}

    def fits(self, row: dict[str, str]) -> bool:
        section = self._sections[row["section"]]
        walk = section.places[self._places[row["reader"]] - 1]
        if not 1 <= int(row["order"]) <= len(walk):
            return False
        presentation = walk[int(row["order"]) - 1]
        trial = section.trials[presentation.trial - 1]
        if not self._is_same_trial(row, presentation.trial) or trial.catch != (row["catch"] == "1"):
            return False
        if bool(row["repeat_of"]) != (presentation.repeats is not None):
            return False
        return _is_screen(row, trial, presentation.slots)

    def was_marked(self, row: dict[str, str]) -> bool:
        """A point lies on an image of its trial, which the answers have named."""
        name = row["trial"].removesuffix("-again")
        number = self._trials.get((row["section"], name))
        if number is None:
            return False
        images = self._sections[row["section"]].trials[number - 1].compared
        if not row["image"]:
            return row["source"] == _only_source(images)
        return (row["image"], row["source"]) in {(image.image, image.source) for image in images}

    def _is_same_trial(self, row: dict[str, str], number: int) -> bool:
        """A trial's name is a pseudonym; it has to mean the same trial in every row."""
        name = row["repeat_of"] or row["trial"]
        known = self._trials.setdefault((row["section"], name), number)
        return known == number and self._names.setdefault((row["section"], number), name) == name


def _is_screen(row: dict[str, str], trial: PlannedTrial, slots: tuple[int, ...]) -> bool:
    """The image in the row's slot is the planned one; of a pick, the picked alternative."""
    if row.get("screen", trial.screen) != trial.screen:
        return False
    if "item" in row and not row["image"]:
        return not row["slot"] and row["source"] == _only_source(trial.compared)
    slot = int(row.get("slot_picked", row.get("slot")) or 1)
    if not 1 <= slot <= len(trial.compared):
        return False
    image = trial.images[slots[slot - 1] - 1]
    if "picked" in row:
        return image.alternative == row["picked"]
    return (image.image, image.source) == (row["image"], row["source"])


def _only_source(images: Sequence[PlannedImage]) -> str:
    """The source of a screen, if it has but one."""
    sources = {image.source for image in images}
    return sources.pop() if len(sources) == 1 else ""
