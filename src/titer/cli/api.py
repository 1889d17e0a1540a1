"""How commands write: through the running hub, else through the same application in this process, under the lock.

So the command line has no way in of its own; rights, guards and entries are the same as from the pages.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from titer.app import load
from titer.base.errors import Invalid, NotAuthenticated, NotAuthorised, TiterError, Unavailable
from titer.base.tls import pinned


class Problem(TiterError):
    """An answer of the hub that is a problem document.

    Args:
        what: happened.
        why: it did.
        do: what to do next.
        status: of the answer; 0 if it came from no answer.
        needs: what a proof of identity lacks.
    """

    def __init__(self, what: str, *, why: str = "", do: str = "", status: int = 0, needs: str = "") -> None:
        super().__init__(what, why=why, do=do)
        self.status = status
        self.needs = needs


class Api:
    """A logged-in client of the hub's HTTP API.

    Args:
        client: an httpx client, over the network or in this process.

    Attributes:
        second_factor: gives a code of the person's authenticator where one is asked for.
        settle: delivers what is outstanding, where no hub does it beside us.
        served: whether a hub answers; else the application runs in this process.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._csrf = ""
        self._username = ""
        self._password = ""
        self._takes_second = False
        self.second_factor: Callable[[str], str] = ask_second_factor
        self.settle: Callable[[], None] = _nothing
        self.served = True

    def log_in(self, username: str, password: str) -> dict[str, Any]:
        """Open a session; a second factor is asked for where the hub asks for one.

        Raises:
            NotAuthorised: if the session would be good for setting a new password, or for enrolling a second
                factor, alone: that is done in the pages.
        """
        body = {"username": username, "password": password}
        try:
            answer: dict[str, Any] = self.post("/api/session", body)
        except Problem as problem:
            if problem.needs != "second_factor":
                raise
            self._takes_second = True
            answer = self.post("/api/session", {**body, "totp": self.second_factor(username)})
        self._csrf, self._username, self._password = answer["csrf"], username, password
        if answer["limited_to"]:
            what = {"password": "change your password", "second_factor": "enrol a second factor"}
            raise NotAuthorised(f"You have to {what[answer['limited_to']]} first.", do="Log in to the pages.")
        return answer

    def proof(self) -> dict[str, str]:
        """The person's proof of identity, for what takes a fresh one; a second factor where the log-in took one."""
        second = {"totp": self.second_factor(self._username)} if self._takes_second else {}
        return {"password": self._password, **second}

    def log_out(self) -> None:
        """End the session, if it has not ended yet."""
        try:
            self.delete("/api/session")
        except Problem as problem:
            if problem.status != 401:
                raise

    def get(self, path: str, **params: Any) -> Any:
        """GET and read JSON."""
        return self._read(self._client.get(path, params=params))

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        """POST JSON and read JSON."""
        return self._read(self._client.post(path, json=body, params=params, headers=self._headers()))

    def put(self, path: str, body: Any = None) -> Any:
        """PUT JSON and read JSON."""
        return self._read(self._client.put(path, json=body, headers=self._headers()))

    def get_bytes(self, path: str) -> bytes:
        """GET raw bytes."""
        answer = self._client.get(path)
        if answer.status_code >= 400:
            self._read(answer)
        content: bytes = answer.content
        return content

    def post_for_bytes(self, path: str, body: Any = None) -> bytes:
        """POST JSON and read raw bytes."""
        answer = self._client.post(path, json=body, headers=self._headers())
        if answer.status_code >= 400:
            self._read(answer)
        content: bytes = answer.content
        return content

    def post_for_file(self, path: str, body: Any, target: Path) -> Mapping[str, str]:
        """POST JSON and write what comes back into a new file, as it comes; returns the answer's headers.

        Raises:
            Unavailable: if the file cannot be written; what was written of it is gone.
        """
        return self._into_file("POST", path, target, json=body)

    def get_file(self, path: str, params: Mapping[str, Any], target: Path) -> Mapping[str, str]:
        """GET and write what comes back into a new file, as it comes; returns the answer's headers.

        Raises:
            Unavailable: if the file cannot be written; what was written of it is gone.
        """
        return self._into_file("GET", path, target, params=params)

    def _into_file(self, method: str, path: str, target: Path, **request: Any) -> Mapping[str, str]:
        part = target.with_name(target.name + ".part")
        try:
            with self._client.stream(
                method, path, headers=self._headers(), timeout=None, **request
            ) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    self._read(answer)
                descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    for block in answer.iter_bytes(1 << 20):
                        file.write(block)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(target)
                headers: Mapping[str, str] = dict(answer.headers)
                return headers
        except OSError as error:
            raise Unavailable(f"{target} cannot be written.", why=error.strerror or str(error)) from error
        finally:
            part.unlink(missing_ok=True)

    def post_bytes(self, path: str, data: bytes, **params: Any) -> Any:
        """POST raw bytes."""
        return self._read(self._client.post(path, content=data, params=params, headers=self._headers()))

    def put_bytes(self, path: str, data: bytes, **params: Any) -> Any:
        """PUT raw bytes."""
        headers = {**self._headers(), "Content-Type": "application/octet-stream"}
        return self._read(self._client.put(path, content=data, params=params, headers=headers))

    def post_for_lines(self, path: str, body: Any) -> Iterator[str]:
        """POST JSON and hand out the lines of the answer as they come."""
        with self._client.stream("POST", path, json=body, headers=self._headers(), timeout=None) as answer:
            if answer.status_code >= 400:
                answer.read()
                self._read(answer)
            yield from answer.iter_lines()

    def delete(self, path: str) -> Any:
        """DELETE."""
        return self._read(self._client.delete(path, headers=self._headers()))

    def sign(
        self, record_type: str, record_id: str, meaning: str, *, password: str, reason: str, **data: Any
    ) -> Any:
        """Preview and sign, as the dialog does."""
        what = {"record_type": record_type, "record_id": record_id, "meaning": meaning, "data": data}
        shown = self.post("/api/signatures/preview", what)
        if shown["blockers"]:
            raise Problem(f"{shown['title']} may not be signed now.", why=" ".join(shown["blockers"]))
        asked = shown["proof"]
        body = {
            **what,
            "version": shown["version"],
            "digest": shown["digest"],
            "reason": reason,
            "password": password,
            "username": self._username if "username" in asked["identification"] else "",
        }
        if asked["second_factor"]:
            body["totp"] = self.second_factor(self._username)
        return self.post("/api/signatures", body)

    def _headers(self) -> dict[str, str]:
        return {"X-CSRF-Token": self._csrf}

    @staticmethod
    def _read(answer: Any) -> Any:
        if answer.status_code < 400:
            return answer.json() if answer.content else None
        try:
            body = answer.json()
        except ValueError:
            raise Problem(
                f"The hub answered {answer.status_code}.", why=answer.text[:300], status=answer.status_code
            ) from None
        where = f"{body['where']}: " if body.get("where") else ""
        raise Problem(
            where + body.get("detail", "It failed."),
            why=body.get("why", ""),
            do=body.get("do", ""),
            status=answer.status_code,
            needs=body.get("needs", ""),
        )


