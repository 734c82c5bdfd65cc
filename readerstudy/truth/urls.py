from django.urls import path

from readerstudy.truth import api, pages

urlpatterns = [
    path("api/practice/<token:token>/feedback", api.FeedbackView.as_view(), name="practice-feedback"),
    path("disclosures/", pages.disclosures, name="disclosures"),
    path("read/<slug:slug>/practice/", pages.practice_result, name="practice-result"),
    path("read/<slug:slug>/result/", pages.read_result, name="read-result"),
]
