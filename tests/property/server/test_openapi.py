"""Every route of the OpenAPI document under requests that Schemathesis makes up, in every role and in none,
and of machines with a token of each scope.

`make fuzz` takes many more of them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from starlette.routing import BaseRoute, Route
from tests.property.server.hostile import ANYBODY, Stranger, furnished
from tests.property.server.machines import AN_EDGE, MACHINES, fitting, whose

DOCUMENT = json.loads((Path(__file__).parents[3] / "web" / "openapi.json").read_text())
OPERATIONS = [
    (method, path)
    for path, item in sorted(DOCUMENT["paths"].items())
    for method in sorted(item)
    if method in {"get", "post", "put", "delete", "patch"}
]
ENDLESS = {"/api/events"}
UNWRITTEN = {
    "openapi": "the document itself",
    "page": "every other address is the index of the pages; tests/integration/server/test_hostile_input.py tries it",
}
"""Routes that stand in no document, and why."""
LONG = settings.get_current_profile_name() == "long"
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    platform = furnished(tmp_path_factory.mktemp("hostile") / "lab")
    yield Stranger(platform, random.Random(3))
    platform.close()


def _served(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """Names of the routes, those of routers within routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            assert isinstance(route, Route), f"{route} is looked at by no test"
            yield route.name
        else:
            yield from _served(inner.routes)


def test_every_route_stands_in_the_document_or_has_a_reason_not_to(stranger: Stranger) -> None:
    """All layers are on; what the tests below send is made out of this document, the one that is checked in."""
    made = stranger.app.openapi()
    assert {path: set(item) for path, item in made["paths"].items()} == {
        path: set(item) for path, item in DOCUMENT["paths"].items()
    }
    written = [made["paths"][path][method]["operationId"] for method, path in OPERATIONS]
    assert sorted([*written, *UNWRITTEN]) == sorted(_served(stranger.app.routes))
    assert len(OPERATIONS) == sum(len(item) for item in made["paths"].values())


def test_a_machine_that_may_use_a_route_gets_an_answer_of_the_routes_own(stranger: Stranger) -> None:
    """No 401 and no 403: what is sent in the names of machines below reaches what stands behind their tokens."""
    machines = whose(stranger.app)
    assert set(fitting()) == set(machines)
    assert {name for name, needs in stranger.app.state.needs.items() if needs.machine} <= set(machines)
    assert {who for able in machines.values() for who in able} | {AN_EDGE} == set(MACHINES)
    for method, path in OPERATIONS:
        name = DOCUMENT["paths"][path][method]["operationId"]
        if name not in machines:
            continue
        asked = fitting()[name]
        who = asked.who or machines[name][0]
        body: dict[str, Any] = {} if asked.body is None else {"json": asked.body}
        answer = stranger.clients[who].request(
            method.upper(),
            path.format(**asked.path),
            params=asked.query,
            headers=stranger.headers(who),
            **({"content": asked.body} if isinstance(asked.body, bytes) else body),
        )
        assert answer.status_code == asked.status not in {401, 403}, (name, who, answer.text)


def _at_once(query: dict[str, Any] | None) -> dict[str, Any]:
    """The query of a request that may be held until there is something to say: it asks to have its answer at once."""
    given = dict(query or {})
    wait = given.get("wait", 0)
    if isinstance(wait, int | float) and wait >= 0:
        given["wait"] = 0
    return given


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{m.upper()} {p}" for m, p in OPERATIONS])
def test_whatever_is_sent_the_answer_is_no_failure(stranger: Stranger, method: str, path: str) -> None:
    if path in ENDLESS:
        pytest.skip("an endless stream; tests/integration/server looks at it")
    operation = SCHEMA[path][method.upper()]
    written = DOCUMENT["paths"][path][method]
    name, waits = written["operationId"], any(one["name"] == "wait" for one in written.get("parameters", []))
    matrix, machines = stranger.platform.record.matrix, whose(stranger.app)
    if name in machines:
        able = machines[name]
    else:
        verbs = [verb for verb in written.get("x-verbs", []) if verb in matrix]
        able = tuple(sorted({role for verb in verbs for role in matrix[verb].roles})) or ANYBODY
    likely = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    strange = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=400 if LONG else 5,
        deadline=None,
        database=None,
        derandomize=not LONG,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def send(data: Any) -> None:
        who = data.draw(st.sampled_from(able) | st.sampled_from(ANYBODY))
        case = data.draw(st.one_of(likely, likely, strange))
        named = stranger.informed("", case.path_parameters)
        case.path_parameters = {
            name: value if value == case.path_parameters[name] else quote(str(value), safe="") or "-"
            for name, value in (named or {}).items()
        }
        case.query = stranger.informed("", case.query)
        if waits:
            case.query = _at_once(case.query)
        if isinstance(case.body, dict | list):
            case.body = stranger.informed("", case.body)
        headers = stranger.headers(who)
        try:
            kwargs = case.as_transport_kwargs(base_url="http://testserver")
        except (UnicodeError, ValueError):
            return  # no client could send it
        kwargs["headers"] = {**kwargs.get("headers", {}), **headers}
        kwargs.pop("cookies", None)
        if isinstance(kwargs.get("data"), bytes | str):
            kwargs["content"] = kwargs.pop("data")
        answer = stranger.clients[who].request(**kwargs)
        assert answer.status_code < 500, (who, answer.status_code, answer.text, kwargs)
        case.validate_response(answer, checks=[response_schema_conformance, content_type_conformance])

    send()
