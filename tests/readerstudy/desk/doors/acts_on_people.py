"""Invite, remind, replace and withdraw; tell an outsider what one image is."""

from typing import Any

from tests.readerstudy.desk.doors.act import LONG, Act, Form


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


ACTS = {
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
}
