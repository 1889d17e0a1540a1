"""Time series that leave the house say the same in each format, to each client, and as of each moment."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import duckdb
import pandas
import polars
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from tests.integration.historian.reactor import PV, SP, S, frame

from titer.base.clock import from_us, iso
from titer.client import Refused, Titer
from titer.historian import Historian

DAY = 86_400 * S


@pytest.fixture
def filled(historian: Historian, t0: int) -> Historian:
    """Two days of one channel, the first one sealed, and three values of another that came a day late."""
    historian.append([frame(t0, 1, [float(n) for n in range(1000)])])
    historian.append([frame(t0 + DAY, 1001, [-1.5, float("nan")])])
    historian.seal()
    historian.append([frame(t0 + DAY, 1003, [7.25], at=10)])
    historian.append([frame(t0, 1004, [36.8, 36.9, 37.0], tag=SP)])
    return historian


def _export(page: TestClient, t0: int, form: str, **more: str) -> bytes:
    answer = page.get(
        "/api/historian/export",
        params={
            "tags": [SP, PV],
            "start": iso(from_us(t0 - S)),
            "end": iso(from_us(t0 + 2 * DAY)),
            "format": form,
            **more,
        },
    )
    assert answer.status_code == 200, answer.text
    return answer.content


def test_three_formats_say_the_same_to_readers_that_are_not_ours(
    page: TestClient, filled: Historian, t0: int
) -> None:
    arrow = pa.ipc.open_stream(io.BytesIO(_export(page, t0, "arrow"))).read_all()
    assert arrow.num_rows == 1006
    assert arrow.column("tag").to_pylist() == [SP] * 3 + [PV] * 1003
    times = arrow.column("source_time").cast(pa.int64()).to_pylist()
    assert times[3:] == sorted(times[3:])
    assert arrow.column("value").to_pylist()[-3:] == [-1.5, None, 7.25]
    assert set(arrow.column("unit").to_pylist()) == {"degC"}
    assert set(arrow.column("quality").to_pylist()) == {"good"}
    parquet = pq.read_table(io.BytesIO(_export(page, t0, "parquet")))
    assert parquet.equals(arrow)
    assert parquet.schema.metadata[b"titer.query"].startswith(b'{"as_of_us":null,"end_us":')
    csv = _export(page, t0, "csv")
    read = pa_csv.read_csv(io.BytesIO(csv), convert_options=pa_csv.ConvertOptions(strings_can_be_null=True))
    assert read.column("value").to_pylist() == arrow.column("value").to_pylist()
    assert read.column("source_time").cast(pa.timestamp("us", "UTC")).equals(arrow.column("source_time"))
    frame_of_polars = polars.read_csv(csv)
    assert frame_of_polars["value"].to_list() == arrow.column("value").to_pylist()
    counted = duckdb.connect().execute("select tag, count(*) from arrow group by tag order by tag").fetchall()
    assert counted == [(PV, 1003), (SP, 3)]


def test_an_export_as_of_a_moment_leaves_out_what_came_later(
    page: TestClient, filled: Historian, t0: int
) -> None:
    then = iso(from_us(t0 + DAY + 5 * S))
    arrow = pa.ipc.open_stream(io.BytesIO(_export(page, t0, "arrow", as_of=then))).read_all()
    assert arrow.filter(pa.compute.equal(arrow.column("tag"), PV)).num_rows == 1002
    trend = page.get(
        "/api/historian/trend",
        params={"tags": PV, "start": iso(from_us(t0)), "end": iso(from_us(t0 + 2 * DAY)), "as_of": then},
    ).json()
    assert trend["series"][0]["from_count"] == 1002


def test_a_notebook_gets_frames_of_pandas_and_polars(page: TestClient, filled: Historian, t0: int) -> None:
    titer = Titer("http://hub", client=page)
    start, end = from_us(t0), from_us(t0 + 2 * DAY)
    ours = titer.history([PV], start, end)
    assert isinstance(ours, pandas.DataFrame)
    assert ours["value"].iloc[-1] == 7.25
    assert ours["source_time"].iloc[0] == pandas.Timestamp(start)
    theirs = titer.history([PV], start, end, frame="polars")
    assert isinstance(theirs, polars.DataFrame)
    assert theirs.height == len(ours) == 1003
    wide = titer.aligned([SP, PV], start, start + timedelta(seconds=5), step=timedelta(seconds=1))
    assert list(wide.columns) == ["time", SP, PV, f"{SP}.quality", f"{PV}.quality"]
    assert wide[f"{SP}.quality"].tolist() == ["good"] * 5
    assert wide[PV].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert wide[SP].tolist() == [36.8, 36.9, 37.0, 37.0, 37.0]
    short = titer.aligned(
        [SP],
        start,
        start + timedelta(seconds=5),
        step=timedelta(seconds=1),
        max_age=timedelta(seconds=1),
        frame="arrow",
    )
    assert short.column(SP).to_pylist() == [36.8, 36.9, 37.0, 37.0, None]
    last = titer.last([PV, "unheard"])
    assert list(last) == [PV]
    assert (last[PV].value, last[PV].unit, last[PV].source_at) == (7.25, "degC", from_us(t0 + DAY + 10 * S))


def test_what_cannot_be_answered_is_refused_with_what_to_do(page: TestClient, t0: int) -> None:
    titer = Titer("http://hub", client=page)
    with pytest.raises(Refused, match="time zone") as naive:
        titer.history([PV], datetime(2026, 3, 2), datetime(2026, 3, 3, tzinfo=UTC))  # noqa: DTZ001
    assert naive.value.status == 422
    with pytest.raises(Refused, match="end lies behind"):
        titer.history([PV], from_us(t0), from_us(t0))
    with pytest.raises(Refused, match="not written as xlsx"):
        titer._answer(
            page.get(
                "/api/historian/export",
                params={"tags": PV, "start": iso(from_us(t0)), "end": iso(from_us(t0 + S)), "format": "xlsx"},
            )
        )
    page.cookies.clear()
    with pytest.raises(Refused) as stranger:
        titer.last([PV])
    assert stranger.value.status == 401
