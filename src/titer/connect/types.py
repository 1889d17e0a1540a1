"""A type of connection: its manifest, and the JSON Schema of its settings.

A package brings a type by an entry point of the group `titer.connectors` that names a `ConnectionType`. The module
that holds it is light: what a connector's library costs is paid by `make` and `check`, when a connection is made.
"""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from titer.base.clock import Clock
from titer.base.errors import Invalid, Refused
from titer.connect.core.environment import Needs

if TYPE_CHECKING:
    from titer.connect.core.contract import ConnectionConfig, Connector

TEXT, NUMBER, INTEGER, FLAG, FILE, FOLDER = "text", "number", "integer", "flag", "file", "folder"
OBJECT = "object"
_JSON = {
    TEXT: "string",
    NUMBER: "number",
    INTEGER: "integer",
    FLAG: "boolean",
    FILE: "string",
    FOLDER: "string",
    OBJECT: "object",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a type of connection, or of its channels.

    Attributes:
        name: as it stands in the connection's settings.
        kind: text, number, integer, flag, file or folder (paths are made absolute), or an object of several parts.
        help: what it does.
        default: where it is left out; None = nothing.
        least, most: bounds of a number, both included.
        choices: the texts that are accepted; none = any.
        required: it may not be left out.
    """

    name: str
    kind: str
    help: str
    default: Any = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = False

    def read(self, text: str) -> Any:
        """A value that was typed.

        Raises:
            Invalid: if it is not of the setting's kind.
        """
        try:
            if self.kind == INTEGER:
                return int(text)
            if self.kind == NUMBER:
                # A whole number stays one: records hold no binary fractions that nobody wrote.
                return int(text) if text.lstrip("+-").isdigit() else float(text)
        except ValueError as error:
            raise Invalid(f"{text!r} is no {self.kind}.", where=f"settings.{self.name}") from error
        if self.kind == OBJECT:
            try:
                return json.loads(text)
            except ValueError as error:
                raise Invalid(f"{text[:60]!r} is no JSON.", where=f"settings.{self.name}") from error
        if self.kind == FLAG:
            if text.casefold() not in ("true", "false", "yes", "no"):
                raise Invalid(f"{text!r} is neither true nor false.", where=f"settings.{self.name}")
            return text.casefold() in ("true", "yes")
        return str(Path(text).resolve()) if self.kind in (FILE, FOLDER) else text

    def checked(self, value: Any) -> Any:
        """A value as it stands in a connection's settings.

        Raises:
            Invalid: if it is of another kind, outside the bounds, or none of the choices.
        """
        where = f"settings.{self.name}"
        if self.kind == FLAG:
            if not isinstance(value, bool):
                raise Invalid(f"{value!r} is neither true nor false.", where=where)
            return value
        if self.kind == OBJECT:
            if not isinstance(value, Mapping):
                raise Invalid(f"{value!r} is no object.", where=where)
            return dict(value)
        if self.kind in (NUMBER, INTEGER):
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole and (
                self.kind == INTEGER or not isinstance(value, float) or not math.isfinite(value)
            ):
                raise Invalid(f"{value!r} is no {self.kind}.", where=where)
            low, high = self.least, self.most
            if (low is not None and value < low) or (high is not None and value > high):
                ends = (
                    f"at least {low}"
                    if high is None
                    else f"at most {high}"
                    if low is None
                    else f"{low} to {high}"
                )
                raise Invalid(f"{value!r} is out of bounds.", where=where, do=f"Give {ends}.")
            return value
        if not isinstance(value, str) or (self.required and not value):
            raise Invalid(f"{value!r} is no {self.kind}.", where=where)
        if self.choices and value not in self.choices:
            raise Invalid(
                f"{value!r} is none of the choices.", where=where, do=f"Use {', '.join(self.choices)}."
            )
        return value

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of this setting."""
        found: dict[str, Any] = {"type": _JSON[self.kind], "description": self.help}
        if self.kind in (FILE, FOLDER):
            found["format"] = "path"
        for name, value in (("default", self.default), ("minimum", self.least), ("maximum", self.most)):
            if value is not None:
                found[name] = value
        if self.choices:
            found["enum"] = list(self.choices)
        elif self.required and self.kind not in (NUMBER, INTEGER, FLAG, OBJECT):
            found["minLength"] = 1
        return found


HOST = (
    Setting(
        "journal_limit_mb", INTEGER, "most that the host keeps on disk while the hub is away (2048)", least=1
    ),
    Setting(
        "journal_days",
        NUMBER,
        "longest that a value waits there for the hub, days (as long as there is room)",
        least=0,
    ),
    Setting("disk_reserve_mb", INTEGER, "what the host leaves free of its disk (64)", least=0),
    Setting("clock_interval_s", NUMBER, "seconds between two comparisons of the clocks (60)", least=1),
    Setting("clock_limit_s", NUMBER, "seconds that the device's clock may be off the host's (5)", least=0),
    Setting(
        "memory_limit_mb",
        INTEGER,
        "memory that the connection's process may hold before it is ended and started again (512)",
        least=128,
    ),
    Setting("stall_s", NUMBER, "seconds that the process may stand still before that (60)", least=1),
    Setting(
        "clock_drift_ppm", NUMBER, "drift of the device's clock that is allowed, us a second (200)", least=0
    ),
)
"""What the connector host itself reads of every connection."""
UNENCRYPTED = Setting("allow_unencrypted", FLAG, "accept an endpoint that anybody can read and alter (false)")


def _never(settings: Mapping[str, Any]) -> bool:
    return False


def _anything(settings: Mapping[str, Any]) -> None:
    """Nothing beside what the table of settings says."""


Explore = Callable[[str, dict[str, Any], dict[str, Any], Clock, Path], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class ConnectionType:
    """A type of connection: the manifest of its connector.

    Attributes:
        name: as it is called in commands and records.
        title: for people.
        address: how its address is written.
        channels: whether it needs a list of channels.
        encrypted: whether an endpoint that is not encrypted must be allowed by name.
        settings: all that it knows beside its address.
        of_address: the settings that an address stands for.
        check: refuses settings that make no sense, beyond what the tables say.
        make: the connector of a connection, with the host's clock and the connection's own folder.
        insecure: whether a connection with these settings speaks without encryption.
        addressing: the settings that `of_address` gives.
        channel_settings: what a line of the channels file may say beside tag, node, unit and ranges.
        strict: whether settings are checked by the tables; False where `check` alone reads them.
        version: of the connector.
        explore: answers what a person asks who sets up a connection (kind, about, settings, clock, host's folder);
            None = the type has nothing to look up.
        explored_by: the settings that such a question may bear; a stored connection brings its own.
        met: which devices and servers it has been tried against; it says so wherever it appears.
        cancels: whether a command that its device carries out can be asked to end.
        environment: what it needs in an environment of its own; None = it fits beside Titer.
        trusts: whether its devices show certificates that people trust by signature; its host is told which.
    """

    name: str
    title: str
    address: str
    channels: bool
    encrypted: bool
    settings: tuple[Setting, ...]
    of_address: Callable[[str], dict[str, Any]]
    make: Callable[[ConnectionConfig, Clock, Path], Connector]
    check: Callable[[Mapping[str, Any]], None] = _anything
    insecure: Callable[[Mapping[str, Any]], bool] = _never
    addressing: tuple[Setting, ...] = ()
    channel_settings: tuple[Setting, ...] = ()
    strict: bool = True
    version: str = "1"
    explore: Explore | None = None
    explored_by: tuple[str, ...] = ()
    met: str = "no device yet"
    cancels: bool = False
    trusts: bool = False
    environment: Needs | None = None

    def setting(self, name: str) -> Setting:
        """The setting of a name.

        Raises:
            Invalid: if the type has none, with those that it has.
        """
        for one in self.settings:
            if one.name == name:
                return one
        raise Invalid(
            f"A connection of type {self.name} has no setting {name!r}.",
            do=f"There are {', '.join(one.name for one in self.settings)}.",
        )

    def read(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """A connection's settings by the tables, those that were left out with their defaults.

        Raises:
            Invalid: for a setting that is unknown, missing, of another kind or out of bounds.
            Refused: for an unencrypted endpoint that nobody allowed.
        """
        found = read_table((*self.addressing, *self.settings), raw, f"A connection of type {self.name}")
        if self.encrypted and self.insecure(found) and not found.get("allow_unencrypted"):
            raise Refused(
                f"A connection of type {self.name} so set is not encrypted, and nobody has allowed that.",
                why="Anybody on the network could read its values and alter them.",
                do="Set allow_unencrypted: true, which is shown as a risk wherever the connection appears"
                + (
                    ", or encrypt it with tls: true."
                    if any(one.name == "tls" for one in self.settings)
                    else "."
                ),
            )
        return found

    def checked(self, raw: Mapping[str, Any]) -> None:
        """Refuse settings that cannot be meant, before anything is opened.

        Raises:
            Invalid: with the setting's name.
            Refused: for an unencrypted endpoint that nobody allowed.
        """
        if self.strict:
            self.check(self.read(raw))
        else:
            self.check(raw)

    def channel(self, raw: Mapping[str, Any], tag: str) -> dict[str, Any]:
        """The settings of one line of the channels file, with defaults.

        Raises:
            Invalid: for a setting that is unknown, missing, of another kind or out of bounds.
        """
        return read_table(self.channel_settings, raw, f"The channel {tag}")

    def schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of a connection's settings."""
        return _schema(f"Settings of a connection of type {self.name}", (*self.addressing, *self.settings))

    def manifest(self) -> dict[str, Any]:
        """The type as data: for pages, for `titer connection types --json`, and for whoever reviews it."""
        return {
            "name": self.name,
            "title": self.title,
            "version": self.version,
            "address": self.address,
            "channels": self.channels,
            "met": self.met,
            "settings": self.schema(),
            "channel_settings": _schema(f"Settings of a channel of type {self.name}", self.channel_settings),
        }


def read_table(table: Sequence[Setting], raw: Mapping[str, Any], whose: str) -> dict[str, Any]:
    """Settings by a table, those that were left out with their defaults; the others stay as they are.

    Raises:
        Invalid: for a setting that is unknown, missing, of another kind or out of bounds.
    """
    known = {one.name: one for one in table}
    for name in raw:
        if name not in known:
            raise Invalid(
                f"{whose} has no setting {name!r}.",
                where=f"settings.{name}",
                do=f"There are {', '.join(known) or 'none'}.",
            )
    found: dict[str, Any] = {}
    for name, setting in known.items():
        value = raw.get(name)
        if value is None and setting.required:
            raise Invalid(f"{whose} needs {name}.", where=f"settings.{name}", why=f"It is {setting.help}.")
        found[name] = setting.default if value is None else setting.checked(value)
    return found


def _schema(title: str, table: Sequence[Setting]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": {one.name: one.schema() for one in table},
        "required": [one.name for one in table if one.required],
        "additionalProperties": False,
    }


def host_and_port(standard_port: int | None = None) -> Callable[[str], dict[str, Any]]:
    """How an address HOST:PORT is read; the port may be left out where the protocol has a standard one."""

    def of_address(address: str) -> dict[str, Any]:
        found = urlsplit(address if "//" in address else f"//{address}")
        try:
            port = found.port or standard_port
        except ValueError:
            port = None
        if not found.hostname or port is None:
            raise Invalid(f"{address!r} is no address of a device.", do="Write it as HOST:PORT.")
        return {"host": found.hostname, "port": port}

    return of_address


HOST_AND_PORT = (
    Setting("host", TEXT, "name or address of the device on the network", required=True),
    Setting("port", INTEGER, "TCP port", required=True, least=1, most=65535),
)
"""What `host_and_port` gives."""


def always(settings: Mapping[str, Any]) -> bool:
    """The protocol has no encryption."""
    return True


def without_tls(settings: Mapping[str, Any]) -> bool:
    """The protocol is encrypted where `tls` says so."""
    return not settings.get("tls", False)


def parsed(settings: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Settings as a mapping, whether they came as one or as JSON text."""
    return dict(json.loads(settings)) if isinstance(settings, str) else settings
