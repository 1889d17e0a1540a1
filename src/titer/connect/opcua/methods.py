"""Calling a method of a server: only one that the connection's configuration allows by name, with typed arguments.

A method leaves nothing to be read back. So what is interrupted is *unknown*, and never called a second time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncua import Client, ua

from titer.base.errors import Invalid
from titer.connect.core.contract import ChannelSpec, Command, Outcome, Receipt
from titer.connect.core.values import as_json
from titer.connect.opcua.nodes import resolve
from titer.connect.opcua.writing import to_device


@dataclass(frozen=True, slots=True)
class Method:
    """A method that commands may call.

    Attributes:
        name: the target of such a command.
        object: the node that it is called on.
        method: the node of the method.
    """

    name: str
    object: str
    method: str


def read_methods(given: Any) -> dict[str, Method]:
    """The setting `methods`: name -> [object, method], as an object or as JSON text.

    Raises:
        Invalid: if it is written in another way.
    """
    how = 'Write it as {"Start": ["nsu=URI;s=OBJECT", "nsu=URI;s=METHOD"]}.'
    try:
        read = json.loads(given) if isinstance(given, str) else given
    except ValueError as error:
        raise Invalid("The methods are no JSON.", where="settings.methods", do=how) from error
    if not isinstance(read, Mapping):
        raise Invalid("The methods are no object.", where="settings.methods", do=how)
    found = {}
    for name, pair in read.items():
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(x, str) for x in pair):
            raise Invalid(f"{pair!r} names no object and method.", where=f"settings.methods.{name}", do=how)
        found[str(name)] = Method(str(name), pair[0], pair[1])
    return found


async def call(client: Client, namespaces: Sequence[str], method: Method, command: Command) -> Receipt:
    """Call a method once.

    Args:
        client: connected.
        namespaces: of the server, in the order of their indices.
        method: one that the configuration allows.
        command: its parameters are the arguments by the names that the server gives them, as text.

    Returns:
        *done* with the output arguments by name, or *failed* where the arguments do not fit or the server refused.

    Raises:
        asyncua's errors and OSError when nobody knows whether the call arrived.
    """
    try:
        wanted = ua.CallMethodRequest()
        wanted.ObjectId = resolve(ChannelSpec(method.name, method.object), namespaces)
        wanted.MethodId = resolve(ChannelSpec(method.name, method.method), namespaces)
        inputs, outputs = await _arguments(client, wanted.MethodId)
        wanted.InputArguments = _typed(inputs, command)
    except Invalid as error:
        return Receipt(Outcome.FAILED, message=f"Nothing was called: {error}")
    result = (await client.uaclient.call([wanted]))[0]
    if not result.StatusCode.is_good():
        words = [
            f"{argument.Name}: {status.name}"
            for argument, status in zip(inputs, result.InputArgumentResults or (), strict=False)
            if not status.is_good()
        ]
        named = f" ({', '.join(words)})" if words else ""
        return Receipt(
            Outcome.FAILED, message=f"The server refused {method.name}: {result.StatusCode.name}{named}."
        )
    names = [str(one.Name) for one in outputs]
    responses = {
        (names[at] if at < len(names) else str(at + 1)): as_json(one.Value)
        for at, one in enumerate(result.OutputArguments or ())
    }
    return Receipt(Outcome.DONE, responses=responses)


async def _arguments(client: Client, method: ua.NodeId) -> tuple[list[Any], list[Any]]:
    paths = [
        ua.BrowsePath(
            method,
            ua.RelativePath(
                [
                    ua.RelativePathElement(
                        ua.NodeId(ua.ObjectIds.HasProperty), False, True, ua.QualifiedName(name, 0)
                    )
                ]
            ),
        )
        for name in ("InputArguments", "OutputArguments")
    ]
    found: list[list[Any]] = []
    for result in await client.uaclient.translate_browsepaths_to_nodeids(paths):
        if not result.StatusCode.is_good() or not result.Targets:
            found.append([])
            continue
        at = result.Targets[0].TargetId
        node = ua.NodeId(at.Identifier, at.NamespaceIndex, at.NodeIdType)
        value = (await client.uaclient.read_attributes([node], ua.AttributeIds.Value))[0]
        found.append(list(value.Value.Value or ()) if value.Value is not None else [])
    return found[0], found[1]


def _typed(inputs: Sequence[Any], command: Command) -> list[ua.Variant]:
    """The command's parameters as the method's arguments, in their order and types.

    Raises:
        Invalid: if one is missing, unknown, or does not fit.
    """
    names = [str(one.Name) for one in inputs]
    strange = sorted(set(command.parameters) - set(names))
    if strange:
        raise Invalid(
            f"{command.target} takes no argument {', '.join(strange)}.",
            do=f"It takes {', '.join(names) or 'none'}.",
        )
    typed = []
    for one in inputs:
        name = str(one.Name)
        if name not in command.parameters:
            raise Invalid(f"{command.target} needs the argument {name}.")
        number = one.DataType.Identifier if one.DataType.NamespaceIndex == 0 else 0
        try:
            kind = ua.VariantType(number)
        except ValueError:
            kind = ua.VariantType.Null
        if kind == ua.VariantType.Null or one.ValueRank >= 0:
            raise Invalid(f"The argument {name} is of a type that cannot be sent.")
        given = command.parameters[name]
        text = "true" if given is True else "false" if given is False else str(given)
        fitting = Command(command.key, command.connection, "write", name, value=text)
        typed.append(ua.Variant(to_device(ChannelSpec(name, ""), fitting, kind), kind))
    return typed
