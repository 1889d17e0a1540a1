"""HTTP of equipment: what the pages read, and what connector hosts speak."""

from __future__ import annotations

from fastapi import APIRouter

from titer.equipment.routes import alarms, certificates, hosts, looking, pages, standing, tables

router = APIRouter()
router.include_router(pages.router)
router.include_router(standing.router)
router.include_router(hosts.router)
router.include_router(looking.router)
router.include_router(tables.router)
router.include_router(certificates.router)
router.include_router(alarms.router)

__all__ = ["router"]
