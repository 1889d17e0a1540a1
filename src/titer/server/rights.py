"""Which right each route takes, and its refusal before anything else is looked at (docs/decisions/0013).

A route that changes something names the verb of the action that it opens; that is read off the route's own code, so
nothing has to be written twice. Where a route opens its action further down, or needs no right, `DECLARED` says so
with the reason. A route of which neither is known may be used by nobody, and `/api/openapi.json` says `x-verbs` of
each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from titer.app.config import LAYERS
from titer.base.errors import NotAuthorised
from titer.record import Actor, Record
from titer.record.http import SAFE, ActingPerson, commander, connector, current, submitter

router = APIRouter(tags=["record"])


@dataclass(frozen=True)
class Needs:
    """What a route that changes something asks for.

    Args:
        verbs: rows of the matrix; one of them is needed, and the action itself asks for the one it is.
        machine: it is for machines, whose token's scopes say what they may do.
        anybody: why it needs no right, where it needs none.
    """

    verbs: tuple[str, ...] = ()
    machine: bool = False
    anybody: str = ""

    @property
    def known(self) -> bool:
        """Whether anything is known about it."""
        return bool(self.verbs or self.machine or self.anybody)


_READS = "it reads, and a question in words is too long for an address"
_WAY_IN = "it is the way in"
_OWN = "it ends one's own session"

DECLARED: Mapping[str, Needs] = {
    "record_ask_own_passkey": Needs(anybody="a challenge proves nothing by itself"),
    "record_ask_passkey": Needs(anybody=_WAY_IN),
    "record_begin_passkey": Needs(verbs=("record.account.change",)),
    "record_enrol_edge": Needs(anybody="it is the way in of an edge, whose code is looked at first"),
    "record_log_in": Needs(anybody=_WAY_IN),
    "record_log_out": Needs(anybody=_OWN),
    "record_preview_series": Needs(anybody=_READS),
    "record_preview_signature": Needs(anybody=_READS),
    "record_verify": Needs(verbs=("record.ledger.verify",)),
    "historian_piece": Needs(verbs=("historian.history.import",)),
    "historian_import": Needs(verbs=("historian.history.import",)),
    "historian_set_retention": Needs(verbs=("historian.retention.set",)),
    "historian_retire": Needs(verbs=("historian.segment.retire",)),
    "material_scan": Needs(anybody=_READS),
    "mes_check_recipe": Needs(anybody=_READS),
    "server_take_backup": Needs(verbs=("record.backup",)),
    "server_drill": Needs(verbs=("record.drill",)),
    "server_archive": Needs(verbs=("record.export",)),
    "server_export": Needs(verbs=("record.export",)),
    "record_rotate": Needs(verbs=("record.key.rotate",)),
    "record_retire": Needs(verbs=("record.key.rotate",)),
    "record_retire_witnesses": Needs(verbs=("record.witness.retire",)),
    "record_add_checkpoint": Needs(machine=True),
}
"""Routes whose own code names no verb."""

SIGN = frozenset({"record_sign", "record_sign_series"})
"""Routes that sign: their verbs are those of everything that can be signed."""


def api_routes(routers: Iterable[APIRouter]) -> Iterator[APIRoute]:
    """Every route of some routers, those of included ones too."""
    for one in routers:
        yield from _routes(one.routes)


def _routes(routes: Iterable[Any]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _routes(included.routes)


def changes(route: APIRoute) -> bool:
    """Whether a route may change something."""
    return not set(route.methods or ()) <= SAFE


def needs_of(route: APIRoute, record: Record) -> Needs:
    """What a route asks for."""
    declared = DECLARED.get(route.name)
    if declared is not None:
        return declared
    if route.name in SIGN:
        return Needs(verbs=tuple(sorted({meaning.verb for meaning in record.meanings.values()})))
    if any(_depends_on(route.dependant, one) for one in (connector, commander, submitter)):
        return Needs(machine=True)
    return Needs(verbs=tuple(sorted(_named(route.endpoint) & set(record.matrix))))


def _depends_on(dependant: Dependant, call: object) -> bool:
    return any(one.call is call or _depends_on(one, call) for one in dependant.dependencies)


def _named(endpoint: Any) -> set[str]:
    """The texts that a function's code holds: its own, and those of constants of its module that it names."""
    code: CodeType = endpoint.__code__
    found = set(_texts(code))
    for name in code.co_names:
        found |= set(_texts(endpoint.__globals__.get(name)))
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, CodeType):
        yield from _texts(value.co_consts)
    elif isinstance(value, tuple | frozenset):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        yield from _texts(tuple(value.values()))


def guard(request: Request) -> None:
    """Refuse a change that the person has no right to, before its body or its record is looked at.

    Raises:
        NotAuthenticated: nobody is logged in.
        NotAuthorised: no verb that the route may open is one of the person's.
    """
    if request.method in SAFE:
        return
    needs: Needs = request.app.state.needs.get(request.scope["route"].name, Needs())
    if needs.machine or needs.anybody or _is_off(request):
        return
    row, person = current(request)
    record: Record = request.app.state.platform.record
    who = Actor.person(person.id, row.id, person.full_name)
    with record.reading() as session:
        if record.rights_of(session, who) & set(needs.verbs):
            return
    raise refusal(record, needs.verbs)


def refusal(record: Record, verbs: tuple[str, ...]) -> NotAuthorised:
    """Why somebody may not do any of these, in words."""
    if not verbs:
        return NotAuthorised(
            "Nobody has a right to do this.",
            why="It is not known which action of the matrix of rights it is.",
            do="Tell your administrator: this is a fault of Titer.",
        )
    roles = sorted({role for verb in verbs for role in record.matrix[verb].roles})
    titles = (
        record.matrix[verbs[0]].title if len(verbs) == 1 else "none of what can be done here is yours to do"
    )
    return NotAuthorised(
        f"You have no right to do this: {titles}.",
        why=f"It belongs to the roles {', '.join(roles)}." if roles else "It is done by the platform alone.",
        do="Ask somebody who holds one of them, or your administrator.",
    )


def _is_off(request: Request) -> bool:
    """Whether the route belongs to a layer that is switched off; then the route itself says so."""
    layer = request.url.path.split("/")[2] if request.url.path.count("/") > 1 else ""
    return layer in LAYERS and layer not in request.app.state.platform.layers


def install(app: FastAPI, record: Record, routers: Iterable[APIRouter]) -> None:
    """Work out what every route needs, and write it into the OpenAPI document."""
    app.state.routes = [route for route in api_routes(routers) if changes(route)]
    app.state.needs = {route.name: needs_of(route, record) for route in app.state.routes}
    plain = app.openapi

    def document() -> dict[str, Any]:
        made = plain()
        for methods in made["paths"].values():
            for operation in methods.values():
                needs: Needs | None = app.state.needs.get(operation.get("operationId", ""))
                if needs is not None and needs.verbs:
                    operation["x-verbs"] = list(needs.verbs)
        return made

    app.openapi = document  # type: ignore[method-assign]


class RouteRightOut(BaseModel):
    """A route that changes something, and the rows of the matrix that it takes."""

    name: str
    verbs: list[str]
    machine: bool
    anybody: str


@router.get("/api/matrix/routes")
def server_matrix_routes(_who: ActingPerson, request: Request) -> list[RouteRightOut]:
    """Which rows of the matrix every route that changes something takes."""
    return [
        RouteRightOut(name=name, verbs=list(needs.verbs), machine=needs.machine, anybody=needs.anybody)
        for name, needs in sorted(request.app.state.needs.items())
    ]
