"""Every route of the OpenAPI document under requests that Schemathesis makes up, in every role and in none.

`make fuzz` takes many more of them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from tests.property.server.hostile import ANYBODY, Stranger, furnished

DOCUMENT = json.loads((Path(__file__).parents[3] / "web" / "openapi.json").read_text())
OPERATIONS = [
    (method, path)
    for path, item in sorted(DOCUMENT["paths"].items())
    for method in sorted(item)
    if method in {"get", "post", "put", "delete", "patch"}
]
ENDLESS = {"/api/events"}
LONG = settings.get_current_profile_name() == "long"
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    platform = furnished(tmp_path_factory.mktemp("hostile") / "lab")
    yield Stranger(platform, random.Random(3))
    platform.close()


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{m.upper()} {p}" for m, p in OPERATIONS])
def test_whatever_is_sent_the_answer_is_no_failure(stranger: Stranger, method: str, path: str) -> None:
    if path in ENDLESS:
        pytest.skip("an endless stream; tests/integration/server looks at it")
    operation = SCHEMA[path][method.upper()]
    matrix, verbs = stranger.platform.record.matrix, DOCUMENT["paths"][path][method].get("x-verbs", [])
    able = sorted({role for verb in verbs if verb in matrix for role in matrix[verb].roles}) or ANYBODY
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
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
        case = data.draw(st.one_of(fitting, fitting, strange))
        named = stranger.informed("", case.path_parameters)
        case.path_parameters = {
            name: value if value == case.path_parameters[name] else quote(str(value), safe="") or "-"
            for name, value in (named or {}).items()
        }
        case.query = stranger.informed("", case.query)
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
