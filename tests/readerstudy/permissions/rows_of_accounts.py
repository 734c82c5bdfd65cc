"""The doorway: everybody comes to their own account, and to nobody else's."""

from tests.readerstudy.permissions.row import row

#   anonymous, reader, other reader, coordinator, analyst, owner, other owner
ROWS = {
    "account/": row("/account/", "302 200 200 200 200 200 200"),
    "account/data/": row("/account/data/", "302 200 200 200 200 200 200"),
    "account/data.json": row("/account/data.json", "302 200 200 200 200 200 200"),
    "account/erasure/": row("/account/erasure/", "302 422 422 422 422 422 422", "POST"),
    "api/account/data": row("/api/account/data", "401 200 200 200 200 200 200"),
    "api/account/erasure": row("/api/account/erasure", "401 400 400 400 400 400 400", "POST"),
    "account/hospital-sign-in/disconnect/": row(
        "/account/hospital-sign-in/disconnect/", "302 302 302 302 302 302 302", "POST"
    ),
    "accounts/oidc/<slug:provider_id>/login/": row(
        "/accounts/oidc/hospital/login/", "404 404 404 404 404 404 404"
    ),
    "accounts/oidc/<slug:provider_id>/login/callback/": row(
        "/accounts/oidc/hospital/login/callback/", "404 404 404 404 404 404 404"
    ),
    "accounts/oidc/cancelled/": row("/accounts/oidc/cancelled/", "200 200 200 200 200 200 200"),
    "language/": row("/language/", "302 302 302 302 302 302 302", "POST"),
    "account/tokens/": row("/account/tokens/", "302 200 200 200 200 200 200"),
    "account/tokens/<int:pk>/revoke/": row(
        "/account/tokens/1/revoke/", "302 404 404 404 404 404 404", "POST"
    ),
    "accounts/2fa/": row("/accounts/2fa/", "302 200 200 200 200 200 200"),
    "accounts/2fa/authenticate/": row("/accounts/2fa/authenticate/", "302 302 302 302 302 302 302"),
    "accounts/2fa/reauthenticate/": row("/accounts/2fa/reauthenticate/", "302 302 302 302 302 302 302"),
    "accounts/2fa/recovery-codes/": row("/accounts/2fa/recovery-codes/", "302 404 404 404 404 404 404"),
    "accounts/2fa/recovery-codes/download/": row(
        "/accounts/2fa/recovery-codes/download/", "302 404 404 404 404 404 404"
    ),
    "accounts/2fa/recovery-codes/generate/": row(
        "/accounts/2fa/recovery-codes/generate/", "302 200 200 200 200 200 200"
    ),
    "accounts/2fa/totp/activate/": row("/accounts/2fa/totp/activate/", "302 200 200 200 200 200 200"),
    "accounts/2fa/totp/deactivate/": row("/accounts/2fa/totp/deactivate/", "302 404 404 404 404 404 404"),
    "accounts/2fa/webauthn/": row("/accounts/2fa/webauthn/", "302 200 200 200 200 200 200"),
    "accounts/2fa/webauthn/add/": row("/accounts/2fa/webauthn/add/", "302 200 200 200 200 200 200"),
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": row(
        "/accounts/2fa/webauthn/keys/1/edit/", "302 404 404 404 404 404 404"
    ),
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": row(
        "/accounts/2fa/webauthn/keys/1/remove/", "302 404 404 404 404 404 404"
    ),
    "accounts/2fa/webauthn/login/": row("/accounts/2fa/webauthn/login/", "302 302 302 302 302 302 302"),
    "accounts/2fa/webauthn/reauthenticate/": row(
        "/accounts/2fa/webauthn/reauthenticate/", "302 302 302 302 302 302 302"
    ),
    "accounts/password/^reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$": row(
        "/accounts/password/reset/key/1-abc/", "200 200 200 200 200 200 200"
    ),
    "accounts/inactive/": row("/accounts/inactive/", "200 200 200 200 200 200 200"),
    "accounts/login/": row("/accounts/login/", "200 302 302 302 302 302 302"),
    "accounts/login/code/": row("/accounts/login/code/", "200 302 302 302 302 302 302"),
    "accounts/login/code/confirm/": row("/accounts/login/code/confirm/", "302 302 302 302 302 302 302"),
    "accounts/logout/": row("/accounts/logout/", "302 200 200 200 200 200 200"),
    "accounts/password/change/": row("/accounts/password/change/", "302 200 200 200 200 200 200"),
    "accounts/password/reset/": row("/accounts/password/reset/", "200 200 200 200 200 200 200"),
    "accounts/password/reset/done/": row("/accounts/password/reset/done/", "200 200 200 200 200 200 200"),
    "accounts/password/reset/key/done/": row(
        "/accounts/password/reset/key/done/", "200 200 200 200 200 200 200"
    ),
    "accounts/password/set/": row("/accounts/password/set/", "302 302 302 302 302 302 302"),
    "accounts/reauthenticate/": row("/accounts/reauthenticate/", "302 200 200 200 200 200 200"),
    "accounts/unlock/<str:token>/": row("/accounts/unlock/nothing/", "404 404 404 404 404 404 404"),
    "accounts/signup/": row("/accounts/signup/", "200 302 302 302 302 302 302"),
    "invitation/<str:token>/": row("/invitation/nothing/", "404 404 404 404 404 404 404"),
}
