"""Settings of a server, read strictly out of a section of titer.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from titer.base.errors import Invalid

T = TypeVar("T")


def read_settings(
    kind: type[T], data: Mapping[str, Any], *, where: str, bounds: Mapping[str, tuple[float, float]]
) -> T:
    """Make settings out of what somebody wrote.

    Args:
        kind: a dataclass whose defaults say of which kind each setting is.
        data: the section.
        where: what the section is called.
        bounds: the least and the greatest of a number.

    Raises:
        Invalid: for an unknown setting, or one that is out of bounds or of another kind.
    """
    known = {one.name: one.default for one in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(set(data) - set(known)):
        raise Invalid(f"Unknown settings: {', '.join(unknown)}.", where=where, do=f"Known: {sorted(known)}.")
    given = {}
    for name, value in data.items():
        _check(name, value, known[name], where)
        if name in bounds and not bounds[name][0] <= value <= bounds[name][1]:
            low, high = bounds[name]
            raise Invalid(f"`{name}` is {value}, and lies between {low:g} and {high:g}.", where=where)
        given[name] = tuple(value) if isinstance(known[name], tuple) else value
    return kind(**given)


def _check(name: str, value: Any, default: Any, where: str) -> None:
    """Refuse a value that is of another kind than the default."""
    if isinstance(default, tuple):
        fits = isinstance(value, list | tuple) and all(isinstance(one, str) and one for one in value)
    elif isinstance(default, float):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        fits = type(value) is type(default)
    if not fits:
        raise Invalid(f"`{name}` cannot be {value!r}.", where=where, do=f"Give it as in: {default!r}.")
