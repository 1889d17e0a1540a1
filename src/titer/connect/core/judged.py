"""A file as it was read and judged: what is wrong with it, and its way out of a sandbox as JSON."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as the standard wants it.

    Attributes:
        level: "structure" (our own checks, always run), or, of AnIML, "signature", "schema" (core XSD) or "technique"
            (its ATDD).
        severity: "error" sends the file to quarantine; "note" is kept with it.
        where: path or line in the file.
        message: what is wrong.
    """

    level: str
    severity: str
    where: str
    message: str


class Judged:
    """A file with its problems.

    Attributes:
        problems: what is not as the format, or the file itself, says.
    """

    __slots__ = ()
    problems: tuple[Problem, ...]

    @property
    def verdict(self) -> str:
        """ "accepted" or "quarantined": what has an error is kept raw and used for nothing."""
        return "quarantined" if any(one.severity == "error" for one in self.problems) else "accepted"

    @property
    def reason(self) -> str:
        """Why it is quarantined, in one line; "" if it is not."""
        errors = [one for one in self.problems if one.severity == "error"]
        if not errors:
            return ""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return f"{errors[0].where}: {errors[0].message}{more}"


def plain(value: Any) -> Any:
    """Dataclasses of this kind as JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value


def build(kind: type[_T], body: Mapping[str, Any]) -> _T:
    """A dataclass of this kind out of its JSON; every field is checked against its declared type."""
    hints = typing.get_type_hints(kind)
    return kind(**{one.name: _read(hints[one.name], body[one.name]) for one in fields(kind)})  # type: ignore[arg-type]


def _read(kind: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return (
            None if value is None else _read(next(one for one in arguments if one is not type(None)), value)
        )
    if origin is tuple:
        return tuple(_read(arguments[0], item) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        return {str(key): _read(arguments[1], item) for key, item in value.items()}
    if is_dataclass(kind):
        return build(typing.cast("type[Any]", kind), value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