def _nothing() -> None:
    """A running hub delivers by itself."""


def hub_is_running(host: str, port: int) -> bool:
    """Whether something listens at the hub's address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


@contextmanager
def session(folder: Path, username: str | None, *, port: int | None = None) -> Iterator[Api]:
    """A logged-in session on the installation in a folder.

    Args:
        folder: of the installation.
        username: who; else the environment variable TITER_USER, else it is asked for.
        port: of the hub, where it is not the configured one.

    Raises:
        NotAuthenticated: if nobody can be asked for a password.
    """
    import httpx2 as httpx

    config = load(folder)
    user = username or os.environ.get("TITER_USER") or _ask("User name: ")
    password = os.environ.get("TITER_PASSWORD") or _ask_password(user)
    used = port or config.port
    if hub_is_running(config.host, used):
        secure = config.certificate is not None
        with httpx.Client(
            base_url=f"{'https' if secure else 'http'}://{config.host}:{used}",
            timeout=120,
            trust_env=False,
            verify=pinned(folder / config.certificate, any_name=True) if config.certificate else True,
        ) as client:
            api = Api(client)
            _same_installation(api, folder)
            with _logged_in(api, user, password):
                yield api
        return
    from starlette.testclient import TestClient

    from titer.app import open_platform
    from titer.server.app import create_app

    platform = open_platform(folder)
    try:
        client = TestClient(create_app(platform), raise_server_exceptions=True)
        api = Api(client)
        api.settle = platform.settle
        api.served = False
        with _logged_in(api, user, password):
            yield api
        platform.settle()
    finally:
        platform.close()


@contextmanager
def _logged_in(api: Api, user: str, password: str) -> Iterator[None]:
    """A session for one command; it ends with it, also when the command is refused."""
    api.log_in(user, password)
    try:
        yield
    except TiterError:
        api.log_out()
        raise
    api.log_out()


def _same_installation(api: Api, folder: Path) -> None:
    """Refuse to write to the hub of another installation that happens to use the port."""
    found = api.get("/api/health")["ledger"]
    own = (folder / "keys" / "ledger.pub").read_text().partition("+")[0]
    if found != own:
        raise Unavailable(
            "The hub that listens at the configured port belongs to another installation.",
            do="Choose another port in titer.yaml.",
        )


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        raise NotAuthenticated("No user name was given.", do="Use --as NAME or set TITER_USER.")
    return input(question)


def _ask_password(user: str) -> str:
    if not sys.stdin.isatty():
        raise NotAuthenticated("No password was given.", do="Set TITER_PASSWORD, or run at a terminal.")
    return getpass.getpass(f"Password of {user}: ")


def ask_second_factor(user: str) -> str:
    """A code of the person's authenticator: from TITER_TOTP, else asked for. A code is good once."""
    code = os.environ.pop("TITER_TOTP", "")
    if code:
        return code
    if not sys.stdin.isatty():
        raise NotAuthenticated(
            "A second factor is asked for, and none was given.",
            why="A code is good once: one for the log-in, the next for a signature.",
            do="Set TITER_TOTP to a code of your authenticator, or run at a terminal.",
        )
    return input(f"Code of {user}'s authenticator: ")


def read_file(path: Path) -> bytes:
    """A file's bytes.

    Raises:
        Invalid: if it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"The file {path} cannot be read.", why=error.strerror or str(error)) from error


def as_json(value: Any) -> str:
    """JSON for `--json`."""
    return json.dumps(value, indent=2, sort_keys=True, default=str)
