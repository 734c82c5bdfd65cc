"""The playground: choose a model and conditions, see images appear, send a run of them to a source."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from readerstudy.accounts.person import person
from readerstudy.desk.access import LEADS, study_page
from readerstudy.desk.pages.frame import done, study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import start_run
from readerstudy.synthesis.checkpoints import Model, model, models
from readerstudy.synthesis.generate import STEPS, request_of
from readerstudy.synthesis.runs import preview_images
from readerstudy.truth.sources import source_of

SAMPLERS = (("unipc", "UniPC"), ("dpm++2m", "DPM++ 2M"), ("ddim", "DDIM"), ("ddpm", "DDPM, ancestral"))
PREVIEW_COUNT = 8
MOST_LOOKED_AT = 32


class Sampling(forms.Form):
    """What is the same for every model."""

    guidance = forms.FloatField(min_value=0, max_value=20, initial=1.0)
    steps = forms.IntegerField(min_value=1, max_value=1000, initial=STEPS)
    sampler = forms.ChoiceField(choices=SAMPLERS, initial="unipc")
    seed = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        initial=0,
        help_text="For a source: number of the series; its seed stays secret",
    )
    count = forms.IntegerField(
        min_value=1,
        max_value=100_000,
        initial=PREVIEW_COUNT,
        help_text=f"A look has at most {MOST_LOOKED_AT}",
    )


def form_of(chosen: Model, data: Any = None, looked: Mapping[str, Any] | None = None) -> Sampling:
    """The form with a field for each condition the model knows; an empty one is drawn as in training.

    `looked`: the settings of the last look, so that what was seen can be sent on as it is.
    """
    before = dict(looked or {})
    conditions = before.pop("conditions", {})
    start = before | {f"with_{name}": value for name, value in conditions.items()}
    form = Sampling(data, initial=start)
    for name, allowed in chosen.card.conditions.items():
        if isinstance(allowed, tuple):
            low, high = allowed
            form.fields[f"with_{name}"] = forms.FloatField(
                label=name,
                required=False,
                min_value=low,
                max_value=high,
                help_text=f"{low:g} to {high:g}",
            )
        else:
            choices = [("", "as in the training data"), *((value, value) for value in allowed)]
            form.fields[f"with_{name}"] = forms.ChoiceField(label=name, required=False, choices=choices)
    return form


@require_http_methods(["GET", "POST"])
@study_page(*LEADS)
def playground(request: HttpRequest, study: Study) -> HttpResponseBase:
    known = models()
    if not known:
        return study_response(request, study, "playground", {"models": [], "page": "images"})
    given = request.POST if request.method == "POST" else request.GET
    try:
        chosen = model(given.get("model", known[0].name))
    except ReaderstudyError as error:
        raise Http404 from error
    shown = Run.objects.filter(study=study, kind="preview").select_related("cancellation").first()
    looked = shown.request if shown and shown.request.get("checkpoint") == str(chosen.card.path) else None
    form = form_of(chosen, request.POST if request.method == "POST" else None, looked)
    if request.method == "POST" and form.is_valid():
        try:
            return _start(request, study, chosen, form.cleaned_data)
        except ReaderstudyError as error:
            form.add_error(None, str(error))
    context = {
        "models": known,
        "chosen": chosen,
        "form": form,
        "run": shown,
        "page": "images",
        "sources": [source for source in study.protocol.document.sources if source.kind == "synthetic"],
    }
    return study_response(request, study, "playground", context, status=422 if form.errors else 200)


def _start(request: HttpRequest, study: Study, chosen: Model, given: dict[str, Any]) -> HttpResponseBase:
    conditions = {
        name.removeprefix("with_"): value
        for name, value in given.items()
        if name.startswith("with_") and value not in ("", None)
    }
    asked = {
        "checkpoint": str(chosen.card.path),
        "conditions": conditions,
        **{name: given[name] for name in ("guidance", "steps", "sampler", "seed")},
    }
    source = request.POST.get("source", "")
    if not source:
        asked["count"] = min(given["count"], MOST_LOOKED_AT)
        request_of({**asked, "out": "preview"})
        start_run(study, "preview", asked, by=person(request), total=asked["count"])
        return done(request, "The images are being made.", "desk-playground", study.slug)
    source_of(study, source, kind="synthetic")
    request_of({**asked, "count": given["count"], "out": "run"})
    wanted = {**asked, "count": given["count"], "source": source}
    start_run(study, "generate", wanted, by=person(request), total=given["count"])
    return done(request, f"{given['count']} images are being made for {source}.", "desk-images", study.slug)


@require_GET
@study_page(*LEADS)
def preview_state(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    """The addresses of the images that are there so far."""
    run = preview_of(study, number)
    count = len(preview_images(run))
    images = [reverse("desk-preview-image", args=[study.slug, number, index]) for index in range(count)]
    return JsonResponse({"state": run.state, "error": run.error, "total": run.total, "images": images})


@require_GET
@study_page(*LEADS)
def preview_image(request: HttpRequest, study: Study, number: int, index: int) -> HttpResponseBase:
    images = preview_images(preview_of(study, number))
    if index >= len(images):
        raise Http404
    return FileResponse(images[index].open("rb"), content_type="image/png")


def preview_of(study: Study, number: int) -> Run:
    run = Run.objects.filter(study=study, kind="preview", pk=number).first()
    if run is None:
        raise Http404
    return run
