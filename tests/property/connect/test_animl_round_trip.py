"""Whatever document is written reads back equal, and written again has the same bytes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from titer.connect import animl
from titer.connect.animl.lexical import shortest
from titer.connect.animl.writer import canonical, write

_TOKEN = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z", "Cn", "Co")), min_size=1, max_size=8
)
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=12)
_ID = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)
_FLOATS = {
    "Float32": st.floats(width=32).map(np.float32).map(shortest),
    "Float64": st.floats().map(np.float64).map(shortest),
}
_VALUES = {
    "Int32": st.integers(-(2**31), 2**31 - 1).map(str),
    "Int64": st.integers(-(2**63), 2**63 - 1).map(str),
    **_FLOATS,
    "String": _TEXT,
    "Boolean": st.sampled_from(["true", "false", "1", "0"]),
    "DateTime": st.datetimes().map(lambda one: one.isoformat() + "Z"),
    "EmbeddedXML": st.sampled_from(["<a/>", "<a b='&lt;'>c</a>"]),
}
_UNIT = st.none() | st.builds(
    animl.UnitEntry,
    label=_TOKEN,
    quantity=st.just("") | _TOKEN,
    si=st.lists(
        st.tuples(
            st.sampled_from(["1", "m", "kg", "s", "K"]),
            st.sampled_from(["", "0.001", "1e-6"]),
            st.sampled_from(["", "-1", "3"]),
            st.sampled_from(["", "273.15"]),
        ),
        max_size=2,
    ).map(tuple),
)


@st.composite
def _series(draw: st.DrawFn, place: int, length: int) -> animl.Series:
    kind = draw(st.sampled_from(sorted(_VALUES)))
    encoded = kind in ("Int32", "Int64", "Float32", "Float64") and draw(st.booleans())
    values = tuple(draw(st.lists(_VALUES[kind], min_size=length, max_size=length)))
    sets: tuple[animl.ValueSet, ...] = ()
    if not encoded and length > 1 and draw(st.booleans()):
        first = draw(st.integers(1, length - 1))
        sets = (
            animl.ValueSet("individual", first, "0", str(first - 1)),
            animl.ValueSet("individual", length - first, str(first), ""),
        )
    return animl.Series(
        draw(_TOKEN), f"series-{place}", kind, draw(st.sampled_from(["dependent", "independent"])),
        "encoded" if encoded else "individual", values, draw(_UNIT), draw(st.sampled_from(["", "none", "log"])),
        sets=sets, visible=draw(st.sampled_from(["", "true", "false"])),
    )  # fmt: skip


@st.composite
def _documents(draw: st.DrawFn) -> animl.AnimlDocument:
    length = draw(st.integers(1, 5))
    series = tuple(draw(_series(place, length)) for place in range(draw(st.integers(1, 4))))
    kinds = draw(st.lists(st.sampled_from(sorted(_VALUES)), max_size=3))
    parameters = tuple(
        animl.Parameter(draw(_TOKEN), kind, draw(_VALUES[kind]), draw(_UNIT), f"parameter-{place}")
        for place, kind in enumerate(kinds)
    )
    category = animl.Category(draw(_TOKEN), parameters, categories=(animl.Category(draw(_TOKEN)),))
    step = animl.Step(
        "step", draw(_TOKEN), {"name": draw(_TOKEN), "uri": ""},
        sample_references=(
            {"kind": "SampleReference", "sampleID": "sample", "role": "r", "samplePurpose": "consumed"},
        ),
        method_categories=(category,),
        results=(animl.Result(draw(_TOKEN), (animl.SeriesSet("set", length, series),)),),
    )  # fmt: skip
    trail = tuple(
        animl.AuditEntry(
            "2026-03-02T08:00:00Z",
            {"userType": "human", "Name": draw(_TOKEN)},
            "modified",
            draw(_TEXT),
            draw(_TEXT),
        )
        for _ in range(draw(st.integers(0, 2)))
    )
    tags = tuple({"name": draw(_TOKEN), "value": draw(_TOKEN)} for _ in range(draw(st.integers(0, 2))))
    return animl.AnimlDocument(
        "", "0.90", (animl.SampleEntry("sample", draw(_TOKEN), tags=tags),), (step,), audit_trail=trail
    )


@given(_documents())
def test_a_document_that_is_written_reads_back_equal_and_is_written_the_same_again(
    made: animl.AnimlDocument,
) -> None:
    data = write(made)
    found = animl.read(data, sandboxed=False)
    assert found.verdict == "accepted", found.problems
    (ours,), (theirs,) = (one.steps[0].results[0].series_sets for one in (made, found))
    for one, other in zip(ours.series, theirs.series, strict=True):
        assert (one.name, one.type, one.values, one.unit) == (
            other.name,
            other.type,
            other.values,
            other.unit,
        )
        assert (one.plot_scale, one.visible, one.kind) == (other.plot_scale, other.visible, other.kind)
    assert found.steps[0].method_categories == made.steps[0].method_categories
    assert [(one.reason, one.comment, one.author) for one in found.audit_trail] == [
        (one.reason, one.comment, one.author) for one in made.audit_trail
    ]
    assert found.samples[0].tags == made.samples[0].tags
    assert write(found) == data
    assert replace(animl.read(write(found), sandboxed=False), digest="") == replace(found, digest="")
    assert canonical(data) == canonical(write(found))
