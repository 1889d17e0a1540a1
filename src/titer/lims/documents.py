"""Design data as documents: methods, specifications, sampling plans. Read strictly, hashed canonically.

Documents are YAML (or JSON, which is YAML). Scalars stay text: a limit `95.0` is not a float on its way to
its digest, and no key is skipped: an unknown one is refused with its place.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from titer.base.canonical import digest
from titer.base.errors import Invalid
from titer.base.units import unit as look_up
from titer.lims.formula import Formula, InputSpec, check_case
from titer.science.rounding import RULES, read_number


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _number(value: str | None) -> str | None:
    if value is not None:
        read_number(value)
    return value


class Input(_Strict):
    """One input of a formula and where it comes from.

    `source` is `worksheet.NAME`, `parameter.NAME`, `reading`, `peak.NAME.area`, `peak.NAME.height`,
    `series.NAME` (a column of the run's document), `peaks.area` (all peaks of an injection),
    `standards.concentration` or `standards.NAME.area`.
    """

    source: str
    unit: str
    many: bool = False


class Case(_Strict):
    """A formula's own test case."""

    inputs: dict[str, str | list[str]]
    result: str


class Reportable(_Strict):
    """What a method reports: an analysis, its unit, and the formula (none: the reading itself)."""

    analysis: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    unit: str | None
    formula: str | None = None
    inputs: dict[str, Input] = {}
    cases: list[Case] = []

    def reading_unit(self) -> str | None:
        """The unit in which a reading is taken: the formula's input's where there is one, else the reportable's."""
        inputs = [given.unit for given in self.inputs.values() if given.source == "reading"]
        return inputs[0] if self.formula is not None and inputs else self.unit

    def compiled(self) -> Formula | None:
        """The formula, checked for its units; None for a reading that is reported as it is."""
        if self.formula is None:
            return None
        specs = {name: InputSpec(given.unit, given.many) for name, given in self.inputs.items()}
        if self.unit is None:
            raise Invalid(f"{self.analysis} has a formula, so it needs a unit.")
        return Formula(self.formula, specs, self.unit)


class Field_(_Strict):
    """A value that the analyst enters for each sample of a run."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    unit: str
    low: str | None = None
    high: str | None = None

    _numbers = field_validator("low", "high")(_number)


class PeakWindow(_Strict):
    """A peak by its retention time, minutes."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    from_: str = Field(alias="from")
    to: str

    _numbers = field_validator("from_", "to")(_number)


class IntegrationParameters(_Strict):
    """The method's integration: window in minutes, least height in mAU, multiple of the noise."""

    begin: str
    end: str
    least_height: str
    noise_factor: str = "6"

    _numbers = field_validator("begin", "end", "least_height", "noise_factor")(_number)


class ChromatographyParameters(_Strict):
    """How chromatograms of the method are read, and how far the instrument's own peak table may differ."""

    integration: IntegrationParameters
    peaks: list[PeakWindow] = Field(min_length=1)
    main: str
    concentration_unit: str = "mg/mL"
    claim_area_percent: str = "2"
    least_standards: str = "2"

    _numbers = field_validator("claim_area_percent", "least_standards")(_number)

    @model_validator(mode="after")
    def _main_is_a_peak(self) -> ChromatographyParameters:
        if self.main not in {peak.name for peak in self.peaks}:
            raise ValueError(f"the main peak {self.main!r} has no window")
        return self


class SuitabilityTest(_Strict):
    """One test of the run's suitability, over injections of a kind."""

    name: str
    statistic: Literal["resolution", "tailing", "plates", "rsd_area", "r_squared", "peak_area", "count"]
    injections: Literal["suitability", "standard", "blank", "sample"]
    peaks: list[str] = Field(min_length=1, max_length=2)
    low: str | None = None
    high: str | None = None

    _numbers = field_validator("low", "high")(_number)


class InstrumentNeed(_Strict):
    """What a run needs of its instrument."""

    capability: str


class Panel(_Strict):
    """How an analyser is asked for a sample: the SiLA command, and which response is which analysis.

    Every field of the answer is a response, the echo of the sample (`parameter`), `measured_at`, `counter`, or
    ignored with a reason; any other is an exception.
    """

    instrument: str
    connection: str | None = None
    target: str
    parameter: str
    responses: dict[str, PanelResponse]
    measured_at: str | None = None
    counter: str | None = None
    ignored: dict[str, str] = {}


class PanelResponse(_Strict):
    """A field of the analyser's answer."""

    analysis: str
    unit: str


class Redetermination(_Strict):
    """The method's rule for determining again after an invalidation with an assignable cause."""

    preparations: str
    text: str

    _numbers = field_validator("preparations")(_number)


class MethodDocument(_Strict):
    """A test method with its parameter set, formulas and suitability tests."""

    kind: Literal["method"]
    code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]*$")
    title: str
    technique: Literal["chromatography", "analyser", "entry", "contract", "document", "submission"]
    competency: str | None = None
    instrument: InstrumentNeed | None = None
    hold_time_h: str | None = None
    verification: Literal["reviewed", "automatic"] = "reviewed"
    redetermination: Redetermination | None = None
    parameters: dict[str, dict[str, str]] = {}
    worksheet: list[Field_] = []
    chromatography: ChromatographyParameters | None = None
    suitability: list[SuitabilityTest] = []
    panel: Panel | None = None
    reportables: list[Reportable] = Field(min_length=1)

    _numbers = field_validator("hold_time_h")(_number)

    @model_validator(mode="after")
    def _complete(self) -> MethodDocument:
        if (self.technique == "chromatography") != (self.chromatography is not None):
            raise ValueError("a chromatographic method, and no other, has a section `chromatography`")
        if (self.technique == "analyser") != (self.panel is not None):
            raise ValueError("an analyser's method, and no other, has a section `panel`")
        if self.chromatography and not self.suitability:
            raise ValueError("a chromatographic method needs suitability tests")
        names = [reportable.analysis for reportable in self.reportables]
        if len(set(names)) != len(names):
            raise ValueError("an analysis is reported twice")
        if self.panel and {answer.analysis for answer in self.panel.responses.values()} - set(names):
            raise ValueError("the panel answers an analysis that the method does not report")
        return self

    def reportable(self, analysis: str) -> Reportable:
        """The reportable of an analysis."""
        for found in self.reportables:
            if found.analysis == analysis:
                return found
        raise Invalid(f"The method {self.code} does not report {analysis!r}.")


