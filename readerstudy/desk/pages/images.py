"""The sources of a study and their images."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from readerstudy.desk.access import LEADS, study_page
from readerstudy.desk.life import images_by_source
from readerstudy.desk.pages.frame import study_response
from readerstudy.studies.models import Study
from readerstudy.truth.models import Source


@require_GET
@study_page(*LEADS)
def images(request: HttpRequest, study: Study) -> HttpResponseBase:
    document = study.protocol.document
    have = images_by_source(study)
    stored = {source.name: source for source in Source.objects.filter(study=study)}
    rows = [
        {
            "document": source,
            "have": have.get(source.name, 0),
            "needed": document.images_needed(source.name),
            "source": stored.get(source.name),
        }
        for source in document.sources
    ]
    return study_response(request, study, "images", {"sources": rows})
