"""Booleans, strings, enumerations, spectra: what goes in comes out, from the log, from a segment and as a file."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from tests.integration.historian.reactor import PV, SP, S

from titer.base.clock import from_us, iso
from titer.base.errors import IntegrityFault, Invalid
from titer.client import Titer
from titer.connect.core.acquired import Acquired, Axis
from titer.connect.core.columns import Columns, joined
from titer.connect.core.contract import enumerations, read_channels
from titer.connect.core.frame import Frame, header_of
from titer.historian import Historian, SegmentDamaged
from titer.record import Record

RAMAN = Axis("Raman shift", "1/cm", np.linspace(100.5, 3_425.25, 1_024))
TIME = Axis("Retention time", "min", np.arange(0, 30, 0.05))
TAGS = (PV, SP)


def spectrum(seed: int, axis: Axis = RAMAN) -> Acquired:
    return Acquired(np.random.default_rng(seed).normal(1e4, 10, len(axis.values)), axis)


def acquired(t0: int, first: int, spectra: list[tuple[str, int, Acquired]], **more: object) -> bytes:
    columns = Columns.of(
        [TAGS.index(tag) for tag, _, _ in spectra],
        [t0 + at * S for _, at, _ in spectra],
        [np.nan] * len(spectra),
        [0] * len(spectra),
        received_us=t0 + 3_600 * S,
        arrays={row: one for row, (_, _, one) in enumerate(spectra)},
        **more,  # type: ignore[arg-type]
    )
    return columns.frame("br201", 1, first, TAGS, ()).encode()


def said(
    historian: Historian, t0: int, tags: tuple[str, ...] = TAGS
) -> list[tuple[str, int, np.ndarray, str]]:
    found = historian.acquisitions(list(tags), t0, t0 + 3_600 * S).effective
    return [(one.tag, (one.source_us - t0) // S, one.values, one.axis.digest) for one in found]


def same(left: list[tuple[str, int, np.ndarray, str]], right: list[tuple[str, int, np.ndarray, str]]) -> bool:
    return len(left) == len(right) and all(
        one[:2] == two[:2] and one[3] == two[3] and np.array_equal(one[2], two[2])
        for one, two in zip(left, right, strict=True)
    )


def test_a_frame_with_arrays_reads_back_and_one_without_has_the_same_bytes_as_ever(t0: int) -> None:
    raw = acquired(t0, 1, [(PV, 0, spectrum(1)), (PV, 60, spectrum(2)), (SP, 0, spectrum(3, TIME))])
    frame = Frame.decode(raw)
    assert frame.encode() == raw
    assert [len(one.values) for one in frame.arrays.values()] == [1_024, 1_024, 600]
    assert frame.arrays[0].axis.digest == frame.arrays[1].axis.digest == RAMAN.digest
    plain = Columns.of([0], [t0], [1.0], [0]).frame("br201", 1, 1, TAGS, ()).encode()
    assert not {"arrays", "axes"} & header_of(plain).keys()
    for place in range(8, len(raw), 997):
        bad = bytearray(raw)
        bad[place] ^= 0x10
        with pytest.raises(IntegrityFault):
            Frame.decode(bytes(bad))
    with pytest.raises(Invalid, match="axis of 600"):
        acquired(t0, 1, [(PV, 0, Acquired(np.zeros(3), TIME))])


def test_rows_that_are_chosen_and_joined_keep_their_arrays_and_names(t0: int) -> None:
    one, two = spectrum(1), spectrum(2)
    part = Columns.of([0, 0, 1], [t0] * 3, [np.nan, 5.0, np.nan], [0] * 3, arrays={0: one, 2: two})
    assert part.take(np.array([False, True, True])).arrays == {1: two}
    assert joined([part, part]).arrays == {0: one, 2: two, 3: one, 5: two}


def test_spectra_come_back_the_same_from_the_log_from_a_segment_and_after_a_restart(
    historian: Historian, record: Record, tmp_path: Path, t0: int
) -> None:
    given = [(PV, 0, spectrum(1)), (PV, 60, spectrum(2)), (SP, 5, spectrum(3, TIME))]
    raw = acquired(t0, 1, given)
    historian.append([raw])
    historian.append([raw])  # shipped again
    expected = [(tag, at, one.values, one.axis.digest) for tag, at, one in given]
    assert same(said(historian, t0), expected)
    assert historian.read(list(TAGS), t0, t0 + 3_600 * S).num_rows == 0  # no rows among the series
    (ref,) = historian.seal()
    assert (ref.kind, ref.row_count, ref.tag_count) == ("spectra", 3, 2)
    assert ref.path.startswith("segments/kind=spectra/day=")
    assert same(said(historian, t0), expected)
    assert historian.verify() == []
    historian.append([acquired(t0, 4, [(PV, 120, spectrum(4))])])
    historian.close()
    again = Historian(tmp_path / "historian", record)
    try:
        assert same(said(again, t0, (PV,)), [*expected[:2], (PV, 120, spectrum(4).values, RAMAN.digest)])
        assert again.unlisted == []
        path = tmp_path / "historian" / ref.path
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.chmod(0o600)
        path.write_bytes(data)
        with pytest.raises(SegmentDamaged):
            said(again, t0)
    finally:
        again.close()


def test_a_spectrum_that_says_something_else_is_a_conflict_and_the_first_stays(
    historian: Historian, t0: int
) -> None:
    historian.append([acquired(t0, 1, [(PV, 0, spectrum(1))])])
    historian.seal()
    historian.append([acquired(t0, 2, [(PV, 0, spectrum(1)), (PV, 0, spectrum(2))])])
    historian.append([acquired(t0, 4, [(PV, 0, spectrum(9))])])
    for _ in range(2):
        found = historian.acquisitions([PV], t0, t0 + S)
        # The frame of two gave both of them an ordinal: the second is a value of its own.
        assert [one.ordinal for one in found.effective] == [0, 1]
        assert np.array_equal(found.effective[0].values, spectrum(1).values)
        assert len(found.conflicts) == 1
        assert np.array_equal(found.conflicts[0].values, spectrum(9).values)
        historian.seal()
    assert historian.acquisitions([PV], t0, t0 + S, as_of_us=t0).effective == []


def test_spectra_leave_as_arrow_parquet_and_csv_and_a_notebook_gets_2d_arrays(
    page: TestClient, historian: Historian, t0: int
) -> None:
    given = [(PV, at, spectrum(at)) for at in (0, 60, 120)] + [(PV, 180, spectrum(7, TIME))]
    historian.append([acquired(t0, 1, given[:2])])
    historian.seal()
    historian.append([acquired(t0, 3, given[2:])])
    asked = {"tags": PV, "start": iso(from_us(t0)), "end": iso(from_us(t0 + 3_600 * S))}
    wide, short = Titer("http://hub", client=page).acquisitions(PV, asked["start"], asked["end"])
    assert wide.values.shape == (3, 1_024)
    assert short.values.shape == (1, 600)
    np.testing.assert_array_equal(wide.values, np.stack([spectrum(at).values for at in (0, 60, 120)]))
    np.testing.assert_array_equal(wide.axis, RAMAN.values)
    assert (wide.axis_name, wide.axis_unit, wide.unit) == ("Raman shift", "1/cm", "degC")
    assert wide.times[1] - wide.times[0] == np.timedelta64(60, "s")
    answers = {
        form: page.get("/api/historian/acquisitions", params={**asked, "format": form}).content
        for form in ("arrow", "parquet", "csv")
    }
    parquet = pq.read_table(io.BytesIO(answers["parquet"]))
    arrow = pa.ipc.open_stream(io.BytesIO(answers["arrow"])).read_all()
    assert parquet.column("values").to_pylist() == arrow.column("values").to_pylist()
    axes = json.loads(parquet.schema.metadata[b"titer.axes"])
    assert [float(one) for one in axes[TIME.digest]["values"]] == TIME.values.tolist()
    csv = pandas.read_csv(io.BytesIO(answers["csv"]))
    assert len(csv) == 3 * 1_024 + 600
    np.testing.assert_array_equal(csv["x"].to_numpy()[:1_024], RAMAN.values)
    np.testing.assert_array_equal(csv["value"].to_numpy()[:1_024], spectrum(0).values)


def test_another_engine_reads_a_segment_of_spectra_as_it_lies(
    historian: Historian, tmp_path: Path, t0: int
) -> None:
    historian.append([acquired(t0, 1, [(PV, 0, spectrum(1)), (SP, 0, spectrum(3, TIME))])])
    (ref,) = historian.seal()
    path = tmp_path / "historian" / ref.path
    found = duckdb.sql(
        f"select tag, len(values), values[1], axis from read_parquet('{path}') order by tag"  # noqa: S608
    ).fetchall()
    assert found == [
        (PV, 1_024, spectrum(1).values[0], RAMAN.digest),
        (SP, 600, spectrum(3, TIME).values[0], TIME.digest),
    ]
    ((kept,),) = duckdb.sql(
        f"select value from parquet_kv_metadata('{path}') where key = 'titer.axes'"  # noqa: S608
    ).fetchall()
    assert set(json.loads(bytes(kept))) == {RAMAN.digest, TIME.digest}


def test_an_enumeration_keeps_the_name_beside_the_number_to_the_last_file(
    page: TestClient, historian: Historian, t0: int
) -> None:
    specs = read_channels(
        [{"tag": PV, "node": "s=T", "names": {0: "Idle", 1: "Running"}}, {"tag": SP, "node": "s=TSP"}]
    )
    names = enumerations(specs)
    given = Columns.of([0, 0, 0, 1], [t0, t0 + S, t0 + 2 * S, t0], [0, 1, 7, 1], [0] * 4, received_us=t0)
    historian.append([given.named(names).frame("br201", 1, 1, TAGS, ()).encode()])
    for _ in range(2):
        table = historian.read(list(TAGS), t0, t0 + 60 * S)
        assert table.column("value").to_pylist() == [0.0, 1.0, 7.0, 1.0]
        assert table.column("text").to_pylist() == ["Idle", "Running", None, None]
        historian.seal()
    last = historian.last([PV])[PV]
    assert (last.value, last.text) == (7.0, None)
    frame = Titer("http://hub", client=page).history([PV], from_us(t0), from_us(t0 + 60 * S))
    assert frame["value"].tolist() == [0.0, 1.0, 7.0]
    assert frame["text"].tolist()[:2] == ["Idle", "Running"]
    lined = historian.aligned([PV], t0, t0 + 3 * S, S, max_age_us=S)
    assert lined.values[:, 0].tolist() == [0.0, 1.0, 7.0]
    with pytest.raises(Invalid, match="names of X"):
        enumerations(read_channels([{"tag": "X", "node": "s=X", "names": {"idle": 0}}]))


def test_booleans_and_strings_come_out_as_they_went_in(
    page: TestClient, historian: Historian, t0: int
) -> None:
    texts = ["Läuft", "", 'a,b\n"c"', "37.0"]
    columns = Columns.of(
        [0, 0, *[1] * 4],
        [t0, t0 + S, *(t0 + at * S for at in range(4))],
        [True, False, *[np.nan] * 4],
        [0] * 6,
        received_us=t0,
        text=dict(enumerate(texts, 2)),
    )
    historian.append([columns.frame("br201", 1, 1, TAGS, ()).encode()])
    titer = Titer("http://hub", client=page)
    start, end = from_us(t0), from_us(t0) + timedelta(minutes=1)
    for _ in range(2):
        frame = titer.history(list(TAGS), start, end, frame="polars")
        assert frame["value"].to_list() == [1.0, 0.0, None, None, None, None]
        assert frame["text"].to_list() == [None, None, *texts]
        historian.seal()
    asked = {"tags": list(TAGS), "start": iso(start), "end": iso(end), "format": "csv"}
    csv = pandas.read_csv(io.BytesIO(page.get("/api/historian/export", params=asked).content))
    assert csv["text"].tolist()[2] == "Läuft"
    assert csv["text"].tolist()[4] == texts[2]
    assert historian.last([SP])[SP].text == "37.0"


def test_a_page_gets_spectra_thinned_out_with_their_extremes_and_told_how_many_there_are(
    page: TestClient, historian: Historian, t0: int
) -> None:
    axis = Axis("Wavelength", "nm", np.linspace(200, 900, 20_000))
    peak = np.zeros(20_000)
    peak[12_345] = 3.5
    peak[12_346] = np.nan
    historian.append(
        [acquired(t0, 1, [(PV, 0, Acquired(peak, axis)), (PV, 60, spectrum(2)), (SP, 0, spectrum(3))])]
    )
    historian.seal()
    historian.append([acquired(t0, 4, [(PV, 120, spectrum(4)), (PV, 120, spectrum(5))])])
    asked = {"start": iso(from_us(t0)), "end": iso(from_us(t0 + 3_600 * S))}
    assert page.get("/api/historian/spectra", params=asked).json() == {
        "channels": sorted([PV, SP]), "spectra": [], "count": 0, "conflicts": 0,
    }  # fmt: skip
    told = page.get("/api/historian/spectra", params={**asked, "tags": PV}).json()
    assert (told["count"], [len(one["x"]) for one in told["spectra"]][1:]) == (4, [1_024] * 3)
    first = told["spectra"][0]
    assert (first["axis"], first["axis_unit"], first["from_count"]) == ("Wavelength", "nm", 20_000)
    assert len(first["x"]) == len(first["y"]) < 2_600
    assert first["x"][first["y"].index(3.5)] == pytest.approx(axis.values[12_345])
    newest = page.get("/api/historian/spectra", params={**asked, "tags": PV, "most": 1}).json()
    assert [one["y"] for one in newest["spectra"]] == [spectrum(5).values.tolist()]
    assert page.get("/api/historian/spectra", params={**asked, "tags": PV, "most": 51}).status_code == 422
