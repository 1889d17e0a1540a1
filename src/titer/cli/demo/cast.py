"""The people of the demo at their screens: each has a session of its own with the hub."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx2 as httpx

from titer.base.errors import Unavailable
from titer.cli.api import Api
from titer.cli.demo.people import ADMINISTRATOR, PASSWORD, PEOPLE


class Cast:
    """Sessions of people, by user name.

    Args:
        address: of the hub.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._clients: dict[str, httpx.Client] = {}
        self._sessions: dict[str, Api] = {}

    def __getitem__(self, username: str) -> Api:
        """The person's session; opened when it is first needed."""
        if username not in self._sessions:
            client = httpx.Client(base_url=self.address, timeout=60, trust_env=False)
            api = Api(client)
            api.log_in(username, PASSWORD)
            self._clients[username], self._sessions[username] = client, api
        return self._sessions[username]

    def sign(
        self, username: str, record_type: str, record_id: str, meaning: str, reason: str, **data: Any
    ) -> Any:
        """Sign as a person."""
        return self[username].sign(record_type, record_id, meaning, password=PASSWORD, reason=reason, **data)

    def forget(self) -> None:
        """Close all sessions' connections, e.g. when the hub was started anew."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        self._sessions.clear()


def everybody() -> tuple[str, ...]:
    """All user names of the demo."""
    return (ADMINISTRATOR.username, *(person.username for person in PEOPLE))


def wait_for(what: str, found: Callable[[], Any], *, seconds: float = 120, pause: float = 0.2) -> Any:
    """Look again until something is there.

    Args:
        what: for the message.
        found: returns something true once it is there.
        seconds: of patience, wall time.
        pause: between looks.

    Raises:
        Unavailable: if it does not come.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(pause)
    raise Unavailable(f"{what} did not come within {seconds:.0f} s.", do="Look into the demo's logs folder.")
