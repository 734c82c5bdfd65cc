"""The shapes of what goes out, and how rows take them."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from readerstudy.studies.models import Enrolment, Run, Study
from readerstudy.truth.allocate import allocations_of
from readerstudy.truth.models import Plan
from readerstudy.truth.secrets import commitment_of
from readerstudy.web.shapes import REFUSALS, Shape

__all__ = ["REFUSALS", "Shape"]


class StudyBriefOut(Shape):
    slug = serializers.CharField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()
    locked_at = serializers.DateTimeField(allow_null=True)
    frozen_at = serializers.DateTimeField(allow_null=True)
    address = serializers.CharField()


class StudiesOut(Shape):
    studies = StudyBriefOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Where the next fifty are.")


class StepOut(Shape):
    name = serializers.CharField()
    state = serializers.ChoiceField(["done", "overridden", "skipped", "now", "later"])
    said = serializers.CharField()


class StudyInFullOut(StudyBriefOut):
    roles = serializers.ListField(child=serializers.CharField())
    unblinded = serializers.BooleanField()
    life = StepOut(many=True)


class SourceOut(Shape):
    name = serializers.CharField()
    kind = serializers.ChoiceField(["real", "synthetic"])
    images = serializers.IntegerField()
    needed = serializers.IntegerField()
    checkpoint = serializers.CharField(allow_null=True)
    generated = serializers.IntegerField(allow_null=True)
    rejected = serializers.IntegerField(allow_null=True)


class SourcesOut(Shape):
    sources = SourceOut(many=True)


class SourceImageOut(Shape):
    number = serializers.IntegerField()
    labels = serializers.DictField(child=serializers.CharField())
    picture = serializers.CharField(help_text="The address of the image as PNG.")


class ImagesOut(Shape):
    images = SourceImageOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Where the next thousand are.")


class RemovedOut(Shape):
    taken_out = serializers.IntegerField()


class ReceivedOut(Shape):
    received = serializers.IntegerField(help_text="How many bytes of the file are here.")


class RunOut(Shape):
    number = serializers.IntegerField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(["waiting", "running", "vanished", "cancelled", "failed", "finished"])
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True)
    outcome = serializers.DictField()
    address = serializers.CharField()


class RunsOut(Shape):
    runs = RunOut(many=True)


class PlanOut(Shape):
    digest = serializers.CharField(help_text="HMAC of the plan under the study's plan secret.")
    commitment = serializers.CharField(help_text="SHA-256 that commits the study to its plan secret.")
    places = serializers.IntegerField()
    fits = serializers.BooleanField(help_text="Whether the study can be locked with it.")
    allocations = serializers.IntegerField(help_text="How often a plan was made for the study.")
    computable = serializers.BooleanField(
        help_text="Made before studies had secrets: the protocol alone tells the plan."
    )


class AuditOut(Shape):
    passed = serializers.BooleanField()
    overridden = serializers.BooleanField()
    at = serializers.DateTimeField()
    document = serializers.DictField()


class MilestoneOut(Shape):
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class FreezeOut(MilestoneOut):
    data_digest = serializers.CharField()
    responses = serializers.IntegerField()


class UnblindingOut(Shape):
    asked = MilestoneOut(allow_null=True)
    unblinded = MilestoneOut(allow_null=True)


class PersonOut(Shape):
    email = serializers.CharField()
    role = serializers.CharField()
    pseudonym = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(["here", "invited", "revoked", "expired", "withdrawn"])


class PeopleOut(Shape):
    people = PersonOut(many=True)


class InvitedOut(Shape):
    email = serializers.CharField()
    pseudonym = serializers.CharField(allow_blank=True)
    link = serializers.CharField(help_text="Known now and never again.")
    letter = serializers.BooleanField(help_text="Whether the link went out by e-mail.")


class NotInvitedOut(Shape):
    email = serializers.CharField()
    detail = serializers.CharField()
    code = serializers.CharField()


class InvitationsOut(Shape):
    invited = InvitedOut(many=True)
    reminded = serializers.ListField(child=serializers.EmailField())
    refused = NotInvitedOut(many=True)


class ReportOut(Shape):
    files = serializers.ListField(child=serializers.CharField())
    run = RunOut(allow_null=True)


def iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def study_out(study: Study) -> dict[str, Any]:
    return {
        "slug": study.slug,
        "title": study.title,
        "created_at": iso(study.created_at),
        "locked_at": iso(study.lock.at) if hasattr(study, "lock") else None,
        "frozen_at": iso(study.freeze.at) if hasattr(study, "freeze") else None,
        "address": f"/api/studies/{study.slug}",
    }


def run_out(run: Run) -> dict[str, Any]:
    return {
        "number": run.pk,
        "kind": run.kind,
        "state": run.state,
        "done": run.done,
        "total": run.total,
        "error": run.error,
        "outcome": run.outcome,
        "address": f"/api/studies/{run.study.slug}/runs/{run.pk}",
    }


def plan_out(plan: Plan, study: Study) -> dict[str, Any]:
    return {
        "digest": plan.digest,
        "commitment": commitment_of(study),
        "places": plan.places,
        "fits": plan.fits(study.protocol.digest),
        "allocations": allocations_of(study),
        "computable": plan.is_computable,
    }


def person_out(enrolment: Enrolment) -> dict[str, Any]:
    invitation = enrolment.invitation
    if enrolment.person is not None or invitation is None:
        open_state = "here"
    else:
        open_state = {"open": "invited"}.get(invitation.state, invitation.state)
    return {
        "email": enrolment.email,
        "role": enrolment.role,
        "pseudonym": enrolment.pseudonym,
        "state": "withdrawn" if hasattr(enrolment, "withdrawal") else open_state,
    }
