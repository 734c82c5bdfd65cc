"""The doorway: invitation, sign-in, second factor, and a person's own page."""

from django.urls import URLPattern, URLResolver, include, path

from readerstudy.accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("account/", views.account, name="account"),
    path("account/tokens/", views.api_tokens, name="api_tokens"),
    path("account/tokens/<int:pk>/revoke/", views.revoke_api_token, name="revoke_api_token"),
    path("accounts/email/", views.no_such_page),
    path("accounts/", include("allauth.urls")),
]
