"""The default for how many answers a report fits mixed models to."""

MODEL_ANSWERS = 60_000


def too_many(n: int, limit: int, what: str, instead: str) -> str | None:
    """Why no model is fitted to so many answers, and what to read or do instead; None where one is fitted."""
    if n <= limit:
        return None
    return (
        f"{n:,} {what} are more than the {limit:,} up to which this report fits mixed models, because "
        f"fitting more would take longer than the rest of the report; {instead}, and --model-answers {n} "
        f"(in Python report(bundle, model_answers={n})) fits them, given time and memory."
    )
