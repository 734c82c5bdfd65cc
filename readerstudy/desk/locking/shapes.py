from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from readerstudy.desk.locking.plan_summary import summary_of
from readerstudy.truth.allocate import allocations_of
from readerstudy.truth.models import BlindingAudit, Plan
from readerstudy.truth.recognisable import findable
from readerstudy.truth.secrets import commitment_of
from readerstudy.web.shapes import Shape


class OrdersOut(Shape):
    different = serializers.IntegerField()
    places = serializers.IntegerField()
    correlation = serializers.FloatField(allow_null=True, help_text="Median rank correlation of two places.")
    lowest = serializers.FloatField(allow_null=True)
    highest = serializers.FloatField(allow_null=True)
    spread = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="How many trials come on average in which tenth of the reading.",
    )


class SlotShareOut(Shape):
    source = serializers.CharField()  # type: ignore[assignment]
    low = serializers.IntegerField(help_text="Percent of its images in the slot with the fewest.")
    high = serializers.IntegerField(help_text="Percent of its images in the slot with the most.")


class BalanceOut(Shape):
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()
    low = serializers.IntegerField(help_text="The fewest images that a source has of the value.")
    high = serializers.IntegerField()


class PlannedSectionOut(Shape):
    """Sums over all places and trials; nothing that belongs to one of them."""

    name = serializers.CharField()
    trials = serializers.IntegerField()
    catch = serializers.IntegerField()
    repeats = serializers.IntegerField()
    images_on_a_screen = serializers.IntegerField()
    screens_each = serializers.IntegerField()
    used = serializers.DictField(child=serializers.IntegerField(), help_text="Images by source.")
    balance = BalanceOut(many=True, help_text="Of matched labels; which source has how many is not told.")
    orders = OrdersOut()
    slots = SlotShareOut(many=True)
    repeat_after = serializers.IntegerField(
        allow_null=True, help_text="The fewest screens between a trial and its repeat."
    )


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
    findable = serializers.SerializerMethodField(
        help_text="Sources whose images readers may find or make elsewhere, by why."
    )
    sections = serializers.SerializerMethodField()

    def get_findable(self, plan: Plan) -> dict[str, list[str]]:
        return findable(plan.study)

    @extend_schema_field(PlannedSectionOut(many=True))
    def get_sections(self, plan: Plan) -> Any:
        return PlannedSectionOut(summary_of(plan.study), many=True).data

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