class Criterion(_Strict):
    """One criterion; limits are text. kind: release (out of it is OOS), action (in-process), report."""

    analysis: str
    title: str
    kind: Literal["release", "action", "report"]
    method: str | None = None
    unit: str = "1"
    low: str | None = None
    low_inclusive: bool = True
    high: str | None = None
    high_inclusive: bool = True
    accepted: list[str] = []
    refused: list[str] = []
    beyond_detection: Literal["cannot_evaluate", "compare_limit"] = "cannot_evaluate"

    _numbers = field_validator("low", "high")(_number)

    @model_validator(mode="after")
    def _has_a_limit(self) -> Criterion:
        if self.kind != "report" and not (self.low or self.high or self.accepted):
            raise ValueError(
                f"the criterion {self.analysis!r} has no limit; write kind: report if that is meant"
            )
        if self.accepted and (self.low or self.high):
            raise ValueError(f"the criterion {self.analysis!r} has limits and words")
        if self.low and self.high and read_number(self.low) > read_number(self.high):
            raise ValueError(f"the criterion {self.analysis!r} has its lower limit above its upper one")
        return self

    @property
    def limit_text(self) -> str:
        """The limit as it stands on a certificate."""
        if self.kind == "report":
            return "report"
        if self.accepted:
            return " or ".join(self.accepted)
        parts = []
        if self.low is not None:
            parts.append(f"{'>=' if self.low_inclusive else '>'} {self.low}")
        if self.high is not None:
            parts.append(f"{'<=' if self.high_inclusive else '<'} {self.high}")
        return f"{' and '.join(parts)} {'' if self.unit == '1' else self.unit}".strip()


class SpecificationDocument(_Strict):
    """What a material must meet, with the rounding convention that was approved with it."""

    kind: Literal["specification"]
    code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]*$")
    title: str
    material: str
    rounding: str
    market: str = "all"
    criteria: list[Criterion] = Field(min_length=1)

    @field_validator("rounding")
    @classmethod
    def _known_rule(cls, value: str) -> str:
        if value not in RULES:
            raise ValueError(f"there is no rounding rule {value!r}; there are {', '.join(RULES)}")
        return value

    @model_validator(mode="after")
    def _one_criterion_each(self) -> SpecificationDocument:
        names = [criterion.analysis for criterion in self.criteria]
        if len(set(names)) != len(names):
            raise ValueError("an analysis has two criteria")
        return self

    def criterion(self, analysis: str) -> Criterion | None:
        """The criterion of an analysis, or None."""
        return next((one for one in self.criteria if one.analysis == analysis), None)


class SamplingPlanDocument(_Strict):
    """Which analyses a sample of a point gets, and against which specification."""

    kind: Literal["sampling_plan"]
    code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]*$")
    title: str
    point: str
    specification: str
    analyses: list[str] = Field(min_length=1)


