"""The same values do the same through page, API and command, or are refused by all three."""

import json
import re
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
from drf_spectacular.generators import SchemaGenerator

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.desk.emergency.ask import ask_for_disclosure
from readerstudy.desk.images.uploads import Batch
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Deadline, Enrolment, Program, Role, Run, Study, Withdrawal
from readerstudy.studies.runs import start_run
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.duplicate import duplicate
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import (
    BlindingOverride,
    Disclosure,
    DisclosureRequest,
    Plan,
    Provenance,
    SharedImagesApproval,
    Unblinding,
    UnblindingRequest,
)
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.desk.api import conftest as programs
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
BATCH = uuid4()
#: Verbs that other tests try through every door they have.
ELSEWHERE = {
    "uploads_append": "test_a_piece_of_an_upload_is_put_nowhere_else_than_at_its_offset",
    "studies_create": "test_a_study_is_created_alike_through_every_door",
    "gaze_import": "test_page_api_and_command_take_the_same_table",
    "interim_take": "test_page_api_and_command_take_the_same_look",
    "my_data_erase": "test_the_api_erases_too_and_the_last_owner_of_a_study_stays",
}
#: Operations that answer a question and change nothing.
ASKING = {"protocol_check", "protocols_check", "planner_ask", "planner_endpoint"}
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


