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
        of_host: it is used for the connections of one connector host, which the token names.
    """

    name: str
    meaning: str
    includes: tuple[str, ...] = ()
    of_host: bool = False


SCOPES = (
    Scope(
        "observe",
        "Get a host's connections, and deliver values, files and states of instruments.",
        of_host=True,
    ),
    Scope("command", "Take commands for instruments, and say what came of them.", of_host=True),
    Scope("state", "Read the state of units, batches, samples and twins, and nothing else."),
    Scope(
        "results", "List the laboratory's open work for other systems, take it, and submit results for it."
    ),
    Scope("witness", "Have the ledger of another Titer witnessed by this one."),
    Scope(
        "connect",
        "All that a connector host does: observe and command.",
        ("observe", "command"),
        of_host=True,
    ),
)


def allowed(scopes: list[str]) -> set[str]:
    """The scopes of a token and those that come with them.

    >>> sorted(allowed(["connect"]))
    ['command', 'connect', 'observe']
    """
    included = {scope.name: scope.includes for scope in SCOPES}
    return {*scopes, *(one for name in scopes for one in included.get(name, ()))}


def of_host(scopes: list[str]) -> bool:
    """Whether a token with these scopes is a connector host's, and so names it."""
    return any(scope.of_host for scope in SCOPES if scope.name in scopes)


def unknown(scopes: list[str]) -> list[str]:
    """Names that are no scope."""
    return sorted(set(scopes) - {scope.name for scope in SCOPES})
