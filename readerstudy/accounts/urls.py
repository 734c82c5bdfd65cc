"""The doorway: invitation, sign-in, second factor, and a person's own page."""

from django.urls import URLPattern, URLResolver, include, path

from readerstudy.accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("account/", views.account, name="account"),
    path("accounts/", include("allauth.urls")),
]
