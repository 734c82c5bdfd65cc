"""A wrong import is no reason for a new study: images leave a source again, until the lock."""

import pytest
from django.core.management import call_command
from django.test import Client

from readerstudy.audit.models import Event
from readerstudy.imaging.models import Image
from readerstudy.imaging.storage import read_buffer
from readerstudy.studies.errors import ReasonMissing, StudyIsLocked
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.gate import newest_audit
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Key, Plan, Provenance, Source
from readerstudy.truth.sources import Origin, add_images, describe_generator
from readerstudy.truth.take_out import take_out
from tests.readerstudy.desk.api.conftest import a_program
from tests.readerstudy.factory import a_planned_study, a_user
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db
SHEET = "/studies/knees/images/of/hospital-canary/"


@pytest.fixture
def study() -> Study:
    return a_planned_study()


@pytest.fixture
def source(study: Study) -> Source:
    return Source.objects.get(study=study, name="hospital-canary")


@pytest.fixture
def alice(study: Study) -> Client:
    return signed_in(a_user("alice"))


def keys_of(source: Source) -> list[int]:
    return list(source.provenances.order_by("pk").values_list("pk", flat=True))


def test_an_emptied_source_can_be_filled_and_planned_again(study: Study, source: Source) -> None:
    origins = [Origin(image=row.image, labels=row.labels) for row in source.provenances.all()]
    assert take_out(source, by=a_user("alice"), reason="the wrong folder") == len(origins)
    assert (keys_of(source), Plan.objects.filter(study=study).exists()) == ([], False)
    assert newest_audit(study) is None
    assert all(read_buffer(origin.image) for origin in origins)
    add_images(source, origins, by=a_user("alice"))
    assert allocate(study, by=a_user("alice")).places == 4
    assert newest_audit(study) is not None


def test_the_record_says_what_left_and_why(study: Study, source: Source) -> None:
    first, second, *_ = keys_of(source)
    take_out(source, by=a_user("alice"), reason="two knees of a dog", only=[first, second])
    assert take_out(source, by=a_user("alice"), reason="two knees of a dog", only=[first, second]) == 0
    event = Event.objects.within(study.scope).get(verb="images taken out")
    assert (event.by, event.reason) == (a_user("alice"), "two knees of a dog")
    assert (event.particulars["source"], event.particulars["taken_out"]) == ("hospital-canary", 2)


def test_a_plan_that_shows_none_of_them_stays(study: Study, source: Source) -> None:
    planned = Key.objects.values("provenance")
    spare = list(source.provenances.exclude(pk__in=planned).values_list("pk", flat=True))
    assert take_out(source, by=a_user("alice"), reason="spare", only=spare) == len(spare) > 0
    assert Plan.objects.filter(study=study).exists()
    assert newest_audit(study) is None


def test_images_of_another_source_are_not_touched(study: Study, source: Source) -> None:
    other = Source.objects.get(study=study, name="gan-canary")
    assert take_out(source, by=a_user("alice"), reason="a slip", only=keys_of(other)) == 0
    assert keys_of(other) != []


def test_what_a_generator_made_and_a_person_took_out_counts_as_rejected(study: Study) -> None:
    gan, by = Source.objects.get(study=study, name="gan-canary"), a_user("alice")
    describe_generator(gan, by=by, checkpoint_digest="c" * 64, sampler={"steps": 20}, generated=4)
    source_keys = keys_of(gan)
    Provenance.objects.filter(source=gan).update(seed=1)
    take_out(gan, by=by, reason="two heads", only=source_keys[:1])
    gan.refresh_from_db()
    assert (gan.generated, gan.rejected, gan.rejection_rule) == (4, 1, "Taken out by hand: two heads")
    take_out(gan, by=by, reason="another model")
    gan.refresh_from_db()
    assert (gan.generated, gan.rejected, gan.checkpoint_digest) == (None, None, "")


def test_nothing_leaves_without_a_reason_or_after_the_lock(study: Study, source: Source) -> None:
    with pytest.raises(ReasonMissing):
        take_out(source, by=a_user("alice"), reason=" ")
    lock_study(study, by=a_user("alice"), reason="ready")
    with pytest.raises(StudyIsLocked):
        take_out(source, by=a_user("alice"), reason="too late")


def test_ticked_images_leave_by_the_page(source: Source, alice: Client) -> None:
    first, second, *others = keys_of(source)
    sent = {"verb": "take-out", "images": f"{first},{second}", "reason": "upside down"}
    answer = alice.post(f"{SHEET}take-out/", sent, follow=True)
    assert "2 images were removed from hospital-canary." in answer.content.decode()
    assert keys_of(source) == others
    nothing = alice.post(f"{SHEET}take-out/", {"verb": "take-out", "reason": "x"}, follow=True)
    assert "No image was selected" in nothing.content.decode()
    alice.post(f"{SHEET}take-out/", {"verb": "empty", "reason": "all wrong"})
    assert keys_of(source) == []


def test_after_the_lock_the_page_refuses_in_a_sentence_and_offers_nothing(
    study: Study, source: Source, alice: Client
) -> None:
    lock_study(study, by=a_user("alice"), reason="ready")
    assert b"Empty this source" not in alice.get(SHEET).content
    answer = alice.post(f"{SHEET}take-out/", {"verb": "empty", "reason": "late"}, follow=True)
    assert "what was locked cannot change" in answer.content.decode()
    assert keys_of(source) != []


def test_a_program_takes_images_out(source: Source) -> None:
    program = a_program(a_user("alice"))
    address = "studies/knees/sources/hospital-canary"
    listed = program.get(f"{address}/images").json()["images"]
    assert [row["number"] for row in listed] == keys_of(source)
    both = {"images": [listed[0]["number"]], "everything": True, "reason": "x"}
    assert program.post(f"{address}/removal", both).status_code == 400
    one = {"images": [listed[0]["number"]], "reason": "a slip"}
    assert program.post(f"{address}/removal", one).json() == {"taken_out": 1}
    rest = program.post(f"{address}/removal", {"everything": True, "reason": "all wrong"}).json()
    assert rest == {"taken_out": len(listed) - 1}


def test_a_command_takes_images_out(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("take_out", "knees", "--source", "hospital-canary", "--all", "--reason", "the wrong folder")
    assert "images taken out of source hospital-canary; 0 are left." in capsys.readouterr().out
    assert Image.objects.exists()
