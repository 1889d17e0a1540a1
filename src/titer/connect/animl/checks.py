"""What must hold within a document beyond its form: ids are unique, references meet, what is inherited is there.

The core schema's own keys reach nothing: their paths name elements without a namespace, and the elements have one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from titer.connect.animl.document import AnimlDocument, Step
from titer.connect.animl.inheritance import Placed, inherited_sample, parent_point, placed
from titer.connect.core.judged import Problem


def check(document: AnimlDocument, root: Any) -> tuple[Problem, ...]:
    """Our own structural checks; they run whether a schema is there or not."""
    problems: list[Problem] = []

    def error(where: str, message: str) -> None:
        problems.append(Problem("structure", "error", where, message))

    steps = list(document.all_steps())
    for title, names in (
        ("sampleID", [one.id for one in document.samples]),
        ("experimentStepID", [one.id for one in steps]),
        ("templateID", [one.id for one in document.templates]),
        ("id", _ids(root)),
    ):
        for name, count in Counter(names).items():
            if not name:
                error("document", f"a {title} is empty")
            elif count > 1:
                error("document", f"the {title} {name!r} is used {count} times")
    samples = {one.id for one in document.samples}
    step_ids = {one.id for one in steps}
    for step in (*steps, *document.templates):
        where = f"step {step.id or step.name}"
        if not step.technique.get("name") and not step.attributes.get("templateUsed"):
            error(where, "it names no technique")
        for reference in step.sample_references:
            if reference["kind"] == "SampleReference" and reference.get("sampleID") not in samples:
                error(where, f"it refers to the sample {reference.get('sampleID')!r}, which is not there")
        for reference in step.data_references:
            if (
                reference["kind"] == "ExperimentDataReference"
                and reference.get("experimentStepID") not in step_ids
            ):
                error(
                    where, f"it refers to the step {reference.get('experimentStepID')!r}, which is not there"
                )
    templates = {one.id for one in document.templates}
    for place in placed(document):
        for words in _of_place(place, step_ids, templates):
            error(f"step {place.step.id or place.step.name}", words)
    for sample in document.samples:
        container = sample.attributes.get("containerID")
        if container and container not in samples:
            error(f"sample {sample.id}", f"it stands in the container {container!r}, which is not there")
        if container == sample.id:
            error(f"sample {sample.id}", "it stands in itself")
    known = set(_ids(root))
    for number, entry in enumerate(document.audit_trail, 1):
        where = f"audit trail entry {number}"
        if not entry.timestamp or not entry.action:
            error(where, "it has no time or no action")
        for item in (*entry.references, *(diff.get("changedItem", "") for diff in entry.diffs)):
            if item and item not in known and item not in step_ids and item not in samples:
                problems.append(
                    Problem("structure", "note", where, f"it is about {item!r}, which is not in the document")
                )
    for number, references in enumerate(document.signatures, 1):
        for item in references:
            if item and item not in known:
                error(f"signature {number}", f"it signs {item!r}, which is not in the document")
    return tuple(problems)


def _of_place(place: Placed, step_ids: set[str], templates: set[str]) -> Iterable[str]:
    step: Step = place.step
    used = step.attributes.get("templateUsed")
    if used and used not in templates:
        yield f"it uses the template {used!r}, which is not there"
    for reference in step.sample_references:
        if reference["kind"] == "SampleInheritance" and inherited_sample(place, reference) is None:
            yield (
                f"it inherits the sample in the role {reference.get('role')!r}, "
                + (
                    "and no step stands above it"
                    if place.parent is None
                    else "which the step above does not have"
                )
            )
    for reference in step.data_references:
        if reference["kind"] == "ParentDataPointReference":
            fault = parent_point(place, reference).fault
            if fault:
                yield fault
        prefix = reference.get("experimentStepIDPrefix")
        if prefix and not any(one.startswith(prefix) for one in step_ids):
            yield f"it refers to steps whose ids begin with {prefix!r}, and there are none"


def _ids(root: Any) -> Iterable[str]:
    return [
        str(element.get("id"))
        for element in root.iter()
        if isinstance(element.tag, str)
        and element.tag.startswith("{urn:org:astm:animl:")
        and element.get("id")
    ]
