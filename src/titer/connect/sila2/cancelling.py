"""Cancelling a command that runs, by the core feature CancelController, where a server implements it.

`org.silastandard/core.commands/CancelController/v1`: `CancelCommand` takes the identifier of an execution, so only
observable commands can be cancelled by themselves. `CancelAll` would end those of others too, and is never called.
"""

from __future__ import annotations

import asyncio

from sila import client as sila

from titer.connect.core.contract import Command, Outcome, Receipt
from titer.connect.sila2.calls import Running

FEATURE = "org.silastandard/core.commands/CancelController/v1"
SENT_WITHIN_S = 10.0
_WORDS = {
    "OperationNotSupported": "The device does not cancel this command",
    "InvalidCommandExecutionUUID": "The device says that the command does not run",
}


async def cancel(running: Running | None, command: Command, patience_ms: float) -> Receipt:
    """Ask the server to cancel a command of ours; what became of that one stands on its own receipt.

    Args:
        running: the one that is to be cancelled; None if it does not run here.
        command: the request; its target is the key of the other.
        patience_ms: for the server's answer.
    """
    if running is None:
        return _failed(f"The command {command.target} does not run: it is over, or was never begun.")
    try:
        async with asyncio.timeout(SENT_WITHIN_S):
            await running.sent.wait()
    except TimeoutError:
        return _failed(f"The server has not answered yet whether it takes the command {command.target} on.")
    if not running.execution:
        return _failed(
            "The command is none that can be cancelled: SiLA 2 gives an identifier to observable commands alone."
        )
    controller = next(
        (
            feature
            for identifier, feature in running.client.features.items()
            if str(identifier) == FEATURE and "CancelCommand" in feature.commands
        ),
        None,
    )
    if controller is None:
        return _failed(
            "The server cannot cancel commands: it does not implement the core feature CancelController. "
            "The command goes on; stop it at the instrument."
        )
    try:
        await controller.commands["CancelCommand"].execute(
            {"CommandExecutionUUID": running.execution}, timeout=patience_ms
        )
    except sila.DefinedExecutionError as error:
        name = str(getattr(error, "identifier", "") or type(error).__name__)
        return _failed(f"{_WORDS.get(name, name)}: {error.message}")
    except (sila.SiLAConnectionError, sila.SiLATimeoutError, TimeoutError) as error:
        return Receipt(
            Outcome.UNKNOWN,
            message=f"The connection broke ({error or type(error).__name__}): look at the instrument.",
        )
    except sila.SiLAError as error:
        return _failed(f"The device answered with an error: {error}")
    running.cancelled = True
    return Receipt(Outcome.DONE, message="The server was told to cancel it, and took that on.")


def _failed(words: str) -> Receipt:
    return Receipt(Outcome.FAILED, message=words)
