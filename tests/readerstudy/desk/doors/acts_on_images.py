"""Import, generate and remove images; stop what runs."""

from typing import Any
from uuid import uuid4

from tests.readerstudy.desk.doors.act import Act

BATCH = uuid4()


def sampled(taken: bool, **values: Any) -> Act:
    source = {"source": "gan-canary"} if "source" in values else {}
    path = "generations" if source else "previews"
    return Act(
        on="draft", taken=taken, page=("playground/", {"model": "bundled", **values}), api=(path, values)
    )


def imported(taken: bool, source: str = "gan-canary", names: str = "", batch: str = str(BATCH)) -> Act:
    given = {"batch": batch, "source": source, "names": names}
    return Act(on="draft", taken=taken, page=("images/", given), api=("imports", given))


ACTS = {
    "import": imported(True),
    "import by names": imported(True, names="{{grade}}/{{patient}}.png"),
    "import by a pattern that is none": imported(False, names="{{"),
    "import into no such source": imported(False, source="none"),
    "import of no batch": imported(False, batch="abc"),
    "preview of nothing given": sampled(True),
    "preview by ddpm without steps": sampled(True, sampler="ddpm"),
    "preview by ddpm with steps": sampled(True, sampler="ddpm", steps=20),
    "preview of too many": sampled(False, count=100_000),
    "preview of no steps": sampled(False, steps=0),
    "preview by an unknown sampler": sampled(False, sampler="magic"),
    "generation by ddpm without steps": sampled(True, source="gan-canary", sampler="ddpm", count=5),
    "generation of too many": sampled(False, source="gan-canary", count=100_001),
    "generation for no such source": sampled(False, source="none", count=5),
    "generation for a real source": sampled(False, source="hospital-canary", count=5),
    "stop": Act(
        on="running",
        taken=True,
        page=("runs/{run}/stop/", {"reason": "Stopped on its page"}),
        api=("runs/{run}/cancellation", {"reason": "Stopped on its page"}),
        command=["stop_run", "{slug}", "{run}", "--reason=Stopped on its page"],
    ),
    "removal": Act(
        on="draft",
        taken=True,
        page=("images/of/gan-canary/take-out/", {"images": "{image}", "reason": "wrong"}),
        api=("sources/gan-canary/removal", {"images": ["{image}"], "reason": "wrong"}),
        command=["take_out", "{slug}", "--source=gan-canary", "--images={image}", "--reason=wrong"],
    ),
    "removal without a reason": Act(
        on="draft",
        taken=False,
        page=("images/of/gan-canary/take-out/", {"images": "{image}", "reason": ""}),
        api=("sources/gan-canary/removal", {"images": ["{image}"], "reason": ""}),
        command=["take_out", "{slug}", "--source=gan-canary", "--images={image}", "--reason="],
    ),
}
