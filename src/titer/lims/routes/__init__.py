"""HTTP of the laboratory."""

from fastapi import APIRouter

from titer.lims.routes import bench, design, judgement, submission

router = APIRouter(prefix="/api/lims", tags=["lims"])
router.include_router(design.router)
router.include_router(bench.router)
router.include_router(judgement.router)
router.include_router(submission.router)

__all__ = ["router"]
