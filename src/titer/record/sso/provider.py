"""The provider as Titer speaks with it: its document, its keys, a code for a token, and whether the token is good.

OpenID Connect Core 1.0 s. 3.1 (authorisation code), RFC 7636 (PKCE), RFC 9700 (current practice), RFC 8725 (JWTs).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx

from titer.base.errors import Unavailable, WrongCredentials
from titer.record.sso.settings import ProviderSettings, require_safe

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures of tokens that are accepted; never `none`, and none with a shared secret (RFC 8725 s. 3.1)."""
LEEWAY = 60
"""Seconds by which the provider's clock may differ."""
_TIMEOUT = 10.0


class Provider:
    """One OpenID Connect provider.

    Args:
        settings: of the installation.
        secret: of the client.
        client: an HTTP client; one of its own if left out.
    """

    def __init__(self, settings: ProviderSettings, secret: str, client: httpx.Client | None = None) -> None:
        self.settings = settings
        self._secret = secret
        self._client = client or httpx.Client(timeout=_TIMEOUT, follow_redirects=False)
        self._document: dict[str, Any] | None = None
        self._keys: dict[str, Any] | None = None

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser.

        Raises:
            Unavailable: if the provider does not answer.
        """
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": " ".join(("openid", *self.settings.scopes)),
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.document()['authorization_endpoint']}?{urlencode(asked)}"

    def claims(self, code: str, *, nonce: str, verifier: str, now: int) -> dict[str, Any]:
        """Exchange the code, and check the identity token that comes for it.

        Args:
            code: that the browser brought.
            nonce: that was sent along with it.
            verifier: of the code challenge.
            now: seconds of the server's clock.

        Raises:
            WrongCredentials: if the code is not taken or the token is not good.
            Unavailable: if the provider does not answer.
        """
        answer = self._ask(
            "POST",
            self.document()["token_endpoint"],
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.settings.redirect_uri,
                "code_verifier": verifier,
            },
            auth=(self.settings.client_id, self._secret),
        )
        if answer.status_code != 200:
            raise WrongCredentials(
                "The provider did not take the log-in.",
                why=f"It answered {answer.status_code} to the code.",
                do="Log in again.",
            )
        given = answer.json()
        token = given.get("id_token")
        if not isinstance(token, str):
            raise WrongCredentials("The provider sent no identity token.", do="Log in again.")
        return self._checked(token, str(given.get("access_token", "")), nonce, now)

    def document(self) -> dict[str, Any]:
        """What the provider says about itself; read once.

        Raises:
            Unavailable: if it does not answer, or names another issuer (OpenID Connect Discovery s. 4.3).
        """
        if self._document is None:
            address = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = self._ask("GET", address).json()
            if found.get("issuer") != self.settings.issuer:
                raise Unavailable(
                    "The identity provider is not the one that was configured.",
                    why=f"It calls itself {found.get('issuer')}.",
                )
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                require_safe(str(found.get(name)))
            self._document = found
        return self._document

    def _checked(self, token: str, access_token: str, nonce: str, now: int) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        try:
            decoded = self._decoded(token)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                    "nonce": {"essential": True},
                },
                {"nonce": nonce, "client_id": self.settings.client_id, "access_token": access_token},
            )
            claims.validate(now=now, leeway=LEEWAY)
        except (JoseError, ValueError) as error:
            raise WrongCredentials(
                "The provider's identity token is not good.",
                why=f"{error}.".replace("..", "."),
                do="Log in again; if that does not help, tell your administrator.",
            ) from error
        return dict(claims)

    def _decoded(self, token: str) -> Any:
        """The token, its signature checked; keys are read again when one is unknown, since providers rotate them."""
        from joserfc import jwt
        from joserfc.errors import BadSignatureError, InvalidKeyIdError
        from joserfc.jwk import KeySet

        try:
            return jwt.decode(token, KeySet.import_key_set(self._key_set()), algorithms=list(ALGORITHMS))
        except (InvalidKeyIdError, BadSignatureError):
            fresh = KeySet.import_key_set(self._key_set(again=True))
            return jwt.decode(token, fresh, algorithms=list(ALGORITHMS))

    def _key_set(self, *, again: bool = False) -> Any:
        if self._keys is None or again:
            self._keys = self._ask("GET", self.document()["jwks_uri"]).json()
        return self._keys

    def _ask(self, method: str, address: str, **more: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, address, **more)
            if answer.status_code >= 500 or (method == "GET" and answer.status_code != 200):
                raise Unavailable(
                    "The identity provider cannot be used now.", why=f"It answered {answer.status_code}."
                )
            if answer.status_code == 200:
                answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(
                "The identity provider cannot be used now.",
                why=str(error) or type(error).__name__,
                do="Log in with your password.",
            ) from error
        return answer
