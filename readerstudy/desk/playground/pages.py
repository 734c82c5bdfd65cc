from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, JsonResponse, QueryDict
from django.urls import reverse

from readerstudy.accounts.person import person
from readerstudy.desk.playground.options import MOST_MADE, Generation, Preview
from readerstudy.desk.playground.queries import condition_named, preview_of
from readerstudy.desk.playground.start import start_generation, start_preview
from readerstudy.desk.runs.queries import newest_run
from readerstudy.desk.shell.access import LEADS, study_page
from readerstudy.desk.shell.frame import study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Study
from readerstudy.studies.protocol.labels import LabelDocument
from readerstudy.synthesis.checkpoints import Model, model, models
from readerstudy.synthesis.for_study import size_warning
from readerstudy.synthesis.runs import preview_captions, preview_images
from readerstudy.web.options import RequestForm, form_for
from readerstudy.web.pages import done

DRAWN = ("model", "source", "conditions")
PreviewForm, GenerationForm = form_for(Preview, *DRAWN), form_for(Generation, *DRAWN)


def form_of(
    chosen: Model,
    labels: Mapping[str, LabelDocument],
    data: QueryDict | None = None,
    looked: Mapping[str, Any] | None = None,
) -> RequestForm:
    """Return the form with a field for each condition of the model; an empty one is drawn as in training.

    `looked` are the settings of the last preview, so that what was seen can be sent on as it is.
    """
    before = dict(looked or {})
    conditions = before.pop("conditions", {})
    start = before | {f"with_{name}": value for name, value in conditions.items()}
    given = QueryDict() if data is None else data
    source = given.get("source", "")
    form = (GenerationForm if source else PreviewForm)(data, initial=start)
    # Browsers would hold a source to the limit of a preview: where the images go is chosen beside the count.
    form.fields["count"].widget.attrs["max"] = MOST_MADE
    for name, allowed in chosen.card.conditions.items():
        if (control := _control(condition_named(name, labels), allowed)) is not None:
            form.fields[f"with_{name}"] = control
    if "through" in form.fields:
        stages = [
            ("", "nothing: different patients"),
            *((n, f"{condition_named(n, labels).title}, one patient") for n in chosen.card.conditions),
        ]
        form.fields["through"].widget = forms.Select(choices=stages)
    wanted = {name: given.get(f"with_{name}", "") for name in chosen.card.conditions}
    form.more = {
        "model": chosen.name,
        "conditions": {name: value for name, value in wanted.items() if value},
        **({"source": source} if source else {}),
    }
    return form


def _control(label: LabelDocument, allowed: Any) -> forms.Field | None:
    """Return the control of a condition; one that has a single value needs none."""
    if len(set(allowed)) < 2:
        return None
    if isinstance(allowed, tuple):
        low, high = allowed
        widget = forms.NumberInput({"min": low, "max": high, "step": "any"})
        return forms.Field(label=label.title, required=False, widget=widget, help_text=f"{low:g} to {high:g}")
    choices = [("", "as in the training data"), *((value, label.text(value)) for value in allowed)]
    return forms.Field(label=label.title, required=False, widget=forms.Select(choices=choices))


@study_page(*LEADS, methods="GET POST")
def playground(request: HttpRequest, study: Study) -> HttpResponseBase:
    known, document = models(), study.protocol.document
    if not known:
        return study_response(request, study, "playground/playground", {"models": [], "page": "images"})
    given = request.POST if request.method == "POST" else request.GET
    try:
        chosen = model(given.get("model", known[0].name))
    except ReaderstudyError as error:
        raise Http404 from error
    shown = newest_run(study, "preview")
    looked = shown.request if shown and shown.request.get("checkpoint") == str(chosen.card.path) else None
    form = form_of(chosen, document.labels, request.POST if request.method == "POST" else None, looked)
    if request.method == "POST" and form.is_valid():
        try:
            return _start(request, study, form.cleaned_data)
        except ReaderstudyError as error:
            form.add_error(None, str(error))
    context = {
        "models": known,
        "chosen": chosen,
        "form": form,
        "run": shown,
        "page": "images",
        "warning": size_warning(document.canvas, chosen.card.size),
        "sources": [source for source in document.sources if source.kind == "synthetic"],
    }
    return study_response(
        request, study, "playground/playground", context, status=422 if form.errors else 200
    )


def _start(request: HttpRequest, study: Study, given: dict[str, Any]) -> HttpResponseBase:
    if "source" in given:
        start_generation(study, given, by=person(request))
        said = f"{given['count']} images are being generated for {given['source']}."
        return done(request, said, "desk-images", study.slug)
    start_preview(study, given, by=person(request))
    return done(request, "The preview is being generated.", "desk-playground", study.slug)


@study_page(*LEADS)
def preview_state(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    """The addresses of the images that are there so far, and the stages that those of one patient show."""
    run = preview_of(study, number)
    count = len(preview_images(run))
    images = [reverse("desk-preview-image", args=[study.slug, number, index]) for index in range(count)]
    state = {"state": run.state, "error": run.error, "total": run.total, "images": images}
    return JsonResponse(state | {"captions": preview_captions(run)})


@study_page(*LEADS)
def preview_image(request: HttpRequest, study: Study, number: int, index: int) -> HttpResponseBase:
    images = preview_images(preview_of(study, number))
    if index >= len(images):
        raise Http404
    return FileResponse(images[index].open("rb"), content_type="image/png")
