"""The second level: what a step's technique definition (ATDD), with its extensions, says about the step.

An *error* is what the definition forbids: something required that is missing, more of something than may be, a wrong
type, purpose or dependency, a unit that measures something else, a value out of the allowed ones. What the definition
does not know is a *note*: such a document is valid, though not strictly so.

The definitions are the site's own; Titer ships none.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from titer.connect.animl.allowed import kind_fault, value_faults
from titer.connect.animl.document import (
    AnimlDocument,
    Category,
    Result,
    SampleEntry,
    SeriesSet,
    Step,
)
from titer.connect.core.judged import Problem

TECHNIQUE = "urn:org:astm:animl:schema:technique:draft:0.90"
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(\[[^\]]*\])?\s*>")
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)([\w.-]+);")
_DECLARED = re.compile(r"<!ENTITY\s+([\w.-]+)\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")
_DEEPEST_ENTITY = 4
_LONGEST_DEFINITION = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Definition:
    """A technique definition, or an extension of one.

    Attributes:
        name: as it calls itself.
        root: its root element, units written out.
        digest: SHA-256 of the file.
    """

    name: str
    root: Any
    digest: str


def find_definitions(folder: Path) -> dict[str, Definition]:
    """Technique name (lower case) -> its definition, of all `*.atdd` directly in a folder."""
    entities = _entities(folder)
    found: dict[str, Definition] = {}
    for path in sorted(folder.glob("*.atdd")):
        data = path.read_bytes()
        try:
            root = definition(data, entities)
        except (etree.XMLSyntaxError, UnicodeDecodeError, ValueError):
            continue
        name = str(root.get("name") or "")
        if etree.QName(root).namespace == TECHNIQUE and name:
            found[name.lower()] = Definition(name, root, hashlib.sha256(data).hexdigest())
    return found


def definition(data: bytes, entities: dict[str, str]) -> Any:
    """The root of a definition.

    They name their units through a DTD, which is not loaded: lxml would lose the default namespace in the expansion.
    The entities are written out as text instead.

    Raises:
        XMLSyntaxError, UnicodeDecodeError, ValueError: if it cannot be read.
    """
    text = _DOCTYPE.sub(b"", data).decode("utf-8-sig")
    for _ in range(_DEEPEST_ENTITY):
        text = _ENTITY.sub(lambda one: entities.get(one[1], ""), text)
        if len(text) > _LONGEST_DEFINITION:
            raise ValueError("the definition is too long")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    return etree.fromstring(text, parser)


def _entities(folder: Path) -> dict[str, str]:
    return {
        name: double or single
        for path in sorted(folder.glob("*.dtd"))
        for name, double, single in _DECLARED.findall(path.read_text("utf-8", "replace"))
    }


def technique_problems(document: AnimlDocument, folder: Path) -> tuple[list[Problem], list[str]]:
    """What the techniques that the steps name say about them.

    Returns:
        The problems and the names of the definitions that were applied. A technique without a definition is a
        note: it cannot be checked.
    """
    definitions = find_definitions(folder)
    samples = {one.id: one for one in document.samples}
    problems: list[Problem] = []
    applied: set[str] = set()
    for step in document.all_steps():
        checked = _Step(step, samples)
        checked.against(definitions)
        applied |= checked.applied
        where = f"step {step.id or step.name}"
        problems += [Problem("technique", severity, where, words) for severity, words in checked.words]
    return problems, sorted(applied)


@dataclass(slots=True)
class _Step:
    """One step, checked against its definitions; what is wrong gathers in `words`."""

    step: Step
    samples: dict[str, SampleEntry]
    words: list[tuple[str, str]] = field(default_factory=list)
    applied: set[str] = field(default_factory=set)
    strict: bool = True

    def error(self, words: str) -> None:
        self.words.append(("error", words))

    def note(self, words: str) -> None:
        self.words.append(("note", words))

    def against(self, definitions: dict[str, Definition]) -> None:
        named = self.step.technique
        if not named.get("name"):
            return
        found = self._definition(definitions, named)
        extensions = [self._definition(definitions, one) for one in self.step.extensions if one.get("name")]
        # Without one of the extensions nobody can say what is unknown.
        self.strict = found is not None and None not in extensions
        known = [one for one in (found, *extensions) if one is not None]
        if found is None:
            return
        self._scope(found, [one for one in extensions if one is not None])
        roots = [one.root for one in known]
        self._samples(roots)
        self._data(roots)
        self._categories(
            _blueprints(_all(roots, "MethodBlueprint"), "CategoryBlueprint"),
            self.step.method_categories,
            f"the method of {found.name!r}",
        )
        self._results(roots)

    def _definition(self, definitions: dict[str, Definition], named: Any) -> Definition | None:
        name = named.get("name", "")
        found = definitions.get(name.lower())
        if found is None:
            self.note(f"there is no definition of the technique {name!r} here")
            return None
        self.applied.add(name)
        digest = named.get("sha256", "").lower()
        if re.fullmatch(r"[0-9a-f]{64}", digest) and digest != found.digest:
            self.note(f"it was made by another edition of the definition {name!r} than the one here")
        return found

    def _scope(self, technique: Definition, extensions: Sequence[Definition]) -> None:
        if _flag(technique.root, "extension"):
            self.error(f"{technique.name!r} is an extension, and stands where a technique belongs")
        if _flag(technique.root, "abstract") and all(_flag(one.root, "abstract") for one in extensions):
            self.error(f"the technique {technique.name!r} needs an extension to be used")
        names = {technique.name, *(one.name for one in extensions)}
        for one in extensions:
            if not _flag(one.root, "extension"):
                self.error(f"{one.name!r} is a technique, and stands where an extension belongs")
            scope = _all([one.root], "ExtensionScope")
            extended = {str(each.get("name")) for part in scope for each in part if isinstance(each.tag, str)}
            if extended and not extended & names:
                self.error(f"the extension {one.name!r} does not extend the technique {technique.name!r}")

    def _samples(self, roots: Sequence[Any]) -> None:
        blueprints = _all(roots, "SampleRoleBlueprint")
        references = self.step.sample_references
        self._occurrences("a sample in the role", blueprints, [one.get("role", "") for one in references])
        for one in references:
            blueprint = _match(blueprints, one.get("role", ""))
            if blueprint is None:
                continue
            wanted = str(blueprint.get("samplePurpose"))
            if one.get("samplePurpose") != wanted:
                self.error(f"the sample in the role {one.get('role')!r} must be {wanted} by the technique")
            if one["kind"] == "SampleInheritance" and not _flag(blueprint, "inheritable", default=True):
                self.error(f"the sample in the role {one.get('role')!r} cannot be inherited")
            sample = self.samples.get(one.get("sampleID", ""))
            if sample is not None:
                # A sample serves several steps: what another technique says of it is not unknown here.
                self._categories(
                    _blueprints([blueprint], "CategoryBlueprint"),
                    sample.categories,
                    f"the sample {sample.id!r}",
                    others=True,
                )

    def _data(self, roots: Sequence[Any]) -> None:
        blueprints = _all(roots, "ExperimentDataRoleBlueprint")
        references = [one for one in self.step.data_references if one["kind"].startswith("ExperimentData")]
        self._occurrences("data in the role", blueprints, [one.get("role", "") for one in references])
        for one in references:
            blueprint = _match(blueprints, one.get("role", ""))
            wanted = str(blueprint.get("experimentStepPurpose")) if blueprint is not None else ""
            if blueprint is not None and one.get("dataPurpose") != wanted:
                self.error(f"the data in the role {one.get('role')!r} must be {wanted} by the technique")

    def _results(self, roots: Sequence[Any]) -> None:
        blueprints = _all(roots, "ResultBlueprint")
        self._occurrences("a result", blueprints, [one.name for one in self.step.results])
        for result in self.step.results:
            matching = _matching(blueprints, result.name)
            if matching:
                self._result(matching, result)

    def _result(self, blueprints: Sequence[Any], result: Result) -> None:
        where = f"the result {result.name!r}"
        self._categories(_blueprints(blueprints, "CategoryBlueprint"), result.categories, where)
        # A series that stands beside its set is wrong in form, which the structural checks say; it is not missing.
        beside = [one.name for entry in result.series_sets if not entry.name for one in entry.series]
        sets = [one for one in result.series_sets if one.name]
        self._series_sets(_blueprints(blueprints, "SeriesSetBlueprint"), sets, where, beside)

    def _series_sets(
        self, blueprints: Sequence[Any], sets: Sequence[SeriesSet], where: str, beside: Sequence[str] = ()
    ) -> None:
        self._occurrences("a series set", blueprints, [one.name for one in sets], where)
        for one in sets:
            matching = _matching(blueprints, one.name)
            if matching:
                self._series(matching, one, beside)

    def _series(self, blueprints: Sequence[Any], found: SeriesSet, beside: Sequence[str]) -> None:
        where = f"the series set {found.name!r}"
        choices = _blueprints(blueprints, "SeriesBlueprintChoice")
        chosen = _blueprints(choices, "SeriesBlueprint")
        single = _blueprints(blueprints, "SeriesBlueprint")
        names = [*(one.name for one in found.series), *beside]
        self._occurrences("a series", single, names, where, also=chosen)
        for choice in choices:
            options = _blueprints([choice], "SeriesBlueprint")
            there = [name for name in names if _match(options, name) is not None]
            if _required(choice) and not there:
                words = ", ".join(str(one.get("name")) for one in options)
                self.error(f"{where} needs one of the series {words}")
        for series in found.series:
            blueprint = _match([*single, *chosen], series.name)
            if blueprint is None:
                continue
            title = f"the series {series.name!r}"
            self._kind(title, blueprint.get("seriesType"), series.type)
            if series.dependency != str(blueprint.get("dependency")):
                self.error(f"{title} must be {blueprint.get('dependency')} by the technique")
            if (series.plot_scale or "linear") != str(blueprint.get("plotScale") or "linear"):
                self.note(
                    f"{title} is to be plotted {blueprint.get('plotScale') or 'linear'} by the technique"
                )
            self._values(title, blueprint, series.values, series.unit)

    def _categories(
        self, blueprints: Sequence[Any], found: Sequence[Category], where: str, *, others: bool = False
    ) -> None:
        names = [one.name for one in found]
        self._occurrences("a category", blueprints, names, where, unknown=not others)
        for category in found:
            matching = _matching(blueprints, category.name)
            if not matching:
                continue
            title = f"the category {category.name!r}"
            parameters = _blueprints(matching, "ParameterBlueprint")
            self._occurrences("a parameter", parameters, [one.name for one in category.parameters], title)
            for parameter in category.parameters:
                blueprint = _match(parameters, parameter.name)
                if blueprint is not None:
                    named = f"the parameter {parameter.name!r}"
                    self._kind(named, blueprint.get("parameterType"), parameter.type)
                    self._values(named, blueprint, (parameter.value,), parameter.unit)
            self._series_sets(_blueprints(matching, "SeriesSetBlueprint"), category.series_sets, title)
            self._categories(_blueprints(matching, "CategoryBlueprint"), category.categories, title)

    def _occurrences(
        self,
        what: str,
        blueprints: Sequence[Any],
        names: Iterable[str],
        where: str = "the technique",
        *,
        also: Sequence[Any] = (),
        unknown: bool = True,
    ) -> None:
        """What is missing, there too often, or unknown."""
        names = list(names)
        counts: Counter[str] = Counter()
        for name in names:
            blueprint = _match([*blueprints, *also], name)
            if blueprint is not None:
                counts[str(blueprint.get("name"))] += 1
            elif unknown and self.strict:
                self.note(f"{where} does not know {what} {name!r}")
        for blueprint in blueprints:
            name, limit = str(blueprint.get("name")), str(blueprint.get("maxOccurs") or "1")
            if not counts[name] and _required(blueprint):
                self.error(f"{where} needs {what} {name!r}")
            if limit.isdecimal() and counts[name] > int(limit):
                self.error(f"{where} may have {what} {name!r} {limit} times, and has it {counts[name]} times")

    def _kind(self, title: str, wanted: Any, found: str) -> None:
        fault = kind_fault(str(wanted or ""), found)
        if fault:
            self.error(f"{title} {fault}")

    def _values(self, title: str, blueprint: Any, values: Sequence[str], unit: Any) -> None:
        for severity, words in value_faults(blueprint, values, unit):
            self.words.append((severity, f"{title} {words}"))


def _all(elements: Iterable[Any], name: str) -> list[Any]:
    return [found for one in elements for found in one.findall(f"{{{TECHNIQUE}}}{name}")]


_blueprints = _all


def _required(blueprint: Any) -> bool:
    # Required unless it says otherwise (animl-technique.xsd, default of `modality`).
    return str(blueprint.get("modality") or "required") == "required"


def _flag(element: Any, name: str, *, default: bool = False) -> bool:
    text = element.get(name)
    return default if text is None else str(text).strip() in ("true", "1")


def _matching(blueprints: Iterable[Any], name: str) -> list[Any]:
    """The blueprints of a name: itself, else without the number that repeated items bear ("Test Sample 2")."""
    blueprints = list(blueprints)
    exact = [one for one in blueprints if one.get("name") == name]
    if exact:
        return exact
    base = re.sub(r"\s+[0-9]+$", "", name)
    return [one for one in blueprints if one.get("name") == base]


def _match(blueprints: Iterable[Any], name: str) -> Any:
    return next(iter(_matching(blueprints, name)), None)
