"""What a reader can reach: the pages, and the API they speak to."""

from django.urls import URLPattern, URLResolver, include, path

from readerstudy.reading.pages import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/reading/", include("readerstudy.reading.api.urls")),
    path("read/", views.readings, name="readings"),
    path("read/<slug:slug>/", views.read, name="read"),
    path("read/<slug:slug>/consent/", views.read_consent, name="read-consent"),
    path("read/<slug:slug>/questionnaire/", views.read_questionnaire, name="read-questionnaire"),
    path("read/<slug:slug>/instructions/", views.read_instructions, name="read-instructions"),
    path("read/<slug:slug>/display/", views.read_display, name="read-display"),
    path("read/<slug:slug>/trial/", views.read_trial, name="read-trial"),
    path("read/<slug:slug>/between/", views.read_between, name="read-between"),
    path("read/<slug:slug>/hand-in/", views.read_hand_in, name="read-hand-in"),
    path("read/<slug:slug>/finish/", views.read_finish, name="read-finish"),
]
