"""HTTP of the content store."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlalchemy import select

from titer.base.errors import NotFound
from titer.record.content import is_media_type
from titer.record.http import Reading
from titer.record.model import (
    ContentObject,
)
from titer.record.routes.part import RecordPart

router = APIRouter()


@router.get(
    "/content/{digest}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def record_content(digest: str, session: Reading, record: RecordPart) -> Response:
    """The bytes kept under a digest, checked before they are sent."""
    row = session.scalars(select(ContentObject).where(ContentObject.digest == digest)).first()
    if row is None:
        raise NotFound("No content with this digest is kept here.")
    return Response(
        record.content.read(digest),
        media_type="application/octet-stream",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": f'attachment; filename="{digest[:16]}"',
            # What was kept before media types were looked at, or written past the record, ends here.
            "X-Media-Type": row.media_type if is_media_type(row.media_type) else "",
        },
    )
