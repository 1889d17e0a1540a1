"""Node strings of the channels file, resolved against the server's namespaces each time it is connected."""

from __future__ import annotations

from collections.abc import Sequence

from asyncua import ua

from titer.base.errors import Invalid
from titer.connect.core.contract import ChannelSpec


def resolve(channel: ChannelSpec, namespaces: Sequence[str]) -> ua.NodeId:
    """The NodeId of a channel: `nsu=URI;s=name` (or `i=`, `g=`, `b=`); `ns=2;...` and `i=2258` pass too.

    A namespace's index may change whenever a server restarts; its URI may not.

    Raises:
        Invalid: if the string is no node, or the server has no such namespace.
    """
    text = channel.node.strip()
    if text.startswith("nsu="):
        uri, separator, rest = text[4:].partition(";")
        if not separator:
            raise Invalid(f"{text!r} is no node.", where=channel.tag, do="Write it as nsu=URI;s=NAME.")
        if uri not in namespaces:
            raise Invalid(
                f"The server has no namespace {uri!r}.",
                where=channel.tag,
                why=f"It has {', '.join(namespaces)}.",
                do="Correct the channel's node, or look whether this is the right server.",
            )
        text = f"ns={namespaces.index(uri)};{rest}"
    try:
        node = ua.NodeId.from_string(text)
    except (ValueError, ua.UaError) as error:
        raise Invalid(
            f"{channel.node!r} is no node.", where=channel.tag, do="Write it as nsu=URI;s=NAME."
        ) from error
    return node
