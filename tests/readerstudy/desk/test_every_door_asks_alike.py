"""The same values do the same through page, API and command, or are refused by all three."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Enrolment, Run, Study, Withdrawal
from readerstudy.studies.runs import start_run
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.models import (
    BlindingOverride,
    DisclosureRequest,
    Plan,
    Provenance,
    Unblinding,
    UnblindingRequest,
)
from readerstudy.truth.unblind import request_unblinding
from tests.readerstudy.desk.api.conftest import Program, a_program
from tests.readerstudy.factory import (
    AUDIT,
    Locked,
    a_locked_study,
    a_planned_study,
    answer_next,
    kept_for_a_module,
    protocol_text,
)
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db

LONG = "x" * 2001
Form = dict[str, Any]


@dataclass(kw_only=True)
class Act:
    """One request in the words of each door; `{reader}` and `{run}` are filled in. `page` posts to a path."""

    on: str
    taken: bool
    page: tuple[str, Form]
    api: tuple[str, Form]
    command: list[str] = field(default_factory=list)
    method: str = "post"


def reasoned(on: str, page: str, verb: str, api: str, command: str, **more: Any) -> dict[str, Act]:
    """An act that asks for a reason alone: with one, without, with spaces, and with one too long."""
    said = {"": "because", " without a reason": "", " for a blank reason": "  ", " for a long reason": LONG}
    return {
        f"{command}{ending}": Act(
            on=on,
            taken=reason == "because",
            page=(page, {"verb": verb, "reason": reason}),
            api=(api, {"reason": reason}),
            command=[command, "{slug}", f"--reason={reason}"],
            **more,
        )
        for ending, reason in said.items()
    }


def rehearsed(taken: bool, **values: Any) -> Act:
    options = [f"--{name}={value}" for name, value in values.items()]
    return Act(
        on="locked",
        taken=taken,
        page=("preflight/", values),
        api=("preflight", values),
        command=["preflight", "{slug}", *options],
    )


def sampled(taken: bool, **values: Any) -> Act:
    source = {"source": "gan-canary"} if "source" in values else {}
    path = "generations" if source else "previews"
    return Act(
        on="draft", taken=taken, page=("playground/", {"model": "bundled", **values}), api=(path, values)
    )


def invited(taken: bool, *emails: str, role: str = "reader", leads: bool = False) -> Act:
    page = {"verb": "invite", "emails": "\n".join(emails), "role": role, "mail": "1"}
    return Act(
        on="locked",
        taken=taken,
        page=("people/", page | ({"leads": "1"} if leads else {})),
        api=("people", {"emails": list(emails), "role": role, "leads": leads}),
        command=["invite", "{slug}", *(f"--email={email}" for email in emails), f"--role={role}"]
        + (["--leads"] if leads else []),
    )


def left(taken: bool, reason: str, *, keep: bool, instead: str = "") -> Act:
    answers, page = "--keep-answers" if keep else "--drop-answers", {"keep_answers": "1" if keep else "0"}
    body: Form = {"reason": reason, "keep_answers": keep} | ({"email": instead} if instead else {})
    replaced = {"verb": "replace", "pseudonym": "{reader}", "email": instead, "mail": "1"}
    command = [
        "replace_reader" if instead else "withdraw",
        "{slug}",
        "{reader}",
        f"--reason={reason}",
        answers,
    ]
    return Act(
        on="locked",
        taken=taken,
        page=(
            "people/" if instead else "people/{reader}/withdraw/",
            page | {"reason": reason} | (replaced if instead else {}),
        ),
        api=("people/{reader}/replacement" if instead else "people/{reader}/withdrawal", body),
        command=command + ([f"--email={instead}"] if instead else []),
    )


def disclosed(taken: bool, **changes: Any) -> Act:
    asked = {
        "reader": "{reader}", "section": "triples", "number": 1, "letter": "A",
        "recipient": "Dr Ada", "email": "ada@clinic.example", "reason": "nodule", **changes,
    }  # fmt: skip
    named = {"recipient": "to"}
    options = [f"--{named.get(name, name)}={value}" for name, value in asked.items()]
    return Act(
        on="locked",
        taken=taken,
        page=("emergency/", {"verb": "ask", **asked}),
        api=("emergencies", asked),
        command=["disclose_image", "{slug}", *options, "--by=alice@example.org"],
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
    "invitation of two": invited(True, "rosa@example.org", "ralf@example.org"),
    "invitation of a leader": invited(True, "olga@example.org", role="owner", leads=True),
    "invitation of a reader who leads": invited(False, "rosa@example.org", leads=True),
    "invitation of an address and none": invited(True, "rosa@example.org", "nobody"),
    "withdrawal": left(True, "moved", keep=True),
    "withdrawal of the answers": left(True, "moved", keep=False),
    "withdrawal without a reason": left(False, " ", keep=True),
    "withdrawal for a long reason": left(False, LONG, keep=True),
    "replacement": left(True, "moved", keep=True, instead="rosa@example.org"),
    "replacement by no address": left(False, "moved", keep=True, instead="nobody"),
    "disclosure": disclosed(True),
    "disclosure without a reason": disclosed(False, reason=""),
    "disclosure of trial zero": disclosed(False, number=0),
    "disclosure of no such trial": disclosed(False, number=99),
    "disclosure to no address": disclosed(False, email="nobody"),
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


def state_of(study: Study) -> dict[str, Any]:
    """What a study holds, without what is random or a time."""
    enrolments = Enrolment.objects.filter(study=study).order_by("pk")
    reasons = [Withdrawal, BlindingOverride, DisclosureRequest, UnblindingRequest, Unblinding]
    return {
        "runs": [(run.kind, run.request, run.total) for run in Run.objects.filter(study=study)],
        "stopped": Run.objects.filter(study=study, cancellation__isnull=False).count(),
        "people": [(one.email, one.role, one.place) for one in enrolments],
        "left": list(Withdrawal.objects.values_list("enrolment", "reason", "keep_answers")),
        "reasons": [list(model.objects.values_list("reason", flat=True)) for model in reasons],
        "protocol": list(study.protocols.values_list("text", "reason")),
        "closed": [Study.objects.filter(pk=study.pk).values("lock__reason", "freeze__reason").get()],
        "plan": list(Plan.objects.filter(study=study).values_list("places", "protocol_digest")),
        "copies": list(Study.objects.filter(copy_of=study).values_list("title", flat=True)),
        "images": Provenance.objects.filter(source__study=study).count(),
    }


@dataclass(kw_only=True)
class House:
    """The studies that acts are tried on, and an owner's browser and program."""

    studies: dict[str, Study]
    browser: Client
    program: Program
    folder: Path

    def filled(self, study: Study, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.filled(study, one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(study, one) for one in value]
        if not isinstance(value, str) or "{" not in value or "[" in value:
            return value
        reader = study.enrolments.readers().order_by("place").first()
        run = study.runs.first()
        image = Provenance.objects.filter(source__study=study, source__name="gan-canary").last()
        return value.format(
            slug=study.slug,
            reader=reader and reader.pseudonym,
            run=run and run.pk,
            image=image and image.pk,
            file=self.folder / "protocol.toml",
        )

    def by_page(self, study: Study, act: Act) -> None:
        path, given = self.filled(study, act.page[0]), self.filled(study, act.page[1])
        self.browser.post(f"/studies/{study.slug}/{path}", given)

    def by_api(self, study: Study, act: Act) -> None:
        path, given = self.filled(study, act.api[0]), self.filled(study, act.api[1])
        getattr(self.program, act.method)(f"studies/{study.slug}/{path}", given)

    def by_command(self, study: Study, act: Act) -> None:
        if "text" in act.api[1]:
            (self.folder / "protocol.toml").write_text(act.api[1]["text"], encoding="utf-8")
        words = [self.filled(study, word) for word in act.command]
        with suppress(CommandError):
            call_command(*words, stdout=StringIO(), stderr=StringIO())

    def state_after(self, door: Callable[[Study, Act], None], act: Act) -> dict[str, Any]:
        """What a study holds after one door was used, which is undone afterwards."""
        study = Study.objects.get(slug=self.studies[act.on].slug)
        with transaction.atomic():
            door(study, act)
            state = state_of(Study.objects.get(pk=study.pk))
            transaction.set_rollback(True)
        return json.loads(json.dumps(state, default=str))


@pytest.fixture(scope="module")
def house(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with kept_for_a_module(django_db_blocker.unblock()):
        locked = a_locked_study(slug="locked")
        answer_next(locked.reading("rita"))
        studies = {"locked": locked.study, **_others(locked)}
        browser = signed_in(locked.owner, confirmed=True)
        yield House(
            studies=studies,
            browser=browser,
            program=a_program(locked.owner),
            folder=tmp_path_factory.mktemp("doors"),
        )


def _others(locked: Locked) -> dict[str, Study]:
    draft, failed = a_planned_study(slug="draft"), a_planned_study(slug="failed")
    keep_audit(failed, images_digest(failed), False, AUDIT, by=locked.owner)
    asked = a_locked_study(slug="asked")
    answer_next(asked.reading("rita"))
    freeze_study(asked.study, by=asked.owner, reason="read")
    request_unblinding(asked.study, by=asked.owner, reason="read")
    running = a_planned_study(slug="running")
    start_run(running, "audit", {}, by=locked.owner)
    return {"draft": draft, "failed": failed, "asked": asked.study, "running": running}


@pytest.mark.parametrize("name", ACTS)
def test_the_same_values_do_the_same_through_every_door(name: str, house: House) -> None:
    act = ACTS[name]
    before = house.state_after(lambda study, act: None, act)
    doors = [house.by_page, house.by_api, *([house.by_command] if act.command else [])]
    after = [house.state_after(door, act) for door in doors]
    assert all(state == after[0] for state in after)
    assert (after[0] != before) == act.taken


@pytest.mark.parametrize("offset", ["abc", "1000000000", "-1", "1.5", "9" * 30])
def test_a_piece_of_an_upload_is_put_nowhere_else_than_at_its_offset(offset: str, house: House) -> None:
    batch = uuid4()
    page = f"/studies/draft/images/upload/{batch}/0/?name=a.png&offset="
    api = f"/api/studies/draft/uploads/{batch}/0?name=a.png&offset="
    how = {"content_type": "application/octet-stream"}
    token = {"authorization": f"Bearer {house.program.key}"}
    assert house.browser.put(page + "0", b"beginning", **how).json() == {"received": 9}
    assert house.browser.put(page + offset, b"XXXX", **how).status_code in (400, 409)
    assert Client().put(api + offset, b"XXXX", headers=token, **how).status_code in (400, 409)
    assert house.browser.get(page).json() == {"received": 9}
    assert Client().put(api + "9", b" and end", headers=token, **how).json() == {"received": 17}
    assert house.browser.put(page + "0", b"beginning and end", **how).json() == {"received": 17}
