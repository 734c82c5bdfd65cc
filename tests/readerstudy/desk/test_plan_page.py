"""The plan can be looked at before the unblinding, and tells of no single trial."""

import csv
from io import StringIO

import pytest

from readerstudy.desk.locking.plan_summary import summary_of
from readerstudy.reading.models import Presentation
from readerstudy.truth.models import Key, Provenance
from tests.readerstudy.factory import (
    CALLS,
    QUARTETS,
    Locked,
    a_locked_study,
    a_planned_study,
    a_user,
    protocol_text,
)
from tests.readerstudy.people import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def made() -> Locked:
    return a_locked_study(protocol_text(sections=QUARTETS.format(trials=26) + CALLS))


def test_trials_orders_and_balance_are_counted(made: Locked) -> None:
    for section in summary_of(made.study):
        document = made.study.protocol.document.section(section.name)
        assert (section.trials, section.screens_each) == (document.trials, document.read_by_each)
        assert section.orders.places == made.study.protocol.document.places
        assert sum(section.orders.spread) == section.trials + section.catch
        assert sum(section.used.values()) == section.trials * section.images_on_a_screen


def test_slots_are_told_only_of_many_showings(made: Locked) -> None:
    triples, calls = summary_of(made.study)
    assert calls.slots == ()
    assert len(triples.slots) == 3  # 26 trials at 4 places
    assert all(share.low <= round(triples.expected_percent) <= share.high for share in triples.slots)
    few = a_locked_study(protocol_text(trials=3), slug="few", owner="olga")
    assert summary_of(few.study)[0].slots == ()


def test_nothing_that_is_told_belongs_to_one_trial() -> None:
    """Exchanging what two trials show changes nothing that the page, the file or the API says."""
    study = a_planned_study(protocol_text(sections=QUARTETS.format(trials=26) + CALLS))
    before, browser = summary_of(study), signed_in(a_user("alice"))
    table = browser.get(f"/studies/{study.slug}/plan.csv").content.decode()
    page = browser.get(f"/studies/{study.slug}/plan/").content.decode()
    assert {row["section"] for row in csv.DictReader(StringIO(table))} == {one.name for one in before}
    digests = Provenance.objects.filter(source__study=study).values_list("image__digest", flat=True)
    tokens = Presentation.objects.filter(section__study=study).values_list("token", flat=True)
    assert [one for one in (*digests, *tokens) if one in table + page] == []
    keys = Key.objects.filter(trial_image__trial__section__study=study, catch=False)
    first, second = keys.filter(trial_image__trial__section__name="calls")[:2]
    keys.filter(pk=first.pk).update(provenance=second.provenance)
    keys.filter(pk=second.pk).update(provenance=first.provenance)
    assert summary_of(study) == before


def test_the_api_tells_the_same(made: Locked) -> None:
    found = signed_in(made.owner).get(f"/api/studies/{made.study.slug}/plan").json()["sections"]
    said = summary_of(made.study)
    assert [one["orders"]["spread"] for one in found] == [list(one.orders.spread) for one in said]
    assert [one["used"] for one in found] == [one.used for one in said]


def test_values_of_matched_labels_are_as_many_in_each_source_and_none_is_told_of_one() -> None:
    study = a_planned_study(
        protocol_text(sections=CALLS + 'match = ["grade"]\n'), labels=lambda _, i: {"grade": str(i % 2)}
    )
    [calls] = summary_of(study)
    assert {one.label for one in calls.balance} == {"grade"}
    assert all(one.low == one.high for one in calls.balance)
    assert sum(one.low for one in calls.balance) == min(calls.used.values())
    page = signed_in(a_user("alice")).get(f"/studies/{study.slug}/plan/").content.decode()
    assert "Images of each source" in page
    told = signed_in(a_user("alice")).get(f"/api/studies/{study.slug}/plan").json()
    assert {tuple(sorted(one)) for one in told["sections"][0]["balance"]} == {
        ("high", "label", "low", "value")
    }
