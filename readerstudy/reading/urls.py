from django.urls import URLPattern, URLResolver, path

from readerstudy.reading import leaving, pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("read/", pages.readings, name="readings"),
    path("read/<slug:slug>/", pages.read, name="read"),
    path("read/<slug:slug>/consent/", pages.read_consent, name="read-consent"),
    path("read/<slug:slug>/consent.pdf", pages.read_consent_copy, name="read-consent-copy"),
    path("read/<slug:slug>/questionnaire/", pages.read_questionnaire, name="read-questionnaire"),
    path("read/<slug:slug>/instructions/", pages.read_instructions, name="read-instructions"),
    path("read/<slug:slug>/display/", pages.read_display, name="read-display"),
    path("read/<slug:slug>/trial/", pages.read_trial, name="read-trial"),
    path("read/<slug:slug>/between/", pages.read_between, name="read-between"),
    path("read/<slug:slug>/hand-in/", pages.read_hand_in, name="read-hand-in"),
    path("read/<slug:slug>/disclosed/", pages.read_disclosed, name="read-disclosed"),
    path("read/<slug:slug>/stop/", leaving.read_stop, name="read-stop"),
    path("read/<slug:slug>/withdraw/", leaving.read_withdraw, name="read-withdraw"),
    path("read/<slug:slug>/finish/", pages.read_finish, name="read-finish"),
]
