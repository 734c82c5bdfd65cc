"""Where the images of a demonstration come from."""

import pytest

from readerstudy.desk.demo import images
from readerstudy.desk.demo.recipes import Recipe
from readerstudy.studies.create import create_study
from readerstudy.truth.models import Provenance
from tests.readerstudy.factory import a_leader, protocol_text


@pytest.mark.django_db
def test_without_torch_phantoms_stand_in_for_the_bundled_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "find_spec", lambda name: None)
    owner = a_leader("demo.owner")
    study = create_study(protocol_text(trials=1, title="A demonstration"), by=owner)
    told: list[str] = []

    def steps(title: str, unit: str) -> object:
        told.append(title)
        return lambda done, total: None

    recipe = Recipe(name="small", sampling={"checkpoint-canary": {"steps": 6, "seed": 1}})
    images.bring_images(study, recipe, by=owner, steps=steps, data=None)
    assert told[1] == "Make phantoms for checkpoint-canary"
    document = study.protocol.document
    for source in document.sources:
        have = Provenance.objects.filter(source__study=study, source__name=source.name).count()
        assert have >= document.images_needed(source.name) > 0
