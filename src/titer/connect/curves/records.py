"""The labelled data records of JCAMP-DX: `##LABEL=value`, over several lines, in blocks that may hold blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from titer.base.errors import Invalid

_RECORD = re.compile(r"^\s*##([^=\r\n]{0,200})=", re.MULTILINE)
_DROPPED = re.compile(r"[\s\-/_]")
DEEPEST = 8
MOST = 200_000


@dataclass(slots=True)
class Record:
    """One record.

    Attributes:
        label: without spaces, dashes, slashes and underscores, in capitals, as the standard compares labels.
        value: its text, comments (`$$`) taken out.
        line: where it begins, from 1.
    """

    label: str
    value: str
    line: int


@dataclass(slots=True)
class Block:
    """From a TITLE to its END.

    Attributes:
        ended: whether its END is there.
    """

    records: list[Record] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    ended: bool = False
    line: int = 1

    def first(self, *labels: str) -> str:
        """The value of the first record of one of the labels; "" if there is none."""
        return next((one.value for label in labels for one in self.records if one.label == label), "")

    def record(self, *labels: str) -> Record | None:
        """The first record of one of the labels."""
        return next((one for label in labels for one in self.records if one.label == label), None)

    def all(self) -> Iterator[Block]:
        """This block and those in it."""
        yield self
        for one in self.blocks:
            yield from one.all()


def label_of(text: str) -> str:
    """A label as the standard compares them."""
    return _DROPPED.sub("", text).upper()


def blocks_of(text: str) -> Block:
    """The outermost block of a file.

    Raises:
        Invalid: if it is none, or its blocks nest too deeply.
    """
    found = list(_RECORD.finditer(text))
    if not found or label_of(found[0][1]) != "TITLE" or text[: found[0].start()].strip().strip("\ufeff"):
        raise Invalid("The file is no JCAMP-DX: it does not begin with ##TITLE=.")
    if len(found) > MOST:
        raise Invalid(f"The file has more than {MOST} labelled records.")
    open_blocks: list[Block] = []
    outermost: Block | None = None
    line, counted = 1, 0
    for place, one in enumerate(found):
        line += text.count("\n", counted, one.start())
        counted = one.start()
        label = label_of(one[1])
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        value = "\n".join(
            part.split("$$", 1)[0].rstrip() for part in text[one.end() : end].splitlines()
        ).strip()
        at = line + text.count("\n", one.start(), one.start(1))
        if label == "TITLE" and (not open_blocks or any(one.label for one in open_blocks[-1].records)):
            block = Block(line=at)
            if open_blocks:
                open_blocks[-1].blocks.append(block)
            elif outermost is None:
                outermost = block
            else:
                outermost.blocks.append(block)
            open_blocks.append(block)
            if len(open_blocks) > DEEPEST:
                raise Invalid(f"The file nests its blocks more than {DEEPEST} deep.")
        if not open_blocks:
            continue
        if label == "END":
            open_blocks.pop().ended = True
        else:
            open_blocks[-1].records.append(Record(label, value, at))
    if outermost is None:
        raise Invalid("The file holds no block.")
    return outermost
