"""The ASGI application over one platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel
from starlette.middleware.base import RequestResponseEndpoint

from titer import __version__
from titer.app import Platform
from titer.app.layers import routers
from titer.base.clock import iso, us
from titer.record.http import Current, is_known
from titer.server import (
    backups,
    documented,
    documents,
    events,
    exporting,
    importing,
    people,
    problems,
    rights,
    search,
    state,
    waiting,
)
from titer.server.intake import Intake

PAGES = Path(__file__).resolve().parent / "pages"
THREADS = 200
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


@asynccontextmanager
async def _threads(_app: FastAPI) -> AsyncIterator[None]:
    """Enough threads that waiting ones (a host keeps two long polls) leave some to the pages."""
    current_default_thread_limiter().total_tokens = THREADS
    yield


def create_app(platform: Platform) -> FastAPI:
    """The application; its OpenAPI document names every route."""
    app = FastAPI(
        title="Titer",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_threads,
    )
    app.router.generate_unique_id_function = lambda route: route.name
    app.state.platform = platform
    app.state.failing_workers = {}
    app.state.live = events.Live()
    platform.outbox.subscriptions.append(app.state.live.subscription())
    historian = getattr(platform, "historian", None)
    if historian is not None:
        historian.on_append(app.state.live.values)
    problems.install(app)
    served = (
        *routers(),
        backups.router,
        events.router,
        documents.router,
        exporting.router,
        importing.router,
        people.router,
        rights.router,
        search.router,
        state.router,
        waiting.router,
    )
    for router in served:
        app.include_router(
            router,
            generate_unique_id_function=lambda route: route.name,
            dependencies=[Depends(rights.guard)],
        )
    rights.install(app, platform.record, served)
    _middleware(app)

    @app.get("/api/health")
    def server_health(request: Request) -> HealthOut:
        """Whether the hub works; whoever is not logged in is told what fails, and not in which words."""
        return health(platform, app.state.failing_workers, words=is_known(request))

    @app.get("/api/installation")
    def server_installation(_who: Current) -> dict[str, Any]:
        """What this installation is, and both clocks."""
        with platform.record.reading() as session:
            row = platform.record.installation(session)
            return {
                "name": row.name,
                "site": row.site,
                "simulated": row.simulated,
                "demo": row.demo,
                "time_zone": row.time_zone,
                "layers": list(platform.config.layers),
                "version": __version__,
                "clock": clock_state(platform),
            }

    _pages(app)
    documented.install(app)
    return app


def clock_state(platform: Platform) -> dict[str, Any]:
    """Both clocks and the rate."""
    plant, simulated = platform.plant_clock, platform.config.plant_clock is not None
    return {
        "server": iso(platform.record.clock.now()),
        "process": iso(platform.record.process_clock.now()),
        "process_us": us(platform.record.process_clock.now()),
        "rate": plant.running_rate if plant else 0 if simulated else 1,
        "simulated": simulated,
    }


class FaultOut(BaseModel):
    """Something that does not work, in sentences: what, why, and what to do."""

    what: str
    why: str
    do: str


class HealthOut(BaseModel):
    """State of the hub's own parts; `failing` are those by name, with what they last said."""

    state: str
    halted: str | None
    faults: list[FaultOut]
    ledger: str
    failing: dict[str, str]
    version: str


def health(platform: Platform, failing_workers: Mapping[str, str], *, words: bool = True) -> HealthOut:
    """State of the hub's own parts.

    Args:
        platform: of the hub.
        failing_workers: workers whose last step failed, with what it said.
        words: whether to say what errors said: they may name records, files and servers.
    """
    failing = {
        name: trouble.message if words else "Its last try failed."
        for name, trouble in platform.outbox.failing.items()
    }
    halted = (
        platform.record.halted if words or not platform.record.halted else "Something failed; see hub.log."
    )
    faults = []
    if platform.record.halted:
        faults.append(
            FaultOut(
                what="Writing has stopped.",
                why=str(halted),
                do="Nothing that was acknowledged is lost. Mend the cause, start Titer again, and run titer verify.",
            )
        )
    if _plant_is_silent(platform):
        faults.append(
            FaultOut(
                what="The simulated plant does not answer, so its time stands still.",
                why=f"Nothing answers at {platform.config.plant_clock}: its process ended, or was killed.",
                do="What was recorded is kept. Start the demo anew in another folder.",
            )
        )
    for name, message in failing.items():
        faults.append(FaultOut(what=f"{name} cannot handle an event.", why=message, do="See hub.log."))
    for name, message in sorted(failing_workers.items()):
        faults.append(
            FaultOut(
                what=f"{name} fails and is tried again.",
                why=message,
                do="See hub.log; what it follows stands still until it works again.",
            )
        )
    return HealthOut(
        state="stopped writing" if platform.record.halted else "impaired" if faults else "ok",
        halted=halted,
        faults=faults,
        ledger=platform.sealer.origin,
        failing={**failing, **failing_workers},
        version=__version__,
    )


def _plant_is_silent(platform: Platform) -> bool:
    if platform.config.plant_clock is None:
        return False
    return platform.plant_clock is None or platform.plant_clock.silent


def _middleware(app: FastAPI) -> None:
    # What is added last sees a request first: the intake's own answers bear the guard's headers, too.
    app.add_middleware(Intake, documents=documented.Documents(app), known=is_known)

    @app.middleware("http")
    async def guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("X-Frame-Options", "DENY")
        if request.url.path.startswith("/api"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _pages(app: FastAPI) -> None:
    """Serve the built pages; every address of the single page application is its index."""

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str) -> Response:
        if path.startswith("api/"):
            return problems.problem(404, "Not found", f"There is no /{path}.")
        target = (PAGES / path).resolve()
        if path and target.is_relative_to(PAGES) and target.is_file():
            return FileResponse(target)
        index = PAGES / "index.html"
        if not index.exists():
            return problems.problem(
                503, "The pages are not built", "This checkout has no built pages.", do="Run: make pages"
            )
        return FileResponse(index, headers={"Cache-Control": "no-cache"})