def reasoned(on: str, page: str, verb: str, api: str, command: str, *, name: str = "") -> dict[str, Act]:
    """An act that asks for a reason alone: with one, without, with spaces, and with one too long."""
    said = {"": "because", " without a reason": "", " for a blank reason": "  ", " for a long reason": LONG}
    return {
        f"{name or command}{ending}": Act(
            on=on,
            taken=reason == "because",
            page=(page, {"verb": verb, "reason": reason}),
            api=(api, {"reason": reason}),
            command=[command, "{slug}", f"--reason={reason}", "--by=alice@example.org"],
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


def asked_of_people(taken: bool, verb: str, api: str, command: str, **values: Any) -> Act:
    """An act of the page of people; a list is one field of several lines there, and an option each."""
    options = [
        f"--{'email' if name == 'emails' else name.replace('_', '-')}={one}"
        for name, value in values.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return Act(
        on="locked",
        taken=taken,
        page=("people/", {"verb": verb, "mail": "1", **values}),
        api=(f"people/{api}", values),
        command=[command, "{slug}", *options, "--by=alice@example.org"],
    )


def moved(taken: bool, **values: str) -> Act:
    return asked_of_people(taken, "deadline", "deadline", "move_deadline", **values)


def staff_left(taken: bool, reason: str) -> Act:
    return Act(
        on="locked",
        taken=taken,
        page=("people/staff/{staff}/withdraw/", {"keep_answers": "1", "reason": reason}),
        api=("people/withdrawals", {"email": "carl@example.org", "reason": reason}),
        command=["withdraw", "{slug}", "carl@example.org", f"--reason={reason}", "--keep-answers"],
    )


def confirmed(taken: bool, reason: str) -> Act:
    """What anna asked for is confirmed by alice, whose command names it once more."""
    return Act(
        on="disclosing",
        taken=taken,
        page=("emergency/", {"verb": "confirm", "request": "{request}", "reason": reason}),
        api=("emergencies/{request}/confirmation", {"reason": reason}),
        command=[*disclosed(taken).command[:-2], f"--reason={reason}", "--by=alice@example.org"],
    )


def imported(taken: bool, source: str = "gan-canary", names: str = "", batch: str = str(BATCH)) -> Act:
    given = {"batch": batch, "source": source, "names": names}
    return Act(on="draft", taken=taken, page=("images/", given), api=("imports", given))


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
    "import": imported(True),
    "import by names": imported(True, names="{{grade}}/{{patient}}.png"),
    "import by a pattern that is none": imported(False, names="{{"),
    "import into no such source": imported(False, source="none"),
    "import of no batch": imported(False, batch="abc"),
    "deadline": asked_of_people(
        True, "deadline", "deadline", "move_deadline", day="2030-01-31", reason="slow"
    ),
    "deadline on no day": asked_of_people(
        False, "deadline", "deadline", "move_deadline", day="soon", reason="slow"
    ),
    "deadline without a reason": moved(False, day="2030-01-31", reason=""),
    "reminder of everybody": asked_of_people(True, "remind", "reminders", "remind"),
    "reminder of one": asked_of_people(True, "remind", "reminders", "remind", emails=["ron@example.org"]),
    "reminder of no address": asked_of_people(False, "remind", "reminders", "remind", emails=["nobody"]),
    "program": asked_of_people(True, "program", "programs", "enrol_program", model="M", model_version="1"),
    "program read more than allowed": asked_of_people(
        False, "program", "programs", "enrol_program", model="M", model_version="1", repeats=1001
    ),
    "program of a holder nobody knows": asked_of_people(
        False, "program", "programs", "enrol_program", model="M", model_version="1", holder="no@example.org"
    ),
    "withdrawal of staff": staff_left(True, "moved"),
    "withdrawal of staff without a reason": staff_left(False, " "),
    "confirmation of a disclosure": confirmed(True, "nodule"),
    "confirmation of a disclosure without a reason": confirmed(False, ""),
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
    reasons: list[Any] = [Withdrawal, BlindingOverride, DisclosureRequest, UnblindingRequest, Unblinding]
    reasons += [Deadline, Disclosure, SharedImagesApproval]
    return {
        "runs": [(run.kind, run.request, run.total) for run in Run.objects.filter(study=study)],
        "rehearsals": Study.objects.filter(rehearses=study).count(),
        "stopped": Run.objects.filter(study=study, cancellation__isnull=False).count(),
        "letters": Event.objects.filter(stream__name=study.scope, verb="letter sent").count(),
        "programs": list(Program.objects.values_list("model", "version", "repeats", "holder__email")),
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
    program: programs.Program
    folder: Path

    def filled(self, study: Study, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.filled(study, one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(study, one) for one in value]
        if not isinstance(value, str) or "{" not in value or "[" in value:
            return value
        reader = study.enrolments.readers().order_by("place").first()
        run, staff = study.runs.first(), study.enrolments.filter(role=Role.COORDINATOR).first()
        request = DisclosureRequest.objects.first()
        image = Provenance.objects.filter(source__study=study, source__name="gan-canary").last()
        return value.format(
            slug=study.slug,
            reader=reader and reader.pseudonym,
            run=run and run.pk,
            staff=staff and staff.pk,
            request=request and request.pk,
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
            program=programs.a_program(locked.owner),
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
    upload = Batch(study=draft, token=BATCH, by=locked.owner)
    upload.append(0, "none/knee.png", 0, b"whatever the worker will say of it")
    return {
        "draft": draft,
        "unplanned": duplicate(draft, by=locked.owner),
        "failed": failed,
        "asked": asked.study,
        "running": running,
        **_near_the_end(locked.owner),
    }


def _near_the_end(owner: User) -> dict[str, Study]:
    """Frozen studies before and after the unblinding, and one with an emergency."""
    two = a_locked_study(protocol_text(study="unblinding_people = 2"), slug="two")
    shared, unblinded = a_locked_study(slug="shared"), a_locked_study(slug="unblinded")
    for made in (two, shared, unblinded):
        answer_next(made.reading("rita"))
        freeze_study(made.study, by=owner, reason="read")
    request_unblinding(unblinded.study, by=owner, reason="read")
    confirm_unblinding(unblinded.study, by=owner, reason="read")
    copy = duplicate(shared.study, by=owner)
    allocate(copy, by=owner)
    keep_audit(copy, images_digest(copy), True, AUDIT, by=owner)
    lock_study(copy, by=owner, reason="ready")
    disclosing = a_locked_study(slug="disclosing")
    answer_next(disclosing.reading("rita"))
    asked = disclosed(True).api[1] | {"reader": disclosing.reading("rita").pseudonym}
    ask_for_disclosure(disclosing.study, asked, by=disclosing.people["carl"])
    return {
        "two to unblind": two.study,
        "shared": shared.study,
        "unblinded": unblinded.study,
        "disclosing": disclosing.study,
    }


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


@pytest.mark.parametrize(
    ("text", "slug", "taken"),
    [
        (protocol_text(), "", True),
        (protocol_text(), "hips", True),
        (protocol_text(), "no such name", False),
        (protocol_text(), "draft", False),
        ("nothing", "hips", False),
    ],
)
def test_a_study_is_created_alike_through_every_door(text: str, slug: str, taken: bool, house: House) -> None:
    path = house.folder / "new.toml"
    path.write_text(text, encoding="utf-8")
    named: Form = {"slug": slug} if slug else {}
    words = ["create_study", str(path), f"--name={slug}", "--by=alice@example.org"]

    def by_command() -> None:
        with suppress(CommandError):
            call_command(*words, stdout=StringIO(), stderr=StringIO())

    before, found = set(Study.objects.values_list("pk", flat=True)), []
    for door in (
        lambda: house.browser.post("/studies/new/", {"text": text, "do": "save", "slug": slug}),
        lambda: house.program.post("studies", {"text": text, **named}),
        by_command,
    ):
        with transaction.atomic():
            door()
            made = Study.objects.exclude(pk__in=before)
            found.append([(one.slug if slug else "", one.title, one.protocol.text) for one in made])
            transaction.set_rollback(True)
    assert found == [found[0]] * 3
    assert bool(found[0]) == taken


def test_every_verb_of_the_api_is_tried_through_every_door() -> None:
    """A new operation that changes something needs an act here, or a test named in ELSEWHERE."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]  # type: ignore[no-untyped-call]
    tried = {f"{act.method} {re.sub('{[a-z]+}|gan-canary', '{}', act.api[0])}" for act in ACTS.values()}
    untried = {
        operation["operationId"]
        for path, operations in paths.items()
        for method, operation in operations.items()
        if path.startswith("/api/")
        and not path.startswith("/api/read")
        and method not in ("get", "parameters")
        and f"{method} {re.sub('{[a-z]+}', '{}', path.removeprefix('/api/studies/{slug}/'))}" not in tried
    }
    assert untried - ASKING == set(ELSEWHERE)
    tests = "".join(path.read_text() for path in Path("tests/readerstudy").rglob("test_*.py"))
    assert [name for name in ELSEWHERE.values() if f"def {name}(" not in tests] == []
