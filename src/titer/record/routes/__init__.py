"""HTTP of the record: sessions, people, signatures, ledger, content."""

from fastapi import APIRouter

from titer.record.routes import content, ledger, people, sessions, signatures

router = APIRouter(prefix="/api", tags=["record"])
for part in (sessions, people, signatures, ledger, content):
    router.include_router(part.router)
