"""Enrol a program as a reader: it reads what a person would, and is always marked as a program."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from readerstudy.accounts.issue_token import issue_program_token
from readerstudy.accounts.models import User
from readerstudy.audit.chain import digest_of_text
from readerstudy.audit.record import record
from readerstudy.studies.errors import HolderIsInTheStudy, ImagesStayInside, NoSuchHolder, StudyIsNotLocked
from readerstudy.studies.family import family_of
from readerstudy.studies.invite import enrol_reader
from readerstudy.studies.models import Enrolment, Program, Role, Study

#: RFC 2606: nobody can ever have an address there.
PROGRAM_DOMAIN = "programs.invalid"
#: Who must not hold the key of a program: they read, or look at answers before the end.
EXCLUDED_HOLDERS = (Role.READER, Role.ANALYST, Role.MONITOR)


@dataclass(frozen=True, kw_only=True)
class ProgramFacts:
    """What is stored of a program; of its prompt, the digest alone."""

    model: str
    version: str
    prompt: str = ""
    repeats: int = 1
    endpoint: str = ""


def facts_and_holder(given: Mapping[str, Any], *, by: User) -> tuple[ProgramFacts, User]:
    """Return the program that a `ProgramRequest` describes, and the person responsible for it."""
    holder = User.objects.filter(email=given["holder"].lower()).first() if given["holder"] else by
    if holder is None:
        raise NoSuchHolder(f"Nobody here has the email address {given['holder']}. Invite them first.")
    facts = ProgramFacts(
        model=given["model"],
        version=given["model_version"],
        prompt=given["prompt"],
        repeats=given["repeats"],
        endpoint=given["endpoint"],
    )
    return facts, holder


@transaction.atomic
def enrol_program(study: Study, facts: ProgramFacts, *, holder: User, by: User) -> Enrolment:
    """Give the next free place to a program. `holder` is responsible for it and may hold its key."""
    study = study.take_turn()
    if not study.is_locked:
        raise StudyIsNotLocked
    _require_outside(holder, study)
    _require_inside(facts.endpoint, study)
    number = Enrolment.objects.filter(study=study, program=True).count() + 1
    email = f"program-{number:02d}.{study.uuid.hex[:12]}@{PROGRAM_DOMAIN}"
    account = User.objects.create_user(email, name=f"{facts.model} {facts.version}"[:150])
    enrolment = enrol_reader(study, account, by=by, program=True)
    program = Program.objects.create(
        enrolment=enrolment,
        model=facts.model,
        version=facts.version,
        prompt_digest=digest_of_text(facts.prompt),
        repeats=facts.repeats,
        endpoint=facts.endpoint,
        holder=holder,
    )
    record(study.scope, "program described", by=by, on=enrolment, particulars=program.particulars())
    return enrolment


@transaction.atomic
def issue_key(enrolment: Enrolment, *, by: User) -> str:
    """Issue a key for the program, shown once, and revoke earlier keys."""
    _require_outside(enrolment.program_details.holder, enrolment.study)
    account = enrolment.person
    if account is None:
        raise ValueError("A program has an account from the start.")
    for token in account.api_tokens.filter(revocation__isnull=True):
        token.revoke(by=by, reason="A new key was made")
    return issue_program_token(account, name=f"program {enrolment.pseudonym}", by=by)


def _require_outside(holder: User, study: Study) -> None:
    """Refuse a holder who reads or analyses a study of the family: the key shows images and answers."""
    parts = Enrolment.objects.of(holder).filter(study__in=family_of(study), role__in=EXCLUDED_HOLDERS)
    if parts.exists():
        raise HolderIsInTheStudy(
            f"{holder.email} reads or analyses this study, its original or a copy, and cannot hold the key "
            "of a program. Name somebody else."
        )


def _require_inside(endpoint: str, study: Study) -> None:
    if endpoint and not _is_here(endpoint) and not study.lock.protocol.document.external:
        raise ImagesStayInside(
            f"{endpoint} is outside this machine, and the locked protocol does not say `external = true` "
            "under [study]. Use an endpoint on this machine, or plan a study that allows it."
        )


def _is_here(endpoint: str) -> bool:
    """Return whether an address is on this machine."""
    host = urlsplit(endpoint if "//" in endpoint else f"//{endpoint}").hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
