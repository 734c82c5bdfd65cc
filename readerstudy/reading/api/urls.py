"""The addresses of the reading API."""

from django.urls import path, register_converter
from drf_spectacular.views import SpectacularAPIView

from readerstudy.reading.api import views


class TokenConverter:
    """What `secrets.token_urlsafe(18)` makes; anything else is no address."""

    regex = "[A-Za-z0-9_-]{24}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TokenConverter, "token")

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="reading-schema"),
    path("pixels/<token:token>", views.PixelsView.as_view(), name="reading-pixels"),
    path("<slug:slug>/state", views.StateView.as_view(), name="reading-state"),
    path("<slug:slug>/sitting", views.SittingView.as_view(), name="reading-sitting"),
    path("<slug:slug>/events", views.EventsView.as_view(), name="reading-events"),
    path("<slug:slug>/hand-in", views.HandInView.as_view(), name="reading-hand-in"),
    path("<slug:slug>/consent", views.ConsentView.as_view(), name="reading-consent"),
    path("<slug:slug>/questionnaire", views.QuestionnaireView.as_view(), name="reading-questionnaire"),
    path("<slug:slug>/briefing", views.BriefingView.as_view(), name="reading-briefing"),
    path("<slug:slug>/display", views.DisplayView.as_view(), name="reading-display"),
    path(
        "<slug:slug>/presentations/<token:token>",
        views.PresentationView.as_view(),
        name="reading-presentation",
    ),
    path("<slug:slug>/presentations/<token:token>/draft", views.DraftView.as_view(), name="reading-draft"),
    path(
        "<slug:slug>/presentations/<token:token>/response",
        views.ResponseView.as_view(),
        name="reading-response",
    ),
]
