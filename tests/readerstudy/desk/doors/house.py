"""The studies that acts are tried on, and an owner's browser, program and command line."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

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
from tests.readerstudy.desk.doors.act import Act
from tests.readerstudy.desk.doors.acts_on_images import BATCH
from tests.readerstudy.desk.doors.acts_on_people import disclosed
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
