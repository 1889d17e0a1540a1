"""A channel that a page teaches bears a unit that the house knows: its reader would be refused otherwise."""

from __future__ import annotations

import re
from pathlib import Path

from titer.base.units import UNITS

DOCS = Path(__file__).parents[3] / "docs"
CHANNEL = re.compile(r"\{tag: [^}]*unit: \"?([^,}\"]+)\"?[,}]")


def test_the_channels_of_the_pages_bear_units_of_the_house() -> None:
    found = [
        (page.name, unit.strip())
        for page in sorted(DOCS.rglob("*.md"))
        for unit in CHANNEL.findall(page.read_text("utf-8"))
    ]
    assert len(found) > 2
    assert [one for one in found if one[1] not in UNITS] == []
