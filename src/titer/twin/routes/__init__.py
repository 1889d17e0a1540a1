"""HTTP of the twins. Submitting, approving and commissioning are signatures: record types `twin_proposal`
(meanings `submitted`, `approved`, `rejected`) and `twin_definition` (meaning `commissioned`)."""

from fastapi import APIRouter

from titer.twin.routes.outlooks import router as outlooks_router
from titer.twin.routes.proposals import router as proposals_router
from titer.twin.routes.twins import router as twins_router

router = APIRouter(prefix="/api/twin", tags=["twin"])
for part in (twins_router, proposals_router, outlooks_router):
    router.include_router(part)

__all__ = ["router"]
