"""The plant's HTTP service on the loopback interface: plant time, cables, faults, and the hands of people.

It is not part of the plant that the hub knows: it stands for the wall clock of the simulation and for what
people do with their hands at the bench.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from titer.base.errors import NotFound, TiterError
from titer.sim.bottles import labels
from titer.sim.chromatograph import Sequence
from titer.sim.faults import CLOCK_STEP, UNDER_DELIVERY
from titer.sim.process import write_json
from titer.sim.supervisor import Plant


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Grant(_Body):
    """Let the plant run."""

    until_us: int
    rate: float | None = Field(default=None, gt=0, le=100_000)


class Cut(_Body):
    """Cut a cable."""

    seconds: float = Field(gt=0, le=86_400)


class UnderDelivery(_Body):
    """The feed pump falls short: from a plant instant, or from hours after the plant was switched on, or now."""

    name: Literal["feed_pump_under_delivery"] = "feed_pump_under_delivery"
    fraction: float = Field(ge=0, le=1)
    at_h: float | None = Field(default=None, ge=0)
    at_us: int | None = None


class ClockStep(_Body):
    """Set the clock of a server so many seconds off the machine's; 0 sets it right again."""

    name: Literal["clock_step"]
    equipment: str
    seconds: float = Field(ge=-31_536_000, le=31_536_000)


class Vessel(_Body):
    """A fresh feed vessel on the balance."""

    net_kg: float = Field(gt=0, le=600)


Handler = Callable[[Request], Awaitable[Response]]


def bench_app(plant: Plant) -> Starlette:
    """The service of one plant."""

    async def clock(_: Request) -> Response:
        return JSONResponse(plant.clock_state())

    async def grant(request: Request) -> Response:
        body = Grant.model_validate_json(await request.body())
        plant.clock.grant(body.until_us, body.rate)
        return JSONResponse(plant.clock_state())

    async def endpoints(_: Request) -> Response:
        return JSONResponse(plant.endpoints())

    async def cut(request: Request) -> Response:
        cable = plant.cable(request.path_params["name"])
        cable.cut_for(Cut.model_validate_json(await request.body()).seconds)
        return JSONResponse({"name": cable.name, "cut": cable.cut})

    async def restore(request: Request) -> Response:
        cable = plant.cable(request.path_params["name"])
        cable.restore()
        return JSONResponse({"name": cable.name, "cut": cable.cut})

    async def fault(request: Request) -> Response:
        given = await request.body()
        if _named(given) == CLOCK_STEP:
            step = ClockStep.model_validate_json(given)
            return JSONResponse(plant.step_clock(step.equipment, step.seconds))
        body = UnderDelivery.model_validate_json(given)
        origin = plant.clock.record().origin_us
        at = body.at_us if body.at_us is not None else plant.clock.now_us()
        if body.at_h is not None:
            at = origin + int(body.at_h * 3_600_000_000)
        return JSONResponse(plant.under_deliver(body.fraction, at))

    async def sequence(request: Request) -> Response:
        return JSONResponse(plant.queue_sequence(Sequence.model_validate_json(await request.body())), 202)

    async def chromatograph(_: Request) -> Response:
        return JSONResponse(plant.chromatograph_state())

    async def bottles(_: Request) -> Response:
        return JSONResponse(labels(plant.settings.folder / "bottles"))

    async def balance(_: Request) -> Response:
        return JSONResponse(_display(plant.settings.folder / "balance-display.json"))

    async def vessel(request: Request) -> Response:
        body = Vessel.model_validate_json(await request.body())
        write_json(plant.settings.folder / "balance.json", body.model_dump())
        return JSONResponse(body.model_dump())

    return Starlette(
        routes=[
            Route("/clock", _told(clock)),
            Route("/clock/grant", _told(grant), methods=["POST"]),
            Route("/endpoints", _told(endpoints)),
            Route("/cable/{name}/cut", _told(cut), methods=["POST"]),
            Route("/cable/{name}/restore", _told(restore), methods=["POST"]),
            Route("/faults", _told(fault), methods=["POST"]),
            Route("/bench/chromatograph/sequence", _told(sequence), methods=["POST"]),
            Route("/bench/chromatograph", _told(chromatograph)),
            Route("/bench/bottles", _told(bottles)),
            Route("/bench/balance", _told(balance)),
            Route("/bench/balance", _told(vessel), methods=["POST"]),
        ]
    )


def _named(body: bytes) -> str:
    """Which fault a body is about.

    Raises:
        NotFound: the plant has no such fault.
    """
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    name = given.get("name", UNDER_DELIVERY) if isinstance(given, dict) else UNDER_DELIVERY
    if name not in (UNDER_DELIVERY, CLOCK_STEP):
        raise NotFound(f"The plant has no fault {name!r}.", do=f"Use {UNDER_DELIVERY} or {CLOCK_STEP}.")
    return str(name)


def _display(path: Path) -> dict[str, Any]:
    try:
        shown: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound("The balance shows nothing yet.", do="Wait five plant minutes.") from None
    return shown


def _told(handler: Handler) -> Handler:
    """Turn errors into answers that say what to do."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the body"
            return JSONResponse({"title": f"{where}: {first['msg']}", "errors": error.error_count()}, 422)
        except NotFound as error:
            return JSONResponse({"title": str(error)}, 404)
        except TiterError as error:
            return JSONResponse({"title": str(error)}, 409)

    return answered
