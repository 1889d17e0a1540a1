"""Validation against what the site installed: the core schema, and the technique definitions (ATDD).

The AnIML schemas' repositories carry no licence file, so Titer ships none of them. Without them a document is
*not schema-validated*, and says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from titer.base.errors import Invalid
from titer.connect.animl.document import AnimlDocument, Category, Problem, Result, Step

TECHNIQUE = "urn:org:astm:animl:schema:technique:draft:0.90"
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(\[[^\]]*\])?\s*>")
_ENTITY = re.compile(rb"&(?!amp;|lt;|gt;|quot;|apos;|#)[\w.-]+;")
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
        tree = etree.fromstring(_without_doctype(path.read_bytes()), parser, base_url=str(path))
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


@dataclass(frozen=True, slots=True)
class _Need:
    name: str
    required: bool
    children: tuple[Any, ...] = ()


def find_definitions(folder: Path) -> dict[str, Path]:
    """Technique name (lower case) -> its definition, of all `*.atdd` directly in a folder."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*.atdd")):
        try:
            root = _definition(path)
        except etree.XMLSyntaxError:
            continue
        if etree.QName(root).namespace == TECHNIQUE and root.get("name"):
            found[str(root.get("name")).lower()] = path
    return found


def technique_problems(document: AnimlDocument, folder: Path) -> tuple[list[Problem], list[str]]:
    """What the techniques that the steps name demand: roles, categories, parameters, series.

    Returns:
        The problems and the names of the definitions that were applied. A technique without a definition is a
        note: it cannot be checked.
    """
    definitions = find_definitions(folder)
    problems: list[Problem] = []
    applied: list[str] = []
    for step in document.all_steps():
        names = [step.technique.get("name", ""), *(one.get("name", "") for one in step.extensions)]
        for name in filter(None, names):
            path = definitions.get(name.lower())
            where = f"step {step.id or step.name}"
            if path is None:
                problems.append(
                    Problem(
                        "technique", "note", where, f"there is no definition of the technique {name!r} here"
                    )
                )
                continue
            applied.append(name)
            root = _definition(path)
            problems += [Problem("technique", "error", where, words) for words in _missing(step, root, name)]
    return problems, sorted(set(applied))


def _missing(step: Step, root: Any, name: str) -> list[str]:
    words: list[str] = []
    roles = {_base(one.get("role", "")) for one in step.sample_references}
    for blueprint in _blueprints(root, "SampleRoleBlueprint"):
        if _required(blueprint) and blueprint.get("name") not in roles:
            words.append(f"the technique {name!r} needs a sample in the role {blueprint.get('name')!r}")
    for method in _blueprints(root, "MethodBlueprint"):
        words += _categories(method, step.method_categories, f"the method of {name!r}")
    results = {_base(one.name): one for one in step.results}
    for blueprint in _blueprints(root, "ResultBlueprint"):
        result = results.get(str(blueprint.get("name")))
        if result is None:
            if _required(blueprint):
                words.append(f"the technique {name!r} needs a result {blueprint.get('name')!r}")
            continue
        words += _result(blueprint, result, name)
    return words


def _result(blueprint: Any, result: Result, name: str) -> list[str]:
    words = _categories(blueprint, result.categories, f"the result {result.name!r} of {name!r}")
    sets = {_base(one.name): one for one in result.series_sets}
    # A series that stands beside its set is wrong in form, which the structural checks say; it is not missing.
    beside = {one.name for entry in result.series_sets if not entry.name for one in entry.series}
    for wanted in _blueprints(blueprint, "SeriesSetBlueprint"):
        found = sets.get(str(wanted.get("name")))
        if found is None:
            if _required(wanted):
                words.append(f"the result {result.name!r} needs a series set {wanted.get('name')!r}")
            continue
        there = {_base(one.name) for one in found.series} | beside
        for series in _blueprints(wanted, "SeriesBlueprint"):
            if _required(series) and series.get("name") not in there:
                words.append(f"the series set {found.name!r} needs a series {series.get('name')!r}")
        for choice in _blueprints(wanted, "SeriesBlueprintChoice"):
            options = [str(one.get("name")) for one in _blueprints(choice, "SeriesBlueprint")]
            if _required(choice) and not there & set(options):
                words.append(f"the series set {found.name!r} needs one of the series {', '.join(options)}")
    return words


def _categories(blueprint: Any, categories: tuple[Category, ...], where: str) -> list[str]:
    words: list[str] = []
    there = {_base(one.name): one for one in categories}
    for wanted in _blueprints(blueprint, "CategoryBlueprint"):
        found = there.get(str(wanted.get("name")))
        if found is None:
            if _required(wanted):
                words.append(f"{where} needs a category {wanted.get('name')!r}")
            continue
        parameters = {_base(one.name) for one in found.parameters}
        for parameter in _blueprints(wanted, "ParameterBlueprint"):
            if _required(parameter) and parameter.get("name") not in parameters:
                words.append(f"the category {found.name!r} needs a parameter {parameter.get('name')!r}")
        words += _categories(wanted, found.categories, f"the category {found.name!r}")
    return words


def _blueprints(element: Any, name: str) -> list[Any]:
    return list(element.findall(f"{{{TECHNIQUE}}}{name}"))


def _required(blueprint: Any) -> bool:
    # Required unless it says otherwise (animl-technique.xsd, default of `modality`).
    return str(blueprint.get("modality") or "required") == "required"


def _base(name: str) -> str:
    """A name without the number that repeated items bear ("Test Sample 2")."""
    return re.sub(r"\s+\d+$", "", name)


def _definition(path: Path) -> Any:
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    # The definitions name units through DTD entities, which lxml expands without the default namespace; units
    # are not checked here, so the entities are taken out.
    return etree.fromstring(_ENTITY.sub(b"", _without_doctype(path.read_bytes())), parser)


def _without_doctype(data: bytes) -> bytes:
    return _DOCTYPE.sub(b"", data)
