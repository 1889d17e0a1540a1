"""HTTP of data sets, models, monitoring and alerts."""

from fastapi import APIRouter

from titer.insight.routes.alerts import router as alerts_router
from titer.insight.routes.models import router as models_router
from titer.insight.routes.monitoring import router as monitoring_router

router = APIRouter(prefix="/api/insight", tags=["insight"])
for part in (models_router, monitoring_router, alerts_router):
    router.include_router(part)

__all__ = ["router"]
