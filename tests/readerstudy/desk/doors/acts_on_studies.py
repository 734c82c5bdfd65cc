"""From the protocol to the report: revise, copy, plan, audit, rehearse, lock, freeze, unblind."""

from typing import Any

from tests.readerstudy.desk.doors.act import LONG, Act, reasoned
from tests.readerstudy.factory import protocol_text


def rehearsed(taken: bool, **values: Any) -> Act:
    options = [f"--{name}={value}" for name, value in values.items()]
    return Act(
        on="locked",
        taken=taken,
        page=("preflight/", values),
        api=("preflight", values),
        command=["preflight", "{slug}", *options],
    )


def revised(taken: bool, text: str, reason: str = "") -> Act:
    return Act(
        on="draft",
        taken=taken,
        page=("protocol/", {"text": text, "do": "save", "reason": reason}),
        api=("protocol", {"text": text, "reason": reason}),
        command=["revise_protocol", "{slug}", "{file}", f"--reason={reason}"],
        method="put",
    )


ACTS = {
    "allocation": Act(
        on="unplanned", taken=True, page=("plan/", {}), api=("plan", {}), command=["allocate", "{slug}"]
    ),
    "allocation after the lock": Act(
        on="locked", taken=False, page=("plan/", {}), api=("plan", {}), command=["allocate", "{slug}"]
    ),
    "audit": Act(on="draft", taken=True, page=("audit/", {"verb": "run"}), api=("audit", {})),
    "reading preview": Act(on="draft", taken=True, page=("preview/", {}), api=("reading-preview", {})),
    "report": Act(
        on="unblinded",
        taken=True,
        page=("result/", {"cross_check": "1"}),
        api=("report", {"cross_check": True}),
    ),
    "report before the unblinding": Act(on="asked", taken=False, page=("result/", {}), api=("report", {})),
    **reasoned("two to unblind", "ending/", "ask", "unblinding-request", "unblind_study", name="request"),
    **reasoned("shared", "ending/", "approve", "shared-images-approval", "approve_shared_images"),
    **reasoned("draft", "lock/", "", "lock", "lock_study"),
    **reasoned("failed", "audit/", "override", "audit/override", "override_audit"),
    **reasoned("locked", "ending/", "freeze", "freeze", "freeze_study"),
    **reasoned("asked", "ending/", "confirm", "unblinding", "unblind_study"),
    "preflight of nothing given": rehearsed(True),
    "preflight of everything given": rehearsed(True, readers=3, accuracy=0.4, bias=1, dropout=0.1, seed=5),
    "preflight of one reader": rehearsed(False, readers=1),
    "preflight of a number that is none": rehearsed(False, readers="abc"),
    "preflight of too much accuracy": rehearsed(False, accuracy=1.5),
    "preflight of a seed too large": rehearsed(False, seed=2**31),
    "revision": revised(True, protocol_text(trials=2), "fewer"),
    "revision of a text that is none": revised(False, "nothing"),
    "revision for a long reason": revised(False, protocol_text(trials=2), LONG),
    **{
        f"copy called {title[:12]!r}": Act(
            on="draft",
            taken=taken,
            page=("copy/", {"title": title}),
            api=("copy", {"title": title}),
            command=["copy_study", "{slug}", f"--title={title}", "--by=alice@example.org"],
        )
        for title, taken in {"": True, "Knees, again": True, "x" * 301: False}.items()
    },
}
