"""HTTP of the record: people, their accounts and rights, signatures, the ledger and its witnesses, content."""

from fastapi import APIRouter

from titer.record.routes import (
    access,
    account,
    checkpoints,
    content,
    edges,
    history,
    ledger,
    people,
    policies,
    retention,
    rights,
    sessions,
    signatures,
    sso,
    tokens,
    watching,
    witnesses,
)

router = APIRouter(prefix="/api", tags=["record"])
for part in (
    sessions,
    account,
    access,
    people,
    rights,
    policies,
    tokens,
    edges,
    sso,
    signatures,
    checkpoints,
    witnesses,
    watching,
    ledger,
    history,
    content,
    retention,
):
    router.include_router(part.router)
