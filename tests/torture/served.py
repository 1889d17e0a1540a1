"""Databases for laboratories on a PostgreSQL server of the tests' own: a new one is a copy of the first."""

from __future__ import annotations

import itertools

from tests.postgresql import OWNER, RUNTIME, Server


class Served:
    """What there is on the server.

    Args:
        server: running.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = itertools.count()
        self._place = ""
        self.template = "torture_template"
        server.run(
            f"CREATE DATABASE {self.template} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' OWNER {OWNER}"
        )

    def address(self, role: str, name: str) -> str:
        """The address of a database, for a role."""
        return self._server.url(role, name).render_as_string()

    @property
    def owner(self) -> str:
        """The template's address, for whoever makes its tables."""
        return self.address(OWNER, self.template)

    @property
    def filled(self) -> str:
        """The template's address, for whoever fills it."""
        return self.address(RUNTIME, self.template)

    def fresh(self) -> str:
        """The address of a copy of the template; the copy before it is gone."""
        if self._place:
            self._server.run(f"DROP DATABASE {self._place} WITH (FORCE)")
        self._place = f"torture_{next(self._numbers)}"
        # Whoever filled the template has ended; the server's process for it may not yet, and nobody can copy then.
        self._server.run(
            f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = '{self.template}'",  # noqa: S608
            f"CREATE DATABASE {self._place} TEMPLATE {self.template} OWNER {OWNER} STRATEGY FILE_COPY",
        )
        return self.address(RUNTIME, self._place)
