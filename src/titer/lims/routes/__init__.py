"""HTTP of the laboratory."""

from fastapi import APIRouter

from titer.lims.routes import bench, design, judgement

router = APIRouter(prefix="/api/lims", tags=["lims"])
router.include_router(design.router)
router.include_router(bench.router)
router.include_router(judgement.router)

__all__ = ["router"]
