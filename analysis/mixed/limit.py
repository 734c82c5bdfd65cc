"""Up to how many answers a report fits its mixed models."""

MODEL_ANSWERS = 60_000


def too_many(n: int, what: str, function: str, instead: str) -> str | None:
    """Why no model is fitted to so many answers, and what to read or do instead; None where one is fitted."""
    if n <= MODEL_ANSWERS:
        return None
    return (
        f"{n:,} {what} are more than the {MODEL_ANSWERS:,} up to which a report fits mixed models, because "
        f"fitting more would take longer than the rest of the report; {instead}, and analysis.{function} "
        "fits as many as you have time and memory for."
    )
