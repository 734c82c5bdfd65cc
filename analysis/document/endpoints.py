"""`endpoints` in report.json, and the analyses that test how far they depend on choices."""

from dataclasses import dataclass

from analysis.bundle.endpoints import EndpointTest, Role
from analysis.bundle.looks import Look
from analysis.document.json import left_out
from analysis.result import Result


@dataclass(frozen=True, kw_only=True)
class LooksAtEndpoint(Result):
    """What looks before the end leave to this one: a smaller p-value decides, a wider interval covers."""

    method: str
    information: float
    nominal_p: float
    low: float | None
    high: float | None
    stopped: bool
    taken: tuple[Look, ...]


@dataclass(frozen=True, kw_only=True)
class Endpoint(Result):
    """One endpoint, of the protocol or the platform's default; `met` is None where it is not tested."""

    name: str
    role: Role
    declared: bool
    of: str
    what: str
    test: EndpointTest
    compare: tuple[str, str] | None
    against: float | None
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    p: float | None
    p_holm: float | None
    margin: float | None
    met: bool | None
    looks: LooksAtEndpoint | None = left_out()
    reason: str | None = left_out()


@dataclass(frozen=True, kw_only=True)
class Sensitivity(Result):
    """The headline number of a section under another choice."""

    analysis: str
    quantity: str
    estimate: float | None
    low: float | None
    high: float | None
    p: float | None
    n_answers: int


#: The quantity of subgroups that is no share.
REALISM_APART = "mean rating of real minus synthetic images"


@dataclass(frozen=True, kw_only=True)
class Subgroup(Result):
    """One group of readers or images, and its difference from all the others (the interaction)."""

    group: str
    n_readers: int
    n_cases: int
    n_answers: int
    estimate: float | None
    low: float | None
    high: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    p: float | None
    p_holm: float | None = None


@dataclass(frozen=True, kw_only=True)
class SubgroupFactor(Result):
    """The groups of one factor; p-values are Holm-corrected within it."""

    factor: str
    of: str
    quantity: str
    groups: tuple[Subgroup, ...]
