"""Calling SiLA 2 commands: parameters out of text, responses as JSON without floats."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sila import client as sila

from titer.base.errors import Invalid
from titer.connect.core.contract import Command, Outcome, Receipt
from titer.connect.core.values import as_json
from titer.connect.sila2.names import find
from titer.connect.sila2.progress import ENDING_S, Progress, Told, follow

_FINISHED = (
    sila.CommandExecutionStatus.FINISHED_SUCCESSFULLY,
    sila.CommandExecutionStatus.FINISHED_WITH_ERROR,
)


@dataclass(slots=True)
class Running:
    """A command under way.

    Attributes:
        client: that called it.
        sent: set once it is known how the server takes it: not at all, without an identifier, or under `execution`.
        execution: the identifier that the server gave it; "" if it has none.
        cancelled: the server has taken a request on to cancel it.
    """

    client: sila.Client
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    execution: str = ""
    cancelled: bool = False


async def call(running: Running, command: Command, patience: float, progress: Progress) -> Receipt:
    """Call the command that the target names, wait for its end, and keep its responses.

    Args:
        running: this call, for whoever wants it cancelled.
        command: what is called.
        patience: seconds until it is given up; then nobody knows the outcome.
        progress: takes what an observable command tells while it runs.
    """
    try:
        feature, name = find(running.client, command.target)
        target = feature.commands.get(name)
        if target is None:
            raise Invalid(
                f"The feature {feature.identifier} has no command {name!r}.",
                why=f"It has {', '.join(sorted(feature.commands)) or 'none'}.",
            )
        parameters = _parameters(target, command)
    except Invalid as error:
        return Receipt(Outcome.FAILED, message=str(error))
    told = progress.of(command, str(feature.fully_qualified_identifier), name)
    try:
        async with asyncio.timeout(patience):
            if isinstance(target, sila.ObservableCommand):
                responses = await _observe(target, parameters, running, told)
            else:
                running.sent.set()
                responses = await target.execute(parameters, timeout=patience * 1000)
    except sila.DefinedExecutionError as error:
        words = getattr(error, "identifier", "") or type(error).__name__
        return _failed(running, "The device refused", f"{words}: {error.message}")
    except sila.CommandExecutionNotAccepted as error:
        return Receipt(Outcome.FAILED, message=f"It was not sent, or not accepted: {error}")
    except sila.InvalidCommandExecutionUUID as error:
        return Receipt(
            Outcome.UNKNOWN,
            message=f"The server has forgotten the command while it ran ({error}): look at the instrument.",
        )
    except (sila.UndefinedExecutionError, sila.FrameworkError, sila.ValidationError) as error:
        return _failed(running, "The device answered with an error", str(error))
    except (sila.SiLAConnectionError, sila.SiLATimeoutError, TimeoutError) as error:
        return Receipt(
            Outcome.UNKNOWN,
            message=f"The connection broke while the command ran ({error or type(error).__name__}): "
            "look at the instrument.",
        )
    finally:
        running.sent.set()
        told.ended()
    words = f"{told.count} intermediate responses came while it ran." if told.count else ""
    return Receipt(Outcome.DONE, responses=as_json(dict(responses or {})), message=words)


def _failed(running: Running, what: str, words: str) -> Receipt:
    return Receipt(
        Outcome.FAILED, message=f"{'It was cancelled, as asked' if running.cancelled else what}: {words}"
    )


async def _observe(target: Any, parameters: dict[str, Any], running: Running, told: Told) -> Any:
    """Follow an observable command to its end: `get_responses` does not wait by itself."""
    execution = await target.execute(parameters)
    running.execution = execution.command_execution_uuid
    told.begun(running.execution)
    running.sent.set()
    over = asyncio.Event()
    following = (
        asyncio.create_task(follow(execution, target, told, over)) if target.intermediate_responses else None
    )
    try:
        while True:
            try:
                async for info in await execution.subscribe_status():
                    await told.info(info)
                    if info.status in _FINISHED:
                        break
                if execution.done:
                    break
            except sila.SiLAConnectionError:
                pass  # the execution goes on at the server; the caller's time limit ends the waiting
            await asyncio.sleep(0.5)
        over.set()
        if following is not None:
            await asyncio.wait({following}, timeout=ENDING_S)
            if not following.done():
                told.broken()
        return await execution.get_responses()
    finally:
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        execution.cancel()


def _parameters(target: Any, command: Command) -> dict[str, Any]:
    given = dict(command.parameters)
    wanted = target.parameters
    for name in given:
        if name not in wanted:
            raise Invalid(
                f"The command has no parameter {name!r}.", why=f"It has {', '.join(wanted) or 'none'}."
            )
    for name in wanted:
        if name not in given:
            raise Invalid(f"The parameter {name!r} is missing.")
    return {name: _native(element.data_type, given[name], name) for name, element in wanted.items()}


def _native(kind: Any, value: Any, name: str) -> Any:
    while issubclass(kind, sila.Constrained | sila.Custom):
        kind = kind.data_type
    try:
        if issubclass(kind, sila.Structure) and isinstance(value, dict):
            return {
                key: _native(element.data_type, value[key], f"{name}.{key}")
                for key, element in kind.elements.items()
            }
        if issubclass(kind, sila.List) and isinstance(value, list):
            return [_native(kind.data_type, item, name) for item in value]
        if issubclass(kind, sila.Boolean):
            words = {"true": True, "1": True, "false": False, "0": False}
            return value if isinstance(value, bool) else words[str(value).strip().lower()]
        for of, read in (
            (sila.String, str),
            (sila.Integer, int),
            (sila.Real, float),
            (sila.Timestamp, datetime.fromisoformat),
            (sila.Date, date.fromisoformat),
            (sila.Time, time.fromisoformat),
            (sila.Binary, bytes.fromhex),
        ):
            if issubclass(kind, of):
                return read(value)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{value!r} does not fit the parameter {name!r} ({kind.__name__}).") from error
    return value
