"""A server killed amid 200 submissions loses no acknowledged answer and duplicates none."""

import http.client
import json
import threading
from collections import Counter
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from readerstudy.accounts.models import User
from readerstudy.accounts.session_store import SessionStore
from readerstudy.audit.models import Event
from readerstudy.audit.verify import verify
from readerstudy.reading.models import Briefing, Consent, Presentation, Response
from readerstudy.studies.models import Enrolment, Role
from readerstudy.truth.lock import lock_study
from tests.readerstudy.factory import a_planned_study, a_user, protocol_text
from tests.readerstudy.server import Server

READERS = 200
KILL_AFTER = 60
CALLS = """
[[sections]]
name = "calls"
task = "call"
trials = 2
compose = { hospital-canary = 1, checkpoint-canary = 1 }
"""
PLACES = f"readers = {READERS}\nplaces = {READERS}"
TEXT = protocol_text(sections=CALLS).replace("readers = 2\nplaces = 4", PLACES)
CSRF = "c" * 32


@dataclass
class Submission:
    """One reader's answer on its way, sent again until it is acknowledged."""

    path: str
    body: str
    session: str
    client_uuid: str
    status: int = 0

    def send(self, port: int, heard: threading.Semaphore) -> None:
        headers = {
            "Content-Type": "application/json",
            "X-CSRFToken": CSRF,
            "Cookie": f"sessionid={self.session}; csrftoken={CSRF}",
        }
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            link.request("POST", self.path, self.body, headers)
            answer = link.getresponse()
            acknowledged = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return
        finally:
            link.close()
        if answer.status in (200, 201) and acknowledged["accepted"] == self.client_uuid:
            self.status = answer.status
            heard.release()


def two_hundred_readers() -> list[Submission]:
    """A locked study with everybody signed in and briefed, and everybody's first answer ready to send."""
    study = a_planned_study(TEXT)
    alice = a_user("alice")
    lock_study(study, by=alice, reason="ready")
    users = User.objects.bulk_create(User(email=f"r{i}@example.org", password="!") for i in range(READERS))
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(
            study=study, user=user, role=Role.READER, place=place, pseudonym=f"R{place}", invited_by=alice
        )
        for place, user in enumerate(users, start=1)
    )
    Consent.objects.bulk_create(Consent(enrolment=e, text_digest="0" * 64) for e in enrolments)
    Briefing.objects.bulk_create(Briefing(enrolment=e, text_digest="0" * 64) for e in enrolments)
    first = dict(Presentation.objects.filter(order=1).values_list("place", "token"))
    return [_submission(user, first[place]) for place, user in enumerate(users, start=1)]


def _submission(user: User, token: str) -> Submission:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "readerstudy.accounts.backend.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    client_uuid = str(uuid4())
    body = {"client_uuid": client_uuid, "answer": {"call": "real"}, "timing": {"response_ms": 1}}
    return Submission(
        path=f"/api/reading/knees/presentations/{token}/response",
        body=json.dumps(body),
        session=str(session.session_key),
        client_uuid=client_uuid,
    )


def send_all(submissions: list[Submission], port: int, heard: threading.Semaphore) -> list[threading.Thread]:
    """All at once; `heard` is released with each acknowledgement."""
    threads = [threading.Thread(target=submission.send, args=(port, heard)) for submission in submissions]
    for thread in threads:
        thread.start()
    return threads


def acknowledged(submissions: list[Submission]) -> set[str]:
    return {submission.client_uuid for submission in submissions if submission.status}


def stored() -> Counter[str]:
    return Counter(map(str, Response.objects.values_list("client_uuid", flat=True)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_server_killed_amid_two_hundred_submissions_loses_and_duplicates_nothing() -> None:
    submissions, heard = two_hundred_readers(), threading.Semaphore(0)
    with Server() as server:
        threads = send_all(submissions, server.port, heard)
        for _ in range(KILL_AFTER):
            assert heard.acquire(timeout=60)
        server.kill()
        for thread in threads:
            thread.join()
        promised = acknowledged(submissions)
        assert KILL_AFTER <= len(promised) < READERS
        assert promised <= set(stored())

        server.start()
        for thread in send_all([s for s in submissions if not s.status], server.port, heard):
            thread.join()
    assert acknowledged(submissions) == {submission.client_uuid for submission in submissions}
    assert stored() == Counter(submission.client_uuid for submission in submissions)
    assert Counter(Response.objects.values_list("enrolment", flat=True)).most_common(1)[0][1] == 1
    assert Event.objects.filter(verb="answer given").count() == READERS
    assert list(verify()) == []
