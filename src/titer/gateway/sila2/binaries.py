"""Uploads of raw files, within bounds (SiLA 2 part B, binary transfer).

The library makes room for as many chunks as are announced, keeps a chunk before it looks whether it is too much, and
forgets an upload only when somebody asks for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from sila import server as sila

from titer.gateway.sila2 import limits


class BoundedBinaries(sila.BinaryTransferHandler):  # type: ignore[misc]
    """The library's handler, with a bound on everything that a client announces or sends."""

    async def create_binary(self, request: Any, metadata: dict[str, bytes] | None = None) -> Any:
        """Make room for an upload, while there is room; whoever may not call the command is refused."""
        self._forget()
        size, chunks = request.binary_size, request.chunk_count
        if not 0 < size <= limits.LARGEST_BINARY or not 0 < chunks <= limits.MOST_CHUNKS:
            raise sila.BinaryUploadFailed(
                f"A raw file has 1 to {limits.LARGEST_BINARY:,} bytes in {limits.MOST_CHUNKS:,} chunks at the most."
            )
        if not chunks <= size <= chunks * limits.LARGEST_CHUNK:
            raise sila.BinaryUploadFailed(f"{size:,} bytes do not come in {chunks:,} chunks.")
        announced = sum(one.size for one in self._binaries.values())
        if len(self._binaries) >= limits.MOST_BINARIES or announced + size > limits.LARGEST_BINARIES:
            raise sila.BinaryUploadFailed("Too much is being uploaded at the moment. Try again in a minute.")
        return await super().create_binary(request, metadata)

    async def upload_chunk(self, request: Any) -> Any:
        """Take a chunk, if it is not more than was announced."""
        binary = self.get_binary_by_uuid(request.binary_transfer_uuid)
        held = sum(len(chunk) for chunk in binary.chunks if chunk is not None)
        if held + len(request.payload) > binary.size:
            raise sila.BinaryUploadFailed(f"{binary.size:,} bytes were announced, and more came.")
        taken = await super().upload_chunk(request)
        age = time.monotonic() - binary.created_at
        binary.valid_for = min(age + limits.BINARY_LIVES_S, limits.BINARY_LIVES_AT_MOST_S)
        return taken

    async def get_binary(self, binary_transfer_uuid: str, *, context: Any = None) -> bytes:
        """The bytes of an upload, if all of them have come."""
        data: bytes = await super().get_binary(binary_transfer_uuid, context=context)
        if len(data) != self._binaries[binary_transfer_uuid].size:
            raise ValueError("The upload has fewer bytes than were announced.")
        return data

    async def _upload_chunk(self, request_iterator: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        try:
            while True:
                try:
                    async with asyncio.timeout(limits.BINARY_LIVES_S):
                        request = await anext(request_iterator, None)
                except TimeoutError:
                    raise sila.BinaryUploadFailed("Nothing came for too long.") from None
                if request is None:
                    return
                yield await self.upload_chunk(request)
        except sila.BinaryTransferError as error:
            raise await error.to_rpc_error(context) from None

    def _forget(self) -> None:
        """Let go of uploads whose time is over."""
        over = [key for key, one in self._binaries.items() if one.lifetime.total_seconds <= 0]
        for key in over:
            del self._binaries[key]
