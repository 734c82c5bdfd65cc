"""What is kept of a person: given to them on request, and erased on request as far as the record allows."""

import secrets
from collections import defaultdict
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q

from readerstudy.accounts.models import OPERATOR, Invitation, User
from readerstudy.audit.models import Event
from readerstudy.audit.record import record
from readerstudy.errors import ReaderstudyError
from readerstudy.reading.models import Concern, Draft, OwnKeys, Response, Sitting
from readerstudy.reading.own_keys import keys_of
from readerstudy.reading.steps import document_of
from readerstudy.results.models import Gaze
from readerstudy.studies.errors import require_reason
from readerstudy.studies.language import spoken
from readerstudy.studies.lead import withdraw_leader
from readerstudy.studies.models import Enrolment
from readerstudy.studies.withdraw import keep_an_owner

ERASED = "@erased.invalid"
LATER = "Answers are part of this export once the study is frozen."


class StillInAStudy(ReaderstudyError, code="still_in_a_study"):
    """This person has a part in a study that is not frozen. Withdraw them from it first."""


class NotAPerson(ReaderstudyError, code="not_a_person"):
    """The operator is no person. Nothing is kept of one."""


@transaction.atomic
def export_person(user: User, *, by: User) -> dict[str, Any]:
    """Everything kept of somebody, as plain data, without secrets and without what would unblind a study."""
    enrolments = Enrolment.objects.of(user).select_related("study__freeze", "withdrawal").order_by("pk")
    events = Event.objects.filter(by=user).order_by("pk")
    record("accounts", "personal data exported", by=by, on=user)
    return {
        "account": {"email": user.email, "name": user.name, "since": user.date_joined.isoformat()},
        "second_factors": [
            {"type": one.type, "since": one.created_at.isoformat()}
            for one in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        "tokens": [
            {"name": one.name, "scopes": one.scopes, "state": one.state} for one in user.api_tokens.all()
        ],
        "invitations": [
            {"email": one.email, "name": one.name, "at": one.created_at.isoformat(), "state": one.state}
            for one in _invitations_of(user)
        ],
        "keys": keys_of(user),
        "studies": [_part_in_a_study(enrolment) for enrolment in enrolments],
        "actions": [
            {"at": at.isoformat(), "what": verb, "reason": reason}
            for at, verb, reason in events.values_list("at", "verb", "reason")
        ],
    }


@transaction.atomic
def erase_person(user: User, *, by: User, reason: str) -> User:
    """Remove name, address and every way in. Doing it again changes nothing.

    Answers and questionnaires stay under the pseudonym. The log is append-only and keeps what it says.
    """
    require_reason(reason)
    if user.email == OPERATOR:
        raise NotAPerson
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.email.endswith(ERASED):
        return user
    if Enrolment.objects.of(user).current().filter(study__freeze__isnull=True).exists():
        raise StillInAStudy
    for part in Enrolment.objects.of(user).current():
        keep_an_owner(part)
    _close_every_way_in(user, by=by, reason=reason)
    nobody = f"erased-{secrets.token_hex(8)}{ERASED}"
    invitations = Invitation.objects.filter(pk__in=[one.pk for one in _invitations_of(user)])
    invitations.update(email=nobody, name="")
    user.email, user.name, user.is_active = nobody, "", False
    user.set_unusable_password()
    user.save()
    record("accounts", "personal data erased", by=by, on=user, reason=reason)
    return user


def _close_every_way_in(user: User, *, by: User, reason: str) -> None:
    for token in user.api_tokens.filter(revocation__isnull=True):
        token.revoke(by=by, reason=reason)
    for invitation in _invitations_of(user):
        if invitation.state == "open":
            invitation.revoke(by=by, reason=reason)
    withdraw_leader(user, by=by, reason=reason)
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    Draft.objects.filter(enrolment__in=Enrolment.objects.of(user)).delete()
    OwnKeys.objects.filter(user=user).delete()


def _invitations_of(user: User) -> list[Invitation]:
    mine = Invitation.objects.filter(Q(email=user.email) | Q(claim__by=user))
    return list(mine.select_related("claim", "revocation").order_by("pk"))


def _part_in_a_study(enrolment: Enrolment) -> dict[str, Any]:
    body: dict[str, Any] = {
        "study": enrolment.study.slug,
        "role": enrolment.role,
        "pseudonym": enrolment.pseudonym,
        "invited_at": enrolment.invited_at.isoformat(),
    }
    if hasattr(enrolment, "withdrawal"):
        body["withdrawn_at"] = enrolment.withdrawal.at.isoformat()
    for step in ("consent", "questionnaire"):
        if hasattr(enrolment, step):
            body[f"{step}_at"] = getattr(enrolment, step).at.isoformat()
    if hasattr(enrolment, "questionnaire"):
        body["questionnaire"] = enrolment.questionnaire.answers
    sittings = Sitting.objects.filter(enrolment=enrolment).order_by("pk")
    body["sittings"] = [
        {"from": one.started_at.isoformat(), "screen": one.screen, "display_check": one.display_check}
        for one in sittings
    ]
    body["problems_reported"] = _problems(enrolment)
    body["answers"] = _answers(enrolment) if hasattr(enrolment.study, "freeze") else LATER
    return body


def _problems(enrolment: Enrolment) -> list[dict[str, Any]]:
    """Sections by the titles that their reader saw: a name may say what is not disclosed yet."""
    rows = Concern.objects.filter(enrolment=enrolment).select_related("presentation__section").order_by("pk")
    return [
        {
            "section": spoken(document_of(enrolment).section(one.presentation.section.name).title),
            "screen": one.presentation.order,
            "at": one.at.isoformat(),
            "kind": one.kind,
            "text": one.text,
        }
        for one in rows
    ]


def _answers(enrolment: Enrolment) -> list[dict[str, Any]]:
    """In the order of reading; images by their places on the screen, as the reader saw them."""
    rows = Response.objects.filter(enrolment=enrolment).select_related("presentation__section", "pick")
    rows = rows.prefetch_related("ratings__slot", "reasons__slot")
    gaze: dict[int, list[Any]] = defaultdict(list)
    for one in Gaze.objects.filter(response__in=rows).order_by("pk"):
        gaze[one.response_id] += one.points
    ordered = rows.order_by("presentation__section__position", "presentation__order", "revision")
    return [
        {
            "section": one.presentation.section.name,
            "screen": one.presentation.order,
            "at": one.received_at.isoformat(),
            "pick": one.pick.position + 1 if one.pick is not None else None,
            "call": one.call,
            "confidence": one.confidence,
            "verdict": one.verdict,
            "observed": one.observed,
            "ratings": {str(rating.slot.position + 1): rating.points for rating in one.ratings.all()},
            "reasons": [
                {"image": why.slot.position + 1, "tag": why.tag, "x": why.x, "y": why.y}
                for why in one.reasons.all()
            ],
            "items": one.items or [],
            "response_ms": one.response_ms,
            "gaze": gaze[one.pk],
        }
        for one in ordered
    ]
