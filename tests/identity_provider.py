"""A small OpenID Connect provider on loopback, with real keys and real tokens, that can be told to misbehave.

It is the tests' own: nobody's product, and no proof that Titer works with one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "titer", "a secret of the client"


@dataclass
class IdentityProvider:
    """What the provider does, and what it was asked.

    Args:
        issuer: its address.
        now: seconds that its tokens are dated by.
        subject: who logs in.
        claims: that its tokens bear besides.
        spoil: changes the claims before they are signed.
        forge: makes the token in another way.
    """

    issuer: str
    now: Callable[[], float]
    subject: str = "subject-1"
    claims: dict[str, Any] = field(default_factory=dict)
    spoil: Callable[[dict[str, Any]], dict[str, Any]] = dict
    forge: Callable[[dict[str, Any]], str] | None = None
    keys: list[RSAKey] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def rotate(self) -> None:
        """Sign with another key from now on, and forget the old one."""
        self.keys = [RSAKey.generate_key(2048, {"kid": f"key-{time.monotonic_ns()}", "use": "sig"})]

    def authorise(self, address: str) -> tuple[str, str]:
        """What a browser would do: go there, log in, come back with state and code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return asked["state"], code

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The token endpoint: a code is taken once, with the verifier of its challenge."""
        asked = self.codes.pop(form["code"], None)
        if asked is None:
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if challenge.decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        now = int(self.now())
        claims = self.spoil(
            {
                "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300,
                "nonce": asked["nonce"], **self.claims,
            }
        )  # fmt: skip
        key = self.keys[-1]
        header = {"alg": "RS256", "kid": key.kid}
        signed = self.forge(claims) if self.forge else jwt.encode(header, claims, key)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed}


def unsigned(claims: dict[str, Any]) -> str:
    """A token with `alg: none`."""

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


@cache
def _first_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "key-1", "use": "sig"})


@contextmanager
def serve(now: Callable[[], float]) -> Iterator[IdentityProvider]:
    """Run a provider on a free port of this machine."""
    provider = IdentityProvider("", now, keys=[_first_key()])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            if path == "/.well-known/openid-configuration":
                self._answer(
                    200,
                    {
                        "issuer": provider.issuer,
                        "authorization_endpoint": f"{provider.issuer}/authorise",
                        "token_endpoint": f"{provider.issuer}/token",
                        "jwks_uri": f"{provider.issuer}/keys",
                    },
                )
            elif path == "/keys":
                self._answer(200, {"keys": [key.as_dict(private=False) for key in provider.keys]})
            elif path == "/authorise":
                state, code = provider.authorise(self.path)
                asked = provider.codes[code]
                self.send_response(302)
                self.send_header("Location", f"{asked['redirect_uri']}?state={state}&code={code}")
                self.end_headers()
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = base64.b64decode(self.headers.get("Authorization", "Basic ").split(" ")[1]).decode()
            if given != f"{CLIENT}:{SECRET}":
                self._answer(401, {"error": "invalid_client"})
                return
            self._answer(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _answer(self, status: int, value: dict[str, Any]) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
