"""What comes with the package: small, conditional, and its images show what was asked."""

from generation import bundled_checkpoint, describe_checkpoint


def test_the_bundled_checkpoint_is_small_and_knows_grade_and_side() -> None:
    card = describe_checkpoint(bundled_checkpoint())
    assert card.path.stat().st_size <= 15_000_000
    assert card.size >= 128
    assert card.conditions["grade"] == ["0", "1", "2", "3", "4"]
    assert card.conditions["side"] == ["L", "R"]
