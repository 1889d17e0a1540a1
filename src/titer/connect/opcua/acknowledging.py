"""Acknowledging and confirming a condition, in the name of a person, and only the state that the person saw.

The session's user is the connector host's, so the server's ClientUserId names the host: the person's name goes in the
comment (docs/decisions/0032). The EventId says which state is meant; a server refuses one that is no longer so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asyncua import Client, ua

from titer.base.errors import Invalid
from titer.connect.core.contract import ChannelSpec, Command, Outcome, Receipt
from titer.connect.opcua.nodes import resolve

KINDS = ("acknowledge", "confirm")
_METHOD = {
    "acknowledge": ua.ObjectIds.AcknowledgeableConditionType_Acknowledge,
    "confirm": ua.ObjectIds.AcknowledgeableConditionType_Confirm,
}
_STATE = {"acknowledge": "AckedState", "confirm": "ConfirmedState"}
_WORDS = {
    ua.StatusCodes.BadEventIdUnknown: "the alarm has changed since it was shown. Look at it as it is now, and decide "
    "again",
    ua.StatusCodes.BadConditionBranchAlreadyAcked: "it was acknowledged already",
    ua.StatusCodes.BadConditionBranchAlreadyConfirmed: "it was confirmed already",
    ua.StatusCodes.BadConditionDisabled: "the alarm is disabled at the server",
    ua.StatusCodes.BadUserAccessDenied: "the connection's user may not do this at the server",
    ua.StatusCodes.BadNodeIdUnknown: "the server knows no such alarm any more",
    ua.StatusCodes.BadMethodInvalid: "the alarm is none that is acknowledged or confirmed",
}


async def answer(client: Client, namespaces: Sequence[str], command: Command) -> Receipt:
    """Acknowledge or confirm once.

    Args:
        client: connected.
        namespaces: of the server, in the order of their indices.
        command: its target is the condition; its parameters are `event_id` (hexadecimal) and `comment`.

    Returns:
        *done* where the server accepted it, *failed* with its reason in words where it did not.

    Raises:
        asyncua's errors and OSError when nobody knows whether the call arrived.
    """
    try:
        call = ua.CallMethodRequest()
        call.ObjectId = resolve(ChannelSpec(command.kind, command.target), namespaces)
        call.MethodId = ua.NodeId(_METHOD[command.kind])
        event_id, comment = _parameters(command)
    except (Invalid, ValueError) as error:
        return Receipt(Outcome.FAILED, message=f"Nothing was sent: {error}")
    call.InputArguments = [
        ua.Variant(event_id, ua.VariantType.ByteString),
        ua.Variant(ua.LocalizedText(comment, "en"), ua.VariantType.LocalizedText),
    ]
    (result,) = await client.uaclient.call([call])
    code = result.StatusCode
    if code.is_good():
        return Receipt(Outcome.DONE)
    words = _WORDS.get(code.value, code.name)
    return Receipt(Outcome.FAILED, message=f"The server refuses to {command.kind}: {words} ({code.name}).")


async def look(client: Client, namespaces: Sequence[str], command: Command) -> Receipt:
    """Tell by reading whether an interrupted answer arrived: the condition bears its comment then."""
    _, comment = _parameters(command)
    condition = resolve(ChannelSpec(command.kind, command.target), namespaces)
    state, said = await _read(client, condition, [(_STATE[command.kind], "Id"), ("Comment",)])
    if state is True and getattr(said, "Text", None) == comment:
        return Receipt(Outcome.DONE, message="It was interrupted; the alarm bears the comment.")
    return Receipt(
        Outcome.UNKNOWN, message="It was interrupted: look whether the server reports the alarm as answered."
    )


def _parameters(command: Command) -> tuple[bytes, str]:
    return bytes.fromhex(str(command.parameters["event_id"])), str(command.parameters["comment"])


async def _read(client: Client, start: ua.NodeId, paths: Sequence[tuple[str, ...]]) -> list[Any]:
    wanted = [
        ua.BrowsePath(
            start,
            ua.RelativePath(
                [
                    ua.RelativePathElement(
                        ua.NodeId(ua.ObjectIds.HierarchicalReferences), False, True, ua.QualifiedName(name, 0)
                    )
                    for name in path
                ]
            ),
        )
        for path in paths
    ]
    found: list[Any] = []
    for result in await client.uaclient.translate_browsepaths_to_nodeids(wanted):
        if not result.StatusCode.is_good() or not result.Targets:
            found.append(None)
            continue
        at = result.Targets[0].TargetId
        node = ua.NodeId(at.Identifier, at.NamespaceIndex, at.NodeIdType)
        value = (await client.uaclient.read_attributes([node], ua.AttributeIds.Value))[0]
        found.append(value.Value.Value if value.Value is not None else None)
    return found
