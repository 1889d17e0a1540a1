"""What a name means at a SiLA 2 server: features and their elements."""

from __future__ import annotations

from typing import Any

from sila import client as sila

from titer.base.errors import Invalid


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
