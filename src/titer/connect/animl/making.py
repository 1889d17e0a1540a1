"""Documents that Titer makes: series and results as AnIML, to be signed with `signatures.sign` of this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from titer.base.clock import iso
from titer.base.errors import Invalid
from titer.connect.animl import lexical
from titer.connect.animl.document import (
    AnimlDocument,
    AuditEntry,
    Category,
    Parameter,
    Result,
    SampleEntry,
    Series,
    SeriesSet,
    Step,
    UnitEntry,
    ValueSet,
)

SECOND = UnitEntry("s", "Time", (("s", "", "", ""),))
TITER = {"Name": "Titer"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, each value as text.

    Attributes:
        kind: Float64, Int64, String, Boolean or DateTime.
    """

    name: str
    kind: str
    values: tuple[str, ...]
    unit: str = ""


def by_software(at: datetime, action: str, comment: str, references: Sequence[str] = ()) -> AuditEntry:
    """An entry of the audit trail that Titer itself makes."""
    author = {"userType": "software", "Name": "Titer"}
    return AuditEntry(iso(at), author, action, comment=comment, software=TITER, references=tuple(references))


def series_document(
    name: str, unit: UnitEntry | None, times: Sequence[datetime], values: Sequence[str], *, made_at: datetime
) -> AnimlDocument:
    """A time series as the technique Indexing writes it: a sequence, the time in seconds, and the values.

    Args:
        name: of the channel.
        unit: of its values.
        times: of each value, rising; the first one is the step's time stamp.
        values: numbers as text, as they were stored.
        made_at: now.

    Raises:
        Invalid: if there are no values, not as many as times, or one that is no number.
    """
    if not times or len(times) != len(values):
        raise Invalid(f"The series {name} has {len(times)} times and {len(values)} values.")
    bad = [one for one in values if lexical.fault("Float64", one)]
    if bad:
        raise Invalid(f"The series {name} holds {bad[0]!r}, which is no number.")
    count = len(values)
    sequence = Series(
        "Sequence", "sequence", "Int32", "independent", "incremented", tuple(map(str, range(count))),
        plot_scale="none", sets=(ValueSet("incremented", count, parts=("Int32", "0", "Int32", "1")),),
    )  # fmt: skip
    seconds = tuple(repr((one - times[0]).total_seconds()) for one in times)
    columns = (
        sequence,
        Series("Time", "time", "Float64", "dependent", "individual", seconds, SECOND, "none"),
        Series(name, "values", "Float64", "dependent", "individual", tuple(values), unit),
    )
    step = Step(
        "series", name, {"name": "Indexing", "uri": "indexing.atdd"}, timestamp=iso(times[0]),
        results=(Result("Indexing", (SeriesSet("Index", count, columns, "index"),)),), attributes={"id": "step"},
    )  # fmt: skip
    return AnimlDocument(
        "", "0.90", steps=(step,), audit_trail=(by_software(made_at, "created", f"Series {name}.", ["step"]),)
    )


def table_step(
    key: str, name: str, technique: str, sample: str, facts: Mapping[str, str], columns: Sequence[Column]
) -> Step:
    """A step with facts as parameters and a table as its result.

    Args:
        key: its id, in the document and for the audit trail; a letter, then letters, digits, dashes.
        name: for people.
        technique: of the method.
        sample: id of the sample that it is about.
        facts: parameters of the method.
        columns: equally long; the first one is independent.
    """
    length = len(columns[0].values) if columns else 0
    series = tuple(
        Series(
            one.name, f"{key}-{place}", one.kind, "dependent" if place else "independent", "individual", one.values,
            UnitEntry(one.unit) if one.unit else None, "none",
        )
        for place, one in enumerate(columns)
    )  # fmt: skip
    parameters = tuple(Parameter(title, "String", text) for title, text in facts.items())
    return Step(
        key, name, {"name": technique, "uri": ""},
        sample_references=(
            {"kind": "SampleReference", "sampleID": sample, "role": "Test Sample", "samplePurpose": "consumed"},
        ),
        method_categories=(Category("Titer", parameters),) if parameters else (),
        results=(Result(name, (SeriesSet(name, length, series, f"{key}-table"),)),) if length else (),
        attributes={"id": key},
    )  # fmt: skip


def document_of(
    samples: Sequence[SampleEntry], steps: Sequence[Step], trail: Sequence[AuditEntry]
) -> AnimlDocument:
    """Samples, steps and the audit trail as one document."""
    return AnimlDocument("", "0.90", tuple(samples), tuple(steps), audit_trail=tuple(trail))
