"""Start the process in which a program reads, and follow it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.enrol_program import issue_key
from readerstudy.studies.errors import NoProgram
from readerstudy.studies.models import Enrolment, Study
from readerstudy.truth.errors import ProgramStopped

#: What the process inherits. No address of a database, no secret, no setting of the platform.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV", "CUDA_VISIBLE_DEVICES")
REVOKED = "The program has stopped reading"


@dataclass(frozen=True, kw_only=True)
class Read:
    """How much a program read just now, and what it says that cost."""

    answers: int
    cost: float


def program_reader(study: Study, pseudonym: str = "") -> Enrolment:
    """The program enrolled in a study; where there are several, the one called so."""
    found = (
        Enrolment.objects.filter(study=study, program=True)
        .current()
        .select_related("program_details", "user")
    )
    if pseudonym:
        found = found.filter(pseudonym__iexact=pseudonym)
    programs = list(found.order_by("place"))
    if not programs:
        raise NoProgram(
            f"No program is enrolled in {study.slug}"
            + (f" as {pseudonym}" if pseudonym else "")
            + f". Enrol one: manage.py enrol_program {study.slug} --model … --model-version …"
        )
    if len(programs) > 1:
        names = ", ".join(f"{one.pseudonym} ({one.program_details.model})" for one in programs)
        raise NoProgram(f"{study.slug} has several programs: {names}. Name one with --reader.")
    return programs[0]


def let_read(
    reader: Enrolment,
    program: str,
    *,
    server: str,
    by: User,
    passed_on: Sequence[str] = (),
    on_answer: Callable[[], object] = lambda: None,
) -> Read:
    """Let a program read what is left for it. Its key lives as long as this.

    `passed_on` names variables of the environment that it also gets, such as the key of its endpoint.
    """
    with _key_for(reader, by=by) as key:
        arguments = ["--server", server, "--study", reader.study.slug, "--program", program]
        command = [sys.executable, "-m", "readerstudy.truth.programs.reading", *arguments]
        answers, cost, stopped = 0, 0.0, ""
        with subprocess.Popen(  # noqa: S603  (no shell; the program is the operator's own)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(reader, passed_on),
        ) as process:
            try:
                for said in _told(process, key):
                    answers = said.get("answers", answers)
                    cost += float(said.get("cost") or 0)
                    stopped = said.get("stopped", "")
                    if not stopped:
                        on_answer()
            finally:
                process.terminate()
    if stopped or process.returncode not in (0, None):
        why = stopped.rstrip(".") or "The process of the program ended without a word"
        raise ProgramStopped(f"{why}. {answers} answers were kept.")
    record(
        reader.stream,
        "program read",
        by=by,
        on=reader,
        particulars={"answers": answers, "cost": round(cost, 6), "program": program},
    )
    return Read(answers=answers, cost=cost)


@contextmanager
def _key_for(reader: Enrolment, *, by: User) -> Iterator[str]:
    key = issue_key(reader, by=by)
    try:
        yield key
    finally:
        account = reader.person
        for token in account.api_tokens.filter(revocation__isnull=True) if account else ():
            token.revoke(by=by, reason=REVOKED)


def _environment(reader: Enrolment, passed_on: Sequence[str]) -> dict[str, str]:
    """Where to find the platform's code and the operator's program; and what was explicitly passed on."""
    details = reader.program_details
    places = [str(Path.cwd()), *(place for place in sys.path if place)]
    kept = {name: os.environ[name] for name in (*INHERITED, *passed_on) if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(places)),
        "PROGRAM_MODEL": details.model,
        "PROGRAM_VERSION": details.version,
        "PROGRAM_ENDPOINT": details.endpoint,
        "PROGRAM_REPEATS": str(details.repeats),
    }


def _told(process: "subprocess.Popen[str]", key: str) -> Iterator[Mapping[str, Any]]:
    """What the process tells, line by line."""
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise ValueError("The process has no pipes.")
    stdin.write(key + "\n")
    stdin.close()
    for line in stdout:
        if line.startswith("{"):  # a library in the program may print by itself
            yield json.loads(line)
    process.wait()
