"""Verify the people and the milestones of a study against its log."""

from collections.abc import Iterator
from typing import Any

from readerstudy.audit.chain import digest_of_text
from readerstudy.audit.compare import differences
from readerstudy.audit.models import Event, Stream
from readerstudy.audit.verify import Finding
from readerstudy.studies.create import CREATED, origin_of
from readerstudy.studies.invite import VIRTUAL_DOMAIN
from readerstudy.studies.models import Deadline, Enrolment, Freeze, Lock, Program, Role, Study, Withdrawal
from readerstudy.studies.models.milestones import Milestone

Facts = dict[Any, dict[str, Any]]


def verify_people(study: Study) -> Iterator[Finding]:
    """Enrolments, withdrawals and streams that were added, taken away or changed behind the log's back."""
    told = events_by_key(study.scope, "person withdrawn")
    withdrawals = {
        row.enrolment_id: said_of(row) | {"role": row.enrolment.role, "keep_answers": row.keep_answers}
        for row in Withdrawal.objects.filter(enrolment__study=study).select_related("enrolment")
    }
    for what in (
        *differences("enrolment", _enrolments(study), _enrolments_told(study)),
        *differences("the withdrawal of enrolment", withdrawals, told),
        *_programs(study),
        *_streams_without_people(study),
    ):
        yield Finding(stream=study.scope, what=what)


def _programs(study: Study) -> Iterator[str]:
    """What is kept of programs, and that nobody was turned into one or from one into a person."""
    rows = Program.objects.filter(enrolment__study=study)
    kept = {row.enrolment_id: row.particulars() for row in rows}
    told = events_by_key(study.scope, "program described")
    yield from differences("the program of enrolment", kept, told)
    marked = set(Enrolment.objects.filter(study=study, program=True).values_list("pk", flat=True))
    for pk in sorted(marked ^ set(told)):
        yield f"enrolment {pk} is marked otherwise than recorded: people and programs were confused"


def verify_milestones(study: Study) -> Iterator[Finding]:
    """Where the study comes from, the lock, the freeze and the deadlines, as rows and in the log."""
    locks = {
        lock.study_id: said_of(lock) | {"protocol": lock.protocol_digest, "plan": lock.plan_digest}
        for lock in Lock.objects.filter(study=study)
    }
    freezes = {
        row.study_id: said_of(row) | {"data": row.data_digest, "responses": row.responses}
        for row in Freeze.objects.filter(study=study)
    }
    deadlines = {
        row.pk: said_of(row) | {"day": row.day.isoformat()} for row in Deadline.objects.filter(study=study)
    }
    origins = events_by_key(study.scope, CREATED)
    for what in (
        *differences("deadline", deadlines, events_by_key(study.scope, "deadline moved")),
        *differences("the lock of study", locks, events_by_key(study.scope, "study locked")),
        *differences("the freeze of study", freezes, events_by_key(study.scope, "study frozen")),
        *differences("study", {study.pk: _origin(study)}, origins or {study.pk: {}}),
        *_protocol(study),
    ):
        yield Finding(stream=study.scope, what=what)


def events_by_key(stream: str, *verbs: str) -> Facts:
    """What the newest event of these verbs says of each subject, and when, by the subject's key."""
    rows = Event.objects.filter(stream__name=stream, verb__in=verbs).order_by("number")
    return {
        int(subject.rpartition(":")[2]): {**particulars, "by": by, "at": at, "reason": reason}
        for subject, particulars, by, at, reason in rows.values_list(
            "subject", "particulars", "by", "at", "reason"
        )
    }


def said_of(milestone: Milestone) -> dict[str, Any]:
    return {"by": milestone.by_id, "at": milestone.at, "reason": milestone.reason}


def _origin(study: Study) -> dict[str, Any]:
    kept = Study.objects.get(pk=study.pk)
    return {**origin_of(kept), "at": kept.created_at}


def _protocol(study: Study) -> Iterator[str]:
    """The text that was locked, by its own digest; the title is a part of it."""
    lock = Lock.objects.filter(study=study).select_related("protocol").first()
    if lock is None:
        return
    if {lock.protocol.digest, digest_of_text(lock.protocol.text)} != {lock.protocol_digest}:
        yield f"the text of protocol {lock.protocol_id} is not the one that was locked"
    elif study.title != lock.protocol.document.title:
        yield "the title of the study is not the one that was locked"
    if study.protocols.filter(version__gt=lock.protocol.version).exists():
        yield "there is a protocol newer than the one that was locked"


def _enrolments(study: Study) -> Facts:
    rows = Enrolment.objects.filter(study=study).select_related("user", "invitation")
    return {
        row.pk: {
            "role": row.role,
            "reader": row.pseudonym,
            "place": row.place,
            "arm": row.arm,
            "virtual": row.virtual,
            "at": row.invited_at,
        }
        for row in rows
    }


def _enrolments_told(study: Study) -> Facts:
    told: Facts = {}
    owners = Enrolment.objects.filter(study=study, role=Role.OWNER)
    for pk, said in events_by_key(study.scope, "reader invited", "reader enrolled").items():
        told[pk] = {"role": Role.READER, "arm": "", **said}
    for pk, said in events_by_key(study.scope, "virtual reader enrolled").items():
        told[pk] = {"role": Role.READER, "virtual": True, "arm": "", **said}
    for pk, said in events_by_key(study.scope, "staff invited").items():
        told[pk] = {"reader": "", "place": None, "virtual": False, **said}
    for said in events_by_key(study.scope, "study created").values():
        for pk in owners.filter(user=said["by"]).values_list("pk", flat=True):
            told.setdefault(pk, {"role": Role.OWNER, "reader": "", "place": None, "virtual": False})
    _say_what_early_events_left_out(study, told)
    _take_back_places(study, told)
    return told


def _say_what_early_events_left_out(study: Study, told: Facts) -> None:
    """Before events said who is virtual, the address did."""
    silent = [pk for pk, said in told.items() if "virtual" not in said]
    for row in Enrolment.objects.filter(pk__in=silent).select_related("user", "invitation"):
        told[row.pk]["virtual"] = row.email.endswith(f"@{VIRTUAL_DOMAIN}")


def _take_back_places(study: Study, told: Facts) -> None:
    """Whoever was withdrawn before coming gave up place and pseudonym."""
    read = set(
        Event.objects.filter(stream__name__startswith=f"{study.scope}/enrolment:")
        .order_by()
        .values_list("stream__name", flat=True)
        .distinct()
    )
    for pk, said in events_by_key(study.scope, "person withdrawn").items():
        never_came = f"{study.scope}/enrolment:{pk}" not in read
        if pk in told and told[pk].get("reader") and said.get("place_given_up", never_came):
            told[pk] |= {"reader": "", "place": None, "arm": ""}


def _streams_without_people(study: Study) -> Iterator[str]:
    """A reader's stream whose enrolment is gone."""
    people = {enrolment.stream for enrolment in Enrolment.objects.filter(study=study)}
    names = Stream.objects.filter(name__startswith=f"{study.scope}/enrolment:").values_list("name", flat=True)
    for name in names:
        if name not in people:
            yield f"{name.rpartition('/')[2]} has a stream and no row: it was removed"
