"""The archive of a closed batch: a bundle that a person opens with a browser and a PDF reader, without Titer."""

from titer.app.archive.making import archive_batch

__all__ = ["archive_batch"]
