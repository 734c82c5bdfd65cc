from django.urls import path, register_converter
from django.urls.converters import StringConverter

from readerstudy.reading import api
from readerstudy.web.schema import SchemaView


class TokenConverter(StringConverter):
    """What `secrets.token_urlsafe(18)` makes; anything else is no address."""

    regex = "[A-Za-z0-9_-]{24}"


register_converter(TokenConverter, "token")

urlpatterns = [
    path("pixels/<token:token>", api.PixelsView.as_view(), name="reading-pixels"),
    path("packed/<token:token>", api.PackedView.as_view(), name="reading-packed"),
    path("sealed/<token:token>", api.SealedView.as_view(), name="reading-sealed"),
    path(
        "<slug:slug>/presentations/<token:token>/response",
        api.ResponseView.as_view(),
        name="reading-response",
    ),
    path("schema", SchemaView.as_view(), name="reading-schema"),
    path("<slug:slug>/state", api.StateView.as_view(), name="reading-state"),
    path("<slug:slug>/sitting", api.SittingView.as_view(), name="reading-sitting"),
    path("<slug:slug>/events", api.EventsView.as_view(), name="reading-events"),
    path("<slug:slug>/hand-in", api.HandInView.as_view(), name="reading-hand-in"),
    path("<slug:slug>/disclosed/", api.DisclosedView.as_view(), name="reading-disclosed"),
    path("<slug:slug>/consent", api.ConsentView.as_view(), name="reading-consent"),
    path("<slug:slug>/questionnaire", api.QuestionnaireView.as_view(), name="reading-questionnaire"),
    path("<slug:slug>/briefing", api.BriefingView.as_view(), name="reading-briefing"),
    path("<slug:slug>/keys", api.KeysView.as_view(), name="reading-keys"),
    path("<slug:slug>/display", api.DisplayView.as_view(), name="reading-display"),
    path(
        "<slug:slug>/presentations/<token:token>", api.PresentationView.as_view(), name="reading-presentation"
    ),
    path("<slug:slug>/presentations/<token:token>/draft", api.DraftView.as_view(), name="reading-draft"),
    path(
        "<slug:slug>/presentations/<token:token>/concern", api.ConcernView.as_view(), name="reading-concern"
    ),
]
