"""HTTP of the historian."""

from fastapi import APIRouter

from titer.historian.routes.files import router as files
from titer.historian.routes.keeping import router as keeping
from titer.historian.routes.series import router as series

router = APIRouter()
router.include_router(series)
router.include_router(files)
router.include_router(keeping)

__all__ = ["router"]
