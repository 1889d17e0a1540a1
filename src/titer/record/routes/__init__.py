"""HTTP of the record: people and their rights, signatures, the ledger and its witnesses, content."""

from fastapi import APIRouter

from titer.record.routes import (
    checkpoints,
    content,
    history,
    ledger,
    people,
    policies,
    rights,
    sessions,
    signatures,
    tokens,
    witnesses,
)

router = APIRouter(prefix="/api", tags=["record"])
for part in (
    sessions,
    people,
    rights,
    policies,
    tokens,
    signatures,
    checkpoints,
    witnesses,
    ledger,
    history,
    content,
):
    router.include_router(part.router)
