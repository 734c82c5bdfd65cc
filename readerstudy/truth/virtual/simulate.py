"""Let virtual readers read a study, one after the other or side by side through HTTP."""

from concurrent.futures import ThreadPoolExecutor, wait

from django.db import close_old_connections, connection

from readerstudy.accounts.models import User
from readerstudy.studies.errors import StudyIsNotLocked
from readerstudy.studies.models import Enrolment, Study
from readerstudy.truth.virtual.direct import OnAnswer, read_directly
from readerstudy.truth.virtual.enrol import enrol_virtual, invite_virtual
from readerstudy.truth.virtual.reader import Skill, VirtualReader
from readerstudy.truth.virtual.through_http import read_through_http

SIDE_BY_SIDE = 4


def simulate_readers(
    study: Study, readers: int, skill: Skill, *, by: User, seed: int, on_answer: OnAnswer
) -> int:
    """Virtual readers read directly. Run again, they go on where they stopped. Returns the new answers."""
    if not study.is_locked:
        raise StudyIsNotLocked
    total = 0
    for number in range(1, readers + 1):
        enrolment = enrol_virtual(study, number, by=by)
        reader = VirtualReader(skill, seed=seed, place=enrolment.place or 0)
        total += read_directly(enrolment, reader, on_answer=on_answer)
    return total


def simulate_through_http(
    study: Study,
    readers: int,
    skill: Skill,
    *,
    by: User,
    seed: int,
    server: str,
    on_answer: OnAnswer,
    on_pause: OnAnswer = lambda: None,
) -> int:
    """Virtual readers come in by invitation and read side by side, each with a session of their own.

    `on_answer` is called in the readers' threads, `on_pause` every second in the caller's.
    """
    if not study.is_locked:
        raise StudyIsNotLocked
    known = Enrolment.objects.filter(study=study, virtual=True).count()
    invited = [invite_virtual(study, known + number, by=by) for number in range(1, readers + 1)]

    def read(number: int) -> int:
        one = invited[number]
        try:
            reader = VirtualReader(skill, seed=seed, place=one.enrolment.place or 0)
            return read_through_http(one, reader, server=server, on_answer=on_answer)
        finally:
            connection.close()

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        under_way = [pool.submit(read, number) for number in range(readers)]
        while wait(under_way, timeout=1).not_done:
            on_pause()
    close_old_connections()
    return sum(done.result() for done in under_way)
