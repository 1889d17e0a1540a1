"""Calling SiLA 2 commands: parameters out of text, responses as JSON without floats."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time
from typing import Any

from sila import client as sila

from titer.base.errors import Invalid
from titer.connect.core.contract import Command, Outcome, Receipt
from titer.connect.core.values import as_json

_FINISHED = (
    sila.CommandExecutionStatus.FINISHED_SUCCESSFULLY,
    sila.CommandExecutionStatus.FINISHED_WITH_ERROR,
)


def find(client: sila.Client, target: str) -> tuple[Any, str]:
    """The feature and the element that `Feature/Element` names; a fully qualified identifier does too.

    Raises:
        Invalid: if the server has no such feature, or more than one.
    """
    parts = target.strip("/").split("/")
    name = parts[-1]
    wanted = parts[2] if len(parts) >= 5 else parts[0]
    found = [
        feature
        for identifier, feature in client.features.items()
        if feature.identifier == wanted and (len(parts) < 5 or str(identifier) == "/".join(parts[:4]))
    ]
    if len(parts) < 2 or len(found) != 1:
        raise Invalid(
            f"{target!r} names {'no' if not found else 'more than one'} feature of the server.",
            why=f"It has {', '.join(sorted(str(one) for one in client.features))}.",
            do="Write it as Feature/Element, or fully qualified.",
        )
    return found[0], name


async def call(client: sila.Client, command: Command, patience: float) -> Receipt:
    """Call the command that the target names, wait for its end, and keep its responses.

    Args:
        patience: seconds until it is given up; then nobody knows the outcome.
    """
    try:
        feature, name = find(client, command.target)
        target = feature.commands.get(name)
        if target is None:
            raise Invalid(
                f"The feature {feature.identifier} has no command {name!r}.",
                why=f"It has {', '.join(sorted(feature.commands)) or 'none'}.",
            )
        parameters = _parameters(target, command)
    except Invalid as error:
        return Receipt(Outcome.FAILED, message=str(error))
    try:
        async with asyncio.timeout(patience):
            if isinstance(target, sila.ObservableCommand):
                responses = await _observe(target, parameters)
            else:
                responses = await target.execute(parameters, timeout=patience * 1000)
    except sila.DefinedExecutionError as error:
        words = getattr(error, "identifier", "") or type(error).__name__
        return Receipt(Outcome.FAILED, message=f"The device refused: {words}: {error.message}")
    except sila.CommandExecutionNotAccepted as error:
        return Receipt(Outcome.FAILED, message=f"It was not sent, or not accepted: {error}")
    except sila.InvalidCommandExecutionUUID as error:
        return Receipt(
            Outcome.UNKNOWN,
            message=f"The server has forgotten the command while it ran ({error}): look at the instrument.",
        )
    except (sila.UndefinedExecutionError, sila.FrameworkError, sila.ValidationError) as error:
        return Receipt(Outcome.FAILED, message=f"The device answered with an error: {error}")
    except (sila.SiLAConnectionError, sila.SiLATimeoutError, TimeoutError) as error:
        return Receipt(
            Outcome.UNKNOWN,
            message=f"The connection broke while the command ran ({error or type(error).__name__}): "
            "look at the instrument.",
        )
    return Receipt(Outcome.DONE, responses=as_json(dict(responses or {})))


async def _observe(target: Any, parameters: dict[str, Any]) -> Any:
    """Follow an observable command to its end: `get_responses` does not wait by itself."""
    execution = await target.execute(parameters)
    try:
        while True:
            try:
                async for info in await execution.subscribe_status():
                    if info.status in _FINISHED:
                        break
                if execution.done:
                    return await execution.get_responses()
            except sila.SiLAConnectionError:
                pass  # the execution goes on at the server; the caller's time limit ends the waiting
            await asyncio.sleep(0.5)
    finally:
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
