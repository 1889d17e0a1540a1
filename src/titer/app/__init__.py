"""The composition root: configuration in, one wired `Platform` out."""

from titer.app.config import Config, load, write
from titer.app.platform import Platform, create_installation, open_platform

__all__ = ["Config", "Platform", "create_installation", "load", "open_platform", "write"]
