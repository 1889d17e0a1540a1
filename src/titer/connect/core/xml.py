"""XML of instruments, read without a document type, entities or network, and within limits."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat  # only as far as the first element, before anything could be expanded

from lxml import etree as _etree

from titer.base.errors import Invalid

etree: Any = _etree  # its stubs know neither a document's type nor what a path gives

_PIECE = 65_536
_PLACE = re.compile(r"( line \d+)?, line \d+, column \d+")
"""How the parser ends its sentences: the place stands before ours already."""


class _Seen(Exception):
    """The first element was met, or a document type."""


def parse_xml(data: bytes, *, largest: int, deepest: int, elements: int, format_name: str) -> Any:
    """The root of a document.

    Args:
        data: the file's bytes.
        largest: most bytes.
        deepest: most levels of nesting.
        elements: most elements.
        format_name: the format, for the words of a refusal.

    Raises:
        Invalid: if it has a document type, is not well formed, or is beyond a limit.
    """
    if len(data) > largest:
        raise Invalid(f"The file has {len(data)} bytes; more than {largest} are not read.")
    if _has_document_type(data):
        raise _document_type(format_name)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, dtd_validation=False, huge_tree=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line, column = getattr(error, "position", (0, 0))
        raise Invalid(
            "The file is not well-formed XML.",
            where=f"line {line}, column {column}",
            why=f"{_PLACE.sub('', str(getattr(error, 'msg', error)))}.",
            do="Look whether it was written to its end; if so, ask for the file again.",
        ) from error
    # Where the two parsers differ about the beginning of a file, the second one's word counts as well.
    if root.getroottree().docinfo.doctype:
        raise _document_type(format_name)
    if root.xpath("/*" + "/*" * deepest + "[1]"):
        raise Invalid(
            f"The file nests its elements more than {deepest} deep.",
            why=f"{format_name} never does, and a reader can be brought down that way.",
            do="Ask for the file again; if it comes the same, show it to whoever looks after the instrument.",
        )
    count = int(root.xpath("count(//*)"))
    if count > elements:
        raise Invalid(f"The file has {count} elements; more than {elements} are not read.")
    return root


def _document_type(format_name: str) -> Invalid:
    return Invalid(
        "The file has a document type declaration (DTD).",
        why=f"A DTD can make a reader fetch files or run out of memory, and {format_name} needs none.",
        do="Have the instrument's software write it without one.",
    )


def _has_document_type(data: bytes) -> bool:
    """Whether a document type stands before the first element, however far down and in whatever encoding."""
    found: list[bool] = []

    def stop(*_: Any) -> None:
        raise _Seen

    def document_type(*_: Any) -> None:
        found.append(True)
        raise _Seen

    parser = expat.ParserCreate()
    parser.StartElementHandler = stop
    parser.StartDoctypeDeclHandler = document_type
    try:
        for at in range(0, len(data), _PIECE):
            parser.Parse(data[at : at + _PIECE], False)
    except _Seen:
        pass
    except (expat.ExpatError, ValueError, LookupError):
        # It is not well formed, or in an encoding of its own: lxml says so, and is asked about the type as well.
        return b"<!DOCTYPE" in data
    return bool(found)
