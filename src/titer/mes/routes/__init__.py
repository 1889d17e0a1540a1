"""HTTP of recipes, orders, batches and manual tasks."""

from fastapi import APIRouter

from titer.mes.routes.batches import router as batches_router
from titer.mes.routes.recipes import router as recipes_router
from titer.mes.routes.tasks import router as tasks_router

router = APIRouter(prefix="/api/mes", tags=["mes"])
for part in (recipes_router, batches_router, tasks_router):
    router.include_router(part)

__all__ = ["router"]
