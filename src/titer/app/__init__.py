"""The composition root: configuration in, one wired `Platform` out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from titer.app.config import Config, load, write

if TYPE_CHECKING:
    from titer.app.creating import create_installation
    from titer.app.platform import Platform, open_platform

__all__ = ["Config", "Platform", "create_installation", "load", "open_platform", "write"]


def __getattr__(name: str) -> Any:
    """The wired parts when they are first asked for; who only reads the configuration loads no database."""
    if name in __all__:
        from titer.app import creating, platform

        return getattr(creating if name == "create_installation" else platform, name)
    raise AttributeError(name)
