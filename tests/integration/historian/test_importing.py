"""History from a file: refused whole or stored whole, once, and compared with the store."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from tests.integration.historian.reactor import ANN, PV, SP, S, frame

from titer.base.clock import from_us, iso
from titer.historian import Historian, importing
from titer.historian.model import HistorianImport
from titer.historian.reading import Layout
from titer.record import ContentObject, Record


def _send(page: TestClient, data: bytes, piece: int = 1 << 20) -> str:
    digest = hashlib.sha256(data).hexdigest()
    for at in range(0, len(data), piece):
        answer = page.put(
            f"/api/historian/incoming/{digest}",
            params={"offset": at},
            content=data[at : at + piece],
            headers={"Content-Type": "application/octet-stream"},
        )
        assert answer.status_code == 200, answer.text
    return digest


def _import(page: TestClient, data: bytes, kind: str = "csv", **layout: Any) -> dict[str, Any]:
    digest = _send(page, data)
    body = {
        "digest": digest,
        "file_name": f"old.{kind}",
        "kind": kind,
        "reason": "the old historian",
        **layout,
    }
    answer = page.post("/api/historian/imports", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    return told


def _csv(*rows: str, header: str = "tag,time,value") -> bytes:
    return ("\n".join([header, *rows]) + "\n").encode()


def test_rows_come_in_once_and_the_report_compares_them(
    page: TestClient, historian: Historian, record: Record, t0: int
) -> None:
    historian.append([frame(t0, 1, [1.0, 2.0, 3.0])])
    rows = [f"{PV},{iso(from_us(t0 + n * S))},{value}" for n, value in enumerate((1.0, 2.5, 3.0, 4.0, 5.0))]
    told = _import(page, _csv(*rows))["import"]
    assert (told["row_count"], told["found_count"], told["conflict_count"]) == (5, 4, 1)
    assert told["tags"] == [PV]
    table = historian.read([PV], t0, t0 + 10 * S)
    assert table.column("value").to_pylist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert table.column("origin").to_pylist() == [0, 0, 0, 3, 3]
    ((first, other),) = historian.conflicts([PV], t0, t0 + 10 * S)
    assert (first.value, other.value) == (2.0, 2.5)
    with record.reading() as session:
        row = session.scalars(select(HistorianImport)).one()
        assert record.content.read(row.digest) == _csv(*rows)
        kept = session.scalars(select(ContentObject).where(ContentObject.digest == row.digest)).one()
        assert (kept.media_type, kept.origin) == ("text/csv", "history: old.csv")
    again = page.post(
        "/api/historian/imports",
        json={"digest": row.digest, "file_name": "old.csv", "kind": "csv", "reason": "again"},
    )
    assert again.status_code == 409
    assert "imported before" in again.json()["detail"]


def test_an_import_that_was_cut_short_goes_on_and_doubles_nothing(
    page: TestClient, historian: Historian, monkeypatch: pytest.MonkeyPatch, t0: int
) -> None:
    monkeypatch.setattr("titer.historian.reading.BATCH", 100)
    rows = [f"{PV},{iso(from_us(t0 + n * S))},{n}" for n in range(1000)]
    digest = _send(page, _csv(*rows))
    body = {"digest": digest, "file_name": "old.csv", "kind": "csv", "reason": "the old historian"}
    with historian.record.action(ANN, importing.ACTION) as unit:
        importing.begin(unit, historian, digest, "old.csv", Layout("csv"))
    going = importing.run(historian, ANN, digest, {PV: "degC"})
    storing = list(iter(lambda: next(going), importing.Progress("storing", 300, 1000)))
    assert {one.doing for one in storing} == {"checking", "storing"}
    going.close()
    assert historian.read([PV], t0, t0 + 2000 * S).num_rows == 300
    assert page.get(f"/api/historian/incoming/{digest}").json()["bytes"] == len(_csv(*rows))
    told = json.loads(page.post("/api/historian/imports", json=body).text.splitlines()[-1])["import"]
    assert (told["row_count"], told["found_count"]) == (1000, 1000)
    assert historian.read([PV], t0, t0 + 2000 * S).column("value").to_pylist() == [
        float(n) for n in range(1000)
    ]


@pytest.mark.parametrize(
    ("data", "layout", "said"),
    [
        (
            _csv(f"{PV},2026-03-02T08:00:00Z,1", "BR-999.X,2026-03-02T08:00:00Z,2"),
            {},
            "no channel of this plant",
        ),
        (_csv(f"{PV},2026-03-02T08:00:00Z,warm"), {}, "cannot be read as csv"),
        (_csv(f"{PV},2026-03-02T08:00:00,1"), {}, "cannot be read as csv"),
        (_csv(f"{PV},2026-03-29T02:30:00,1"), {"zone": "Europe/Zurich"}, "cannot be read as csv"),
        (_csv(f"{PV},2026-03-02T08:00:00,1"), {"zone": "Mars/Olympus"}, "no time zone"),
        (_csv(f"{PV},17724,1"), {"epoch": "d"}, "no unit of time"),
        (_csv(f"{PV},99999999999999999,1"), {"epoch": "s"}, "beyond what is kept"),
        (
            _csv(f"{PV},2026-03-02T08:00:00Z,310,K", header="tag,time,value,unit"),
            {},
            "is in K there, and in degC",
        ),
        (_csv(f"{PV},2026-03-02T08:00:00Z,1,fine", header="tag,time,value,quality"), {}, "no quality"),
        (_csv(f"{PV},2026-03-02T08:00:00Z,1", header="name,time,value"), {}, "no column 'tag'"),
        (_csv(f"{PV},,1"), {}, "no time"),
        (_csv(",2026-03-02T08:00:00Z,1"), {}, "names no channel"),
        (_csv(), {}, "holds no values"),
        (_csv("a,b,c", header="tag,time,time"), {}, "two columns 'time'"),
        (b"\xff\xfe\x00tag,time,value\n", {}, "no UTF-8"),
        (b"PAR1" + bytes(100), {"kind": "parquet"}, "cannot be read as parquet"),
    ],
)
def test_what_cannot_be_understood_is_refused_whole_and_stores_nothing(
    page: TestClient, historian: Historian, data: bytes, layout: dict[str, Any], said: str
) -> None:
    digest = _send(page, data)
    body = {"digest": digest, "file_name": "old", "kind": "csv", "reason": "the old historian", **layout}
    answer = page.post("/api/historian/imports", json=body)
    told = answer.json() if answer.status_code >= 400 else json.loads(answer.text.splitlines()[-1])["problem"]
    assert said in (told.get("detail") or told.get("what"))
    assert not historian.store.pending()
    assert historian.segments(-(2**60), 2**60) == []


def test_parquet_of_others_wide_and_long_with_times_of_each_kind(
    page: TestClient, historian: Historian, t0: int
) -> None:
    times = t0 + np.arange(1000) * 60 * S
    wide = pa.table(
        {
            "Timestamp": pa.array(times).cast(pa.timestamp("us")),
            "T": pa.array(np.linspace(36, 37, 1000)),
            SP: pa.array([37.0 if n % 10 == 0 else None for n in range(1000)]),
        }
    )
    sink = io.BytesIO()
    pq.write_table(wide, sink)
    told = _import(
        page, sink.getvalue(), "parquet", wide=True, zone="UTC", columns={"time": "Timestamp", PV: "T"}
    )["import"]
    assert (told["row_count"], told["found_count"], told["conflict_count"]) == (1100, 1100, 0)
    assert historian.read([SP], t0, t0 + 10**12).num_rows == 100
    assert historian.read([PV], t0, t0 + 10**12).column("value").to_numpy() == pytest.approx(
        np.linspace(36, 37, 1000), abs=0
    )
    long = pa.table({"tag": [PV] * 3, "ms": [(t0 - S * n) // 1000 for n in (1, 2, 3)], "value": [1, 2, 3]})
    sink = io.BytesIO()
    pq.write_table(long, sink)
    told = _import(page, sink.getvalue(), "parquet", epoch="ms", columns={"time": "ms"})["import"]
    assert told["found_count"] == 3
    assert historian.read([PV], t0 - 3 * S, t0).column("value").to_pylist() == [3.0, 2.0, 1.0]


def test_texts_qualities_and_numbers_that_are_none(page: TestClient, historian: Historian, t0: int) -> None:
    stamp = [iso(from_us(t0 + n * S)) for n in range(4)]
    data = _csv(
        f'{PV},{stamp[0]},,"rinse, then hold",',
        f"{PV},{stamp[1]},,,",
        f"{PV},{stamp[2]},inf,,good",
        f"{PV},{stamp[3]},36.9,,uncertain",
        header="tag,time,value,text,quality",
    )
    assert _import(page, data)["import"]["found_count"] == 4
    table = historian.read([PV], t0, t0 + 10 * S)
    assert table.column("text").to_pylist() == ["rinse, then hold", None, None, None]
    assert table.column("quality").to_pylist() == [0, 2, 2, 1]
    assert table.column("status").to_pylist() == [0, 0x80000000, 0x80000000, 0x40000000]


def test_pieces_must_follow_one_another_and_be_what_was_told(page: TestClient, historian: Historian) -> None:
    digest = hashlib.sha256(b"abcdef").hexdigest()
    put = {"Content-Type": "application/octet-stream"}
    path = f"/api/historian/incoming/{digest}"
    assert page.put(path, params={"offset": 0}, content=b"abc", headers=put).json()["bytes"] == 3
    assert page.put(path, params={"offset": 0}, content=b"abc", headers=put).status_code == 409
    assert page.put(path, params={"offset": 3}, content=b"xyz", headers=put).json()["bytes"] == 6
    body = {"digest": digest, "file_name": "old.csv", "kind": "csv", "reason": "the old historian"}
    answer = page.post("/api/historian/imports", json=body)
    assert answer.status_code == 422
    assert "another digest" in answer.json()["detail"]
    assert not list(historian.record.content.folder.glob("*/*")), "nothing of it is kept"
    assert page.put("/api/historian/incoming/..%2f..%2fx", content=b"x", headers=put).status_code in (
        404,
        422,
    )
    assert importing.take_piece(historian, digest, 0, b"") == 0


def test_files_that_wait_for_their_import_have_a_bound_together(
    page: TestClient, historian: Historian, t0: int
) -> None:
    data = _csv(f"{PV},{iso(from_us(t0))},36.9")
    historian.largest_history = len(data) + 10
    put = {"Content-Type": "application/octet-stream"}

    def send(name: bytes, offset: int, part: bytes) -> Any:
        path = f"/api/historian/incoming/{hashlib.sha256(name).hexdigest()}"
        return page.put(path, params={"offset": offset}, content=part, headers=put)

    assert send(b"forgotten", 0, b"x" * 6).json() == {"bytes": 6, "most": len(data) + 10}
    assert send(b"endless", 0, b"y" * 4).json()["bytes"] == 4
    refused = send(b"endless", 4, b"y" * (len(data) + 1))
    assert (refused.status_code, refused.headers["content-type"]) == (413, "application/problem+json")
    told = refused.json()
    assert (told["title"], told["where"]) == ("Too large", "body")
    assert f"{len(data) + 10:,} bytes" in told["detail"]
    assert "others that came in and were not imported have 6." in told["why"]
    assert "largest_history" in told["do"]
    assert page.get(f"/api/historian/incoming/{hashlib.sha256(b'endless').hexdigest()}").json()["bytes"] == 4
    assert _import(page, data)["import"]["found_count"] == 1, "what fits comes in as before"
    assert send(b"endless", 4, b"y" * 9).json()["bytes"] == 13, "and takes no room any more"
