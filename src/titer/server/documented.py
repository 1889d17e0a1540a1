"""The OpenAPI document says what every route says when it cannot: a problem document (RFC 9457)."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from starlette.types import Scope

PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "What could not be done, why, and what to do about it (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "`about:blank`: the title says it all."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened, one sentence."},
        "why": {"type": "string"},
        "do": {"type": "string", "description": "What to do next."},
        "where": {"type": "string", "description": "The field, or line and column."},
        "reason": {
            "type": "string",
            "description": "With 401: `session` asks for a log-in, `credentials` says that a proof was wrong.",
        },
        "faults": {
            "type": "array",
            "description": "With 422: each field that does not fit.",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
_METHODS = ("get", "post", "put", "patch", "delete")
_RESPONSE = {
    "description": "It could not be done.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_REPLACED = ("HTTPValidationError", "ValidationError")
"""FastAPI's own shapes of an invalid request, which no route answers with."""


def install(app: FastAPI) -> None:
    """Complete the document that FastAPI makes."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(made())
        return made()

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    for item in document["paths"].values():
        for method in _METHODS:
            if method in item:
                responses = item[method]["responses"]
                responses.pop("422", None)
                responses["4XX"] = responses["5XX"] = _RESPONSE


class Documents:
    """Tells which routes take a document, in base64, inside their JSON.

    Args:
        app: with all its routes; asked when the first request comes.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._found: list[tuple[str, re.Pattern[str]]] | None = None

    def __call__(self, scope: Scope) -> bool:
        """Whether the route that a request is for does."""
        if self._found is None:
            self._found = list(self._routes())
        return any(
            method == scope["method"] and pattern.fullmatch(scope["path"]) for method, pattern in self._found
        )

    def _routes(self) -> list[tuple[str, re.Pattern[str]]]:
        document = self._app.openapi()
        found = []
        for path, item in document["paths"].items():
            for method in _METHODS:
                body = (
                    item.get(method, {}).get("requestBody", {}).get("content", {}).get("application/json", {})
                )
                name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
                members = document["components"]["schemas"].get(name, {}).get("properties", {})
                if any(member.endswith("_base64") for member in members):
                    parts = re.split(r"\{[^}]+\}", path)
                    found.append(
                        (method.upper(), re.compile("[^/]+".join(re.escape(part) for part in parts)))
                    )
        return found
