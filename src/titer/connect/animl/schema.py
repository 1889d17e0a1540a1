"""The first level: validation against the core schema that the site installed.

The AnIML schemas' repositories carry no licence file, so Titer ships none of them. Without them a document is
*not schema-validated*, and says so.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lxml import etree

from titer.base.errors import Invalid
from titer.connect.core.judged import Problem

_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(\[[^\]]*\])?\s*>")
_XMLDSIG = "xmldsig-core-schema.xsd"


def core_problems(root: Any, folder: Path) -> list[Problem]:
    """What the core schema says about the document.

    Args:
        folder: holds `animl-core.xsd` and `xmldsig-core-schema.xsd`.

    Raises:
        Invalid: if the folder holds no usable schema.
    """
    path = folder / "animl-core.xsd"
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    try:
        tree = etree.fromstring(_DOCTYPE.sub(b"", path.read_bytes()), parser, base_url=str(path))
        for element in tree.iter("{http://www.w3.org/2001/XMLSchema}import"):
            if "xmldsig" in str(element.get("namespace")):
                # It names the address at w3.org; nothing is fetched, so it points at the site's own copy.
                element.set("schemaLocation", str(folder / _XMLDSIG))
        schema: Any = etree.XMLSchema(tree)
    except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise Invalid(
            f"The AnIML schemas in {folder} cannot be used.",
            why=str(error),
            do=f"Put animl-core.xsd and {_XMLDSIG} there (`titer animl install FOLDER`).",
        ) from error
    if schema.validate(root):
        return []
    return [Problem("schema", "error", f"line {one.line}", one.message) for one in schema.error_log]