Document = MethodDocument | SpecificationDocument | SamplingPlanDocument
D = TypeVar("D", MethodDocument, SpecificationDocument, SamplingPlanDocument)
KINDS: dict[str, type[MethodDocument] | type[SpecificationDocument] | type[SamplingPlanDocument]] = {
    "method": MethodDocument,
    "specification": SpecificationDocument,
    "sampling_plan": SamplingPlanDocument,
}


class _TextLoader(yaml.SafeLoader):
    """Reads scalars as text but for true, false and null, and refuses a key that stands twice."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[-1] in ("bool", "null")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _TextLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


_TextLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str) -> dict[str, Any]:
    """Read a document's text, scalars as text.

    Raises:
        Invalid: with line and column where it cannot be read.
    """
    if len(text) > 500_000:
        raise Invalid("The document is larger than 500,000 characters.")
    try:
        found = yaml.load(text, Loader=_TextLoader)  # noqa: S506  (it is a SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise Invalid(
            f"The document cannot be read: {error.problem}.",
            where=f"line {mark.line + 1}, column {mark.column + 1}" if mark else "",
        ) from error
    except yaml.YAMLError as error:
        raise Invalid(f"The document cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise Invalid("The document is no mapping of keys to values.")
    return found


def read_document(text: str, kind: str) -> Document:
    """Read and check a document of a kind; formulas are compiled and their units checked.

    Raises:
        Invalid: with the place of the first fault.
    """
    return check_document(read_yaml(text), kind)


def check_document(content: dict[str, Any], kind: str) -> Document:
    """Check a document that is read already."""
    if content.get("kind") != kind:
        raise Invalid(f"This is a {content.get('kind')!r} document; a {kind} was expected.", where="kind")
    try:
        document = KINDS[kind].model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        more = f" ({error.error_count() - 1} more faults)" if error.error_count() > 1 else ""
        raise Invalid(f"{first['msg']}{more}.", where=place) from error
    if isinstance(document, MethodDocument):
        _check_method(document)
    if isinstance(document, SpecificationDocument):
        for criterion in document.criteria:
            look_up(criterion.unit)
    return document


def _check_method(document: MethodDocument) -> None:
    fields = {field.name for field in document.worksheet}
    peaks = {peak.name for peak in document.chromatography.peaks} if document.chromatography else set()
    for reportable in document.reportables:
        where = f"reportables.{reportable.analysis}"
        if document.technique == "document" and reportable.formula is None:
            raise Invalid("What comes from a document's columns needs a formula.", where=where)
        if reportable.unit is not None:
            look_up(reportable.unit)
        try:
            reportable.compiled()
        except Invalid as error:
            raise Invalid(error.what, where=f"{where}, {error.where}", why=error.why, do=error.do) from error
        for name, given in reportable.inputs.items():
            first, *rest = given.source.split(".")
            good = (
                (first == "worksheet" and rest and rest[0] in fields)
                or (first == "parameter" and rest and rest[0] in document.parameters)
                or (first == "reading" and not rest)
                or (first == "peak" and len(rest) == 2 and rest[0] in peaks and rest[1] in ("area", "height"))
                or (first == "series" and len(rest) == 1 and document.technique == "document")
                or (given.source == "peaks.area" and bool(peaks))
                or (given.source == "standards.concentration" and bool(peaks))
                or (first == "standards" and len(rest) == 2 and rest[0] in peaks and rest[1] == "area")
            )
            if not good:
                raise Invalid(
                    f"The input {name!r} comes from {given.source!r}, which is not known.", where=where
                )
    for test in document.suitability:
        unknown = set(test.peaks) - peaks
        if unknown or (test.statistic == "resolution") != (len(test.peaks) == 2):
            raise Invalid(f"The suitability test {test.name!r} names {test.peaks}.", where="suitability")


def failing_cases(document: MethodDocument) -> list[str]:
    """Why the method's formulas may not become effective: cases that are missing or do not hold."""
    failures: list[str] = []
    for reportable in document.reportables:
        formula = reportable.compiled()
        if formula is None:
            continue
        if not reportable.cases:
            failures.append(f"The formula of {reportable.analysis} has no test case.")
        for number, case in enumerate(reportable.cases, start=1):
            told = check_case(formula, case.inputs, case.result)
            if told:
                failures.append(f"The formula of {reportable.analysis}, case {number}: {told}.")
    return failures


def content_of(document: Document) -> dict[str, Any]:
    """The canonical content of a document."""
    return document.model_dump(mode="json", by_alias=True)


def digest_of(document: Document) -> str:
    """The content hash of a document."""
    return digest(content_of(document))
