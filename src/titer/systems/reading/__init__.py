"""Reading what another system shows: a view of its database, a folder of its files, or its REST interface.

Nothing is ever written there. Whatever is read is bounded, and refused where it is more: never cut off in silence.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from titer.base.errors import Invalid
from titer.systems.reading.files import FileSettings, read_file, read_folder
from titer.systems.reading.given import Bounds, Part, Reading
from titer.systems.reading.rest import RestSettings, read_rest
from titer.systems.reading.view import ViewSettings, read_view

__all__ = ["Bounds", "Part", "Reading", "check", "read", "read_file"]


def check(kind: str, settings: dict[str, Any]) -> None:
    """Refuse settings that no source of this kind can have.

    Raises:
        Invalid: with the setting.
    """
    _settings(kind, settings)


def read(kind: str, settings: dict[str, Any], secret: str, bounds: Bounds) -> Reading:
    """Everything that a source shows now.

    Args:
        kind: view, file or rest.
        settings: of the source.
        secret: its password or token, opened; "" if it has none.
        bounds: what is taken at the most.

    Raises:
        Unavailable: if it does not answer.
        Invalid, TooLarge: if it answers with what cannot be taken.
    """
    made = _settings(kind, settings)
    if isinstance(made, ViewSettings):
        return read_view(made, secret, bounds)
    if isinstance(made, FileSettings):
        return read_folder(made, bounds)
    return read_rest(made, secret, bounds)


def _settings(kind: str, settings: dict[str, Any]) -> ViewSettings | FileSettings | RestSettings:
    kinds: dict[str, type[ViewSettings] | type[FileSettings] | type[RestSettings]] = {
        "view": ViewSettings,
        "file": FileSettings,
        "rest": RestSettings,
    }
    if kind not in kinds:
        raise Invalid(f"{kind!r} is no kind of source.", do=f"Use one of {', '.join(kinds)}.", where="kind")
    try:
        return kinds[kind].model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        where = "settings." + ".".join(map(str, first["loc"]))
        raise Invalid(f"The source cannot be set so: {first['msg']}.", where=where) from error
