"""What a machine's token can allow: data, with its meaning in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """What a token may be used for.

    Args:
        name: of the scope.
        meaning: in a sentence.
        includes: scopes that come with it.
    """

    name: str
    meaning: str
    includes: tuple[str, ...] = ()


SCOPES = (
    Scope("observe", "Get a host's connections, and deliver values, files and states of instruments."),
    Scope("command", "Take commands for instruments, and say what came of them."),
    Scope("witness", "Have the ledger of another Titer witnessed by this one."),
    Scope("connect", "All that a connector host does: observe and command.", ("observe", "command")),
)


def allowed(scopes: list[str]) -> set[str]:
    """The scopes of a token and those that come with them.

    >>> sorted(allowed(["connect"]))
    ['command', 'connect', 'observe']
    """
    included = {scope.name: scope.includes for scope in SCOPES}
    return {*scopes, *(one for name in scopes for one in included.get(name, ()))}


def unknown(scopes: list[str]) -> list[str]:
    """Names that are no scope."""
    return sorted(set(scopes) - {scope.name for scope in SCOPES})
