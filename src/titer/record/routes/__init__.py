"""HTTP of the record: sessions, people, rights, signatures, ledger, content."""

from fastapi import APIRouter

from titer.record.routes import (
    checkpoints,
    content,
    history,
    ledger,
    people,
    rights,
    sessions,
    signatures,
    witnesses,
)

router = APIRouter(prefix="/api", tags=["record"])
for part in (sessions, people, rights, signatures, checkpoints, witnesses, ledger, history, content):
    router.include_router(part.router)
