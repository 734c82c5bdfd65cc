"""How large a study has to be."""

from analysis.planning.model import PlanError
from analysis.planning.plan import CurvePoint, Plan, plan
from analysis.planning.simulate import crossed_errors

__all__ = ["CurvePoint", "Plan", "PlanError", "crossed_errors", "plan"]
