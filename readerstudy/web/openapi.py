"""How the API's description says that programs sign in: with a token, or in a browser's session."""

from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from readerstudy.web.authentication import ApiTokenAuthentication

# BrowserSession is a session like any other.
SessionScheme.match_subclasses = True


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = ApiTokenAuthentication
    name = "apiToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal token from your account's page. It carries scopes and expires.",
        }
