"""An identity provider of the tests' own: OpenID Connect over real HTTP on this machine, for one person."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "readerstudy", "what the provider gave us"


@dataclass
class Provider:
    """Signs `subject` in without asking. `refuses`: the person presses Cancel."""

    issuer: str = ""
    subject: str = "u-4711"
    claims: dict[str, Any] = field(default_factory=dict)
    refuses: bool = False
    audience: str = CLIENT
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    challenges: dict[str, str] = field(default_factory=dict)

    def answer(self, path: str, sent: dict[str, str]) -> tuple[int, dict[str, Any] | str]:
        if path == "/.well-known/openid-configuration":
            return 200, self.configuration()
        if path == "/authorize":
            return 302, self.authorize(sent)
        if path == "/token":
            return self.token(sent)
        if path == "/userinfo":
            return 200, {"sub": self.subject, **self.claims}
        return 404, {}

    def configuration(self) -> dict[str, Any]:
        names = ("authorization", "token", "userinfo")
        paths = ("authorize", "token", "userinfo")
        ends = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in zip(names, paths, strict=True)}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **ends, **methods}

    def authorize(self, sent: dict[str, str]) -> str:
        assert (sent["client_id"], sent["response_type"]) == (CLIENT, "code")
        assert "openid" in sent["scope"].split()
        assert sent["code_challenge_method"] == "S256"
        self.challenges["the-code"] = sent["code_challenge"]
        given = {"error": "access_denied"} if self.refuses else {"code": "the-code"}
        return f"{sent['redirect_uri']}?{urlencode({**given, 'state': sent['state']})}"

    def token(self, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
        verified = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest())
        proven = verified.rstrip(b"=").decode() == self.challenges.pop(sent["code"], None)
        if not proven or sent["client_secret"] != SECRET:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.audience, "sub": self.subject, "iat": now, "exp": now + 60}
        return 200, {
            "access_token": "for-userinfo",
            "token_type": "Bearer",
            "id_token": jwt.encode({**claims, **self.claims}, self.key, "RS256", headers={"kid": "1"}),
        }


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer(parts.path, parse_qs(parts.query))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(self.path, parse_qs(body))

        def _answer(self, path: str, sent: dict[str, list[str]]) -> None:
            status, answer = provider.answer(path, {name: values[0] for name, values in sent.items()})
            self.send_response(status)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            body = b"" if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
