"""The robots of the demo at their screens: each has a session of its own with the hub."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx2 as httpx

from titer.base.errors import Unavailable
from titer.cli.api import Api, Problem
from titer.cli.demo.people import PEOPLE

CHANGED_MEANWHILE = 412
READINGS = 5
Observer = Callable[[httpx.Response], None]
"""Sees every answer of the hub."""


class Cast:
    """Sessions of robots, by the part that each plays.

    Args:
        address: of the hub.
        password: of all robots; made for one demo and kept in memory only.
        observe: sees every answer of the hub.
    """

    def __init__(self, address: str, password: str, observe: Observer | None = None) -> None:
        self.address = address
        self.password = password
        self._hooks: dict[str, list[Any]] = {"response": [observe] if observe else []}
        self._clients: dict[str, httpx.Client] = {}
        self._sessions: dict[str, Api] = {}

    def __getitem__(self, part: str) -> Api:
        """The session of the robot for a part; opened when it is first needed."""
        if part not in self._sessions:
            client = httpx.Client(
                base_url=self.address, timeout=300, trust_env=False, event_hooks=self._hooks
            )
            api = Api(client)
            try:
                api.log_in(PEOPLE[part].robot, self.password)
            except BaseException:
                client.close()  # a hub that is being started again takes no log-in
                raise
            self._clients[part], self._sessions[part] = client, api
        return self._sessions[part]

    def sign(
        self, part: str, record_type: str, record_id: str, meaning: str, reason: str, **data: Any
    ) -> Any:
        """Sign as the robot for a part; it reads again what changed between reading and signing.

        Raises:
            Problem: if a reason stands against the signature.
        """
        for _ in range(READINGS - 1):
            try:
                return self[part].sign(
                    record_type, record_id, meaning, password=self.password, reason=reason, **data
                )
            except Problem as refusal:
                if refusal.status != CHANGED_MEANWHILE:
                    raise
        return self[part].sign(record_type, record_id, meaning, password=self.password, reason=reason, **data)

    def forget(self) -> None:
        """Close all sessions' connections, e.g. when the hub was started anew."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        self._sessions.clear()


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
