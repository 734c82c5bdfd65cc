"""How the API shows a plan and a blinding audit."""

from rest_framework import serializers

from readerstudy.truth.allocate import allocations_of
from readerstudy.truth.models import BlindingAudit, Plan
from readerstudy.truth.secrets import commitment_of
from readerstudy.web.shapes import Shape


class PlanOut(Shape):
    digest = serializers.CharField(help_text="HMAC of the plan under the study's plan secret.")
    commitment = serializers.SerializerMethodField(
        help_text="SHA-256 that commits the study to its plan secret."
    )
    places = serializers.IntegerField()
    fits = serializers.SerializerMethodField(help_text="Whether the study can be locked with it.")
    allocations = serializers.SerializerMethodField(help_text="How often a plan was made for the study.")
    computable = serializers.BooleanField(
        source="is_computable",
        help_text="Made before studies had secrets: the protocol alone tells the plan.",
    )

    def get_commitment(self, plan: Plan) -> str:
        return commitment_of(plan.study)

    def get_fits(self, plan: Plan) -> bool:
        return plan.fits(plan.study.protocol.digest)

    def get_allocations(self, plan: Plan) -> int:
        return allocations_of(plan.study)


class AuditOut(Shape):
    passed = serializers.BooleanField()
    overridden = serializers.SerializerMethodField()
    at = serializers.DateTimeField()
    document = serializers.DictField()

    def get_overridden(self, audit: BlindingAudit) -> bool:
        return hasattr(audit, "override")
