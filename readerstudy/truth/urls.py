"""The addresses at which readers meet the truth."""

from django.urls import path

from readerstudy.truth import views

urlpatterns = [
    path("api/practice/<token:token>/feedback", views.FeedbackView.as_view(), name="practice-feedback"),
    path("read/<slug:slug>/practice/", views.practice_result, name="practice-result"),
    path("read/<slug:slug>/result/", views.read_result, name="read-result"),
]
