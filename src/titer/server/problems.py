"""Errors as RFC 9457 problem details. The only place that knows status codes."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from titer.base import errors
from titer.lims import SubmissionRefused
from titer.record.errors import translate

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[errors.TiterError], int], ...] = (
    (errors.NotFound, 404),
    (errors.WrongCredentials, 401),
    (errors.NotAuthenticated, 401),
    (errors.TooManyAttempts, 429),
    (errors.NotAuthorised, 403),
    (errors.TooLarge, 413),
    (errors.Invalid, 422),
    (errors.StaleVersion, 412),
    (errors.Conflict, 409),
    (errors.Refused, 409),
    (errors.Unavailable, 503),
    (errors.IntegrityFault, 500),
)


def status_of(error: errors.TiterError) -> int:
    """The status code of an error."""
    return next((code for kind, code in STATUS if isinstance(error, kind)), 400)


def problem(status: int, title: str, detail: str, **more: object) -> JSONResponse:
    """A problem document."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def install(app: FastAPI) -> None:
    """Answer every error with a problem document."""

    @app.exception_handler(errors.TiterError)
    def titer_error(_request: Request, error: errors.TiterError) -> JSONResponse:
        where = error.where if isinstance(error, errors.Invalid) else ""
        more: dict[str, object] = {"why": error.why, "do": error.do, "where": where}
        if status_of(error) == 401:
            # Both are 401: a page stays where it is after a wrong password, and asks for a log-in after the other.
            more["reason"] = "credentials" if isinstance(error, errors.WrongCredentials) else "session"
        if isinstance(error, errors.ProofIncomplete):
            more["needs"], more["offers"] = error.needs, list(error.offers)
        if isinstance(error, SubmissionRefused):
            more["reason"] = error.reason
        answer = problem(status_of(error), error.title, error.what, **more)
        if isinstance(error, errors.TooManyAttempts):
            answer.headers["Retry-After"] = str(error.seconds)
        return answer

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        of_body = [item for item in error.errors() if item["loc"] == ("body",)]
        if of_body and isinstance(of_body[0].get("input"), bytes) and not _is_json(kind):
            return problem(
                415,
                "Not understood",
                f"The body came as {kind[:80] or 'nothing in particular'}; this route takes JSON.",
                do="Send it with Content-Type: application/json.",
            )
        faults = [
            {"where": ".".join(str(part) for part in item["loc"]), "what": item["msg"]}
            for item in error.errors()
        ]
        detail = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults)
        return problem(422, "Invalid input", detail, faults=faults)

    @app.exception_handler(Exception)
    def unforeseen(request: Request, _error: Exception) -> JSONResponse:
        # The server raises it again behind this answer, and so into the log.
        return problem(
            500,
            "Something failed",
            f"{request.method} failed in a way that nobody has foreseen; nothing of it was written.",
            do="Tell whoever looks after this installation: hub.log says more.",
        )

    @app.exception_handler(HTTPException)
    def http_error(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, "Not possible", str(error.detail))

    @app.exception_handler(SQLAlchemyError)
    def database_error(request: Request, error: SQLAlchemyError) -> JSONResponse:
        told = translate(error)
        if told is not None:
            return problem(status_of(told), told.title, told.what, why=told.why, do=told.do)
        log.exception("database error at %s", request.url.path)
        return problem(500, "The database failed", "The request could not be carried out; it is logged.")
