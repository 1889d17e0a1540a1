"""A view of a database, a folder of files, a REST interface: read, bounded, and never written to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.server.test_two_titers import certificate
from tests.integration.systems.conftest import LabWare, Site
from tests.postgresql import Server

from titer.base.errors import Invalid, NotFound, Refused, TooLarge, Unavailable
from titer.systems import queries, reading
from titer.systems.reading import Bounds
from titer.systems.reading.view import ViewSettings, _engine, _reading_only, address

BOUNDS = Bounds(seconds=20)
HEADER = "RESULT_NO;SAMPLE_ID;ANALYSIS;ENTRY;UNITS;ENTERED_ON;PRODUCT;CHANGED_BY_JOB\n"


def rows(found: reading.Reading) -> list[dict[str, str | None]]:
    return [row for part in found.parts for row in part.rows]


def test_no_source_shows_the_installation_itself_whatever_leads_there(tmp_path: Path) -> None:
    """Its database holds password hashes, its folders keys; what a source shows is copied for many eyes."""
    own = tmp_path / "lab"
    own.mkdir()
    labware = LabWare(own / "kept.db")
    (tmp_path / "link").symlink_to(own)
    (own / "keys").mkdir()
    bounds = Bounds(seconds=20, own=own)
    for path in (labware.path, tmp_path / "link" / "kept.db", own / "keys" / ".." / "titer.db"):
        with pytest.raises(Refused, match="part of this installation"):
            reading.read("view", {"url": f"sqlite:///{path}", "view": "V_RESULT"}, "", bounds)
    for folder in (own, own / "keys", tmp_path / "link" / "keys"):
        with pytest.raises(Refused, match="part of this installation"):
            reading.read("file", {"folder": str(folder), "format": "csv"}, "", bounds)
    there = LabWare(tmp_path / "labware.db")
    assert rows(reading.read("view", {"url": f"sqlite:///{there.path}", "view": "V_RESULT"}, "", bounds))


# --- a view -----------------------------------------------------------------------------------------------------


def test_a_view_is_read_by_its_name_alone_however_it_is_called(tmp_path: Path) -> None:
    labware = LabWare(tmp_path / "labware.db")
    name = 'V"; DROP TABLE result; --'
    labware.do('CREATE VIEW "V""; DROP TABLE result; --" AS SELECT ENTRY AS "Größe ""x""" FROM result')
    found = reading.read("view", {"url": f"sqlite:///{labware.path}", "view": name}, "", BOUNDS)
    assert rows(found)[0] == {'Größe "x"': "4,10"}
    with pytest.raises(NotFound, match="shows no view NOWHERE"):
        reading.read("view", {"url": f"sqlite:///{labware.path}", "view": "NOWHERE"}, "", BOUNDS)
    with pytest.raises(TooLarge, match="more than 2 rows"):
        reading.read("view", {"url": f"sqlite:///{labware.path}", "view": "V_RESULT"}, "", Bounds(rows=2))


def test_a_cell_that_is_no_text_is_refused_and_a_fraction_keeps_what_it_is(tmp_path: Path) -> None:
    labware = LabWare(tmp_path / "labware.db")
    labware.do("CREATE VIEW N AS SELECT 0.1 AS x, 7 AS n, NULL AS nil")
    assert rows(reading.read("view", {"url": f"sqlite:///{labware.path}", "view": "N"}, "", BOUNDS)) == [
        {"x": "0.1", "n": "7", "nil": None}
    ]
    labware.do("CREATE VIEW B AS SELECT x'00ff' AS x")
    with pytest.raises(Invalid, match="row 1, column x: A bytes is no text"):
        reading.read("view", {"url": f"sqlite:///{labware.path}", "view": "B"}, "", BOUNDS)
    labware.do("CREATE VIEW Z AS SELECT 'a' || char(0) AS x")
    with pytest.raises(Invalid, match="the character NUL"):
        reading.read("view", {"url": f"sqlite:///{labware.path}", "view": "Z"}, "", BOUNDS)


def test_the_database_itself_refuses_whatever_would_write(tmp_path: Path) -> None:
    labware = LabWare(tmp_path / "labware.db")
    engine = _engine(address(f"sqlite:///{labware.path}"), BOUNDS)
    with (
        engine.connect() as connection,
        _reading_only(connection),
        pytest.raises(Exception, match=r"readonly|read-only|query_only"),
    ):
        connection.execute(text("DELETE FROM result"))
    engine.dispose()


@pytest.fixture
def lims(postgresql_server: Server) -> Iterator[str]:
    """A LIMS on PostgreSQL: its address. The role owns its table, and could write if the transaction let it."""
    server = postgresql_server
    with server.roles("lims"), server.empty() as name:
        server.run(f"ALTER DATABASE {name} OWNER TO lims")
        url = server.url("lims", name)
        engine = _plain(url.render_as_string())
        with engine.begin() as connection:
            connection.execute(
                text(
                    "CREATE TABLE lot (lot text, material text, at timestamptz, qty numeric, ok boolean, day date)"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO lot VALUES ('L-1', 'M', '2026-03-02T08:00:00+01', 5.10, true, '2026-03-02')"
                )
            )
            connection.execute(text('CREATE VIEW "Lots" AS SELECT * FROM lot'))
        engine.dispose()
        yield url.set(drivername="postgresql").render_as_string()


def _plain(url: str) -> Any:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    return create_engine(url, poolclass=NullPool)


def test_a_view_on_postgresql_is_read_with_every_digit_and_never_written(lims: str) -> None:
    found = reading.read("view", {"url": lims, "view": "Lots", "schema_name": "public"}, "", BOUNDS)
    assert rows(found) == [
        {
            "lot": "L-1",
            "material": "M",
            "at": "2026-03-02T07:00:00.000000Z",
            "qty": "5.10",
            "ok": "true",
            "day": "2026-03-02",
        }
    ]
    engine = _engine(address(lims), BOUNDS)
    with (
        engine.connect() as connection,
        _reading_only(connection),
        pytest.raises(Exception, match="read-only"),
    ):
        connection.execute(text("DELETE FROM lot"))
    engine.dispose()
    with pytest.raises(NotFound, match="no view Nowhere"):
        reading.read("view", {"url": lims, "view": "Nowhere"}, "", BOUNDS)
    with pytest.raises(Unavailable, match="does not answer as it should"):
        reading.read("view", {"url": lims.replace("lims@", "nobody@"), "view": "Lots"}, "", BOUNDS)


def test_an_address_bears_no_options_of_the_server() -> None:
    with pytest.raises(ValueError, match="no options"):
        ViewSettings(url="postgresql://db/lims?options=-c%20default_transaction_read_only%3Doff", view="V")


# --- files --------------------------------------------------------------------------------------------------------


def drop(folder: Path, name: str, *lines: str, encoding: str = "utf-8") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding=encoding)


def dropped(site: Site, folder: Path, **told: Any) -> str:
    settings = {"folder": str(folder), "pattern": "*.csv", "format": "csv", "delimiter": ";", **told}
    return site.source(kind="file", settings=settings)


FIRST = "1;S-1;GLUCOSE;4,10;g/L;2026-03-02 08:30:00;MAB-7;1"


def test_a_later_file_adds_to_those_before_it_and_what_it_changes_is_a_new_version(
    site: Site, tmp_path: Path
) -> None:
    site.declare()
    folder = tmp_path / "drop"
    drop(folder, "2026-03-01.csv", FIRST, FIRST.replace("1;S-1", "2;S-1"))
    source = dropped(site, folder)
    assert site.take(source).counts["new"] == 2
    drop(folder, "2026-03-02.csv", FIRST.replace("4,10", "4,20"))
    done = site.take(source)
    assert (done.counts["changed"], done.counts["unchanged"], done.counts["replaced"]) == (1, 1, 1)
    assert [part["name"] for part in done.parts] == ["2026-03-01.csv", "2026-03-02.csv"]
    with site.record.reading() as session:
        newest, _ = queries.copies(session, source, key="1")
        assert site.record.content.read(newest.raw_digest) == (folder / "2026-03-02.csv").read_bytes()
        assert newest.position == 1
    assert site.reconcile(source).outcome == "agrees"


def test_an_empty_or_missing_folder_is_no_deletion(site: Site, tmp_path: Path) -> None:
    site.declare()
    folder = tmp_path / "drop"
    drop(folder, "a.csv", FIRST)
    source = dropped(site, folder)
    site.take(source)
    (folder / "a.csv").unlink()
    for _ in range(2):
        with pytest.raises(Unavailable, match="nothing is taken for deleted"):
            site.systems.read(source)
        if folder.exists():
            folder.rmdir()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (HEADER + "1;S-1\n", "2 cells where the header names 8"),
        (HEADER + FIRST, "ends in the middle of a line"),
        ("A;A\n1;2\n", "names a column twice: A"),
        ("\n", "has no header"),
        (HEADER + '1;"S-1;x\n', "no CSV"),
        ("Größe\n1\n".encode("latin-1").decode("latin-1"), None),
    ],
)
def test_a_file_that_is_not_whole_is_refused_whole(data: str, why: str | None) -> None:
    settings = {"format": "csv", "delimiter": ";"}
    if why is None:
        with pytest.raises(Invalid, match="is not utf-8: byte 3"):
            reading.read_file(settings, "a.csv", data.encode("latin-1"), BOUNDS)
        found = reading.read_file(
            {**settings, "encoding": "latin-1"}, "a.csv", data.encode("latin-1"), BOUNDS
        )
        assert rows(found) == [{"Größe": "1"}]
        return
    with pytest.raises(Invalid, match=why):
        reading.read_file(settings, "a.csv", data.encode(), BOUNDS)


def test_json_lines_keep_the_digits_that_are_written() -> None:
    data = b'{"a": 1.10, "b": 12345678901234567890, "c": null, "d": true}\n\n{"a": "x"}\n'
    assert rows(reading.read_file({"format": "jsonl"}, "a.jsonl", data, BOUNDS)) == [
        {"a": "1.10", "b": "12345678901234567890", "c": None, "d": "true"},
        {"a": "x"},
    ]
    for wrong in (
        b'{"a": {"b": 1}}\n',
        b"[1]\n",
        b'{"a": 1, "a": 2}\n',
        b'{"a": NaN}\n',
        b"[" * 9000 + b"\n",
    ):
        with pytest.raises(Invalid):
            reading.read_file({"format": "jsonl"}, "a.jsonl", wrong, BOUNDS)
    with pytest.raises(TooLarge):
        reading.read_file({"format": "jsonl"}, "a.jsonl", data, Bounds(size=10))


# --- REST ---------------------------------------------------------------------------------------------------------


@dataclass
class Lims:
    """A LIMS's REST interface, over TLS."""

    pages: dict[str, Any] = field(default_factory=dict)
    heard: list[tuple[str, str | None]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/results", host: str = "127.0.0.1") -> str:
        return f"https://{host}:{self.port}{path}"


@contextmanager
def served(lims: Lims, cert: Path, key: Path) -> Iterator[Lims]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lims.heard.append((self.path, self.headers.get("Authorization")))
            found = lims.pages.get(self.path, (404, {}, b""))
            status, headers, body = (
                found if isinstance(found, tuple) else (200, {}, json.dumps(found).encode())
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    lims.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield lims
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def rest(tmp_path: Path) -> Iterator[tuple[Lims, Callable[..., reading.Reading]]]:
    """The interface, and a way to read it with its own certificate trusted."""
    cert, key = certificate(tmp_path, "lims")
    with served(Lims(), cert, key) as lims:

        def ask(*, bounds: Bounds = BOUNDS, **told: Any) -> reading.Reading:
            settings = {"url": lims.url(), "authority": str(cert), **told}
            return reading.read("rest", settings, "t0ken", bounds)

        yield lims, ask


def test_pages_are_followed_with_the_token_and_each_is_kept(
    rest: tuple[Lims, Callable[..., reading.Reading]],
) -> None:
    lims, ask = rest
    lims.pages = {
        "/results": {"items": [{"a": 1}], "next": "/results?page=2"},
        "/results?page=2": {"items": [{"a": 2}], "next": None},
    }
    found = ask()
    assert rows(found) == [{"a": "1"}, {"a": "2"}]
    assert [json.loads(part.raw)["items"] for part in found.parts] == [[{"a": 1}], [{"a": 2}]]
    assert lims.heard == [("/results", "Bearer t0ken"), ("/results?page=2", "Bearer t0ken")]


@pytest.mark.parametrize(
    ("page", "error", "why"),
    [
        ((302, {"Location": "https://elsewhere.example/"}, b""), Invalid, "sends us elsewhere"),
        ({"items": [], "next": "https://127.0.0.2/x"}, Invalid, "at another host"),
        ({"items": [], "next": "/results"}, Invalid, "names one before it"),
        ({"rows": []}, Invalid, "no member 'items'"),
        ({"items": {}}, Invalid, "no list"),
        ({"items": [], "next": {"page": 2}}, Invalid, "no address"),
        ((401, {}, b""), Unavailable, "answered 401"),
        ((200, {}, b"x" * 3000), TooLarge, "more than 2,000 bytes"),
        ({"items": [{"a": 1}] * 5}, TooLarge, "more than 3 rows"),
        ((200, {}, b"<html>"), Invalid, "no JSON"),
    ],
)
def test_an_answer_that_is_not_what_was_agreed_is_refused(
    rest: tuple[Lims, Callable[..., reading.Reading]], page: Any, error: type[Exception], why: str
) -> None:
    lims, ask = rest
    lims.pages = {"/results": page}
    with pytest.raises(error, match=why):
        ask(bounds=Bounds(size=2000, rows=3, seconds=20))
    assert [path for path, _ in lims.heard] == ["/results"]


def test_a_server_that_nobody_vouches_for_hears_no_token(
    rest: tuple[Lims, Callable[..., reading.Reading]],
) -> None:
    lims, ask = rest
    lims.pages = {"/results": {"items": []}}
    with pytest.raises(Unavailable, match="does not answer"):
        ask(authority=None)
    assert lims.heard == []
    for url, why in (
        ("http://lims.example/results", "without TLS only this machine"),
        ("https://ada:pw@lims.example/", "bears a password"),
        ("ftp://lims.example/", "no address"),
    ):
        with pytest.raises(Invalid, match=why):
            ask(url=url)


def test_results_come_over_rest_into_copies_and_both_sides_agree(
    site: Site, rest: tuple[Lims, Callable[..., reading.Reading]], tmp_path: Path
) -> None:
    lims, _ = rest
    site.declare()
    names = HEADER.strip().split(";")
    lims.pages = {"/results": {"items": [dict(zip(names, FIRST.split(";"), strict=True))]}}
    (authority,) = (
        path for path in tmp_path.iterdir() if path.is_file() and b"CERTIFICATE" in path.read_bytes()
    )
    source = site.source(
        kind="rest", settings={"url": lims.url(), "authority": str(authority)}, secret="t0ken"
    )
    assert site.take(source).counts["new"] == 1
    assert site.reconcile(source).outcome == "agrees"
    assert {token for _, token in lims.heard} == {"Bearer t0ken"}
    assert copies_value(site, source) == "4.10"


def copies_value(site: Site, source: str) -> str:
    with site.record.reading() as session:
        (copy,) = queries.copies(session, source)
        return str(copy.fields["value"]["value"])


@pytest.mark.parametrize(
    ("record_type", "system", "line", "columns"),
    [
        ("sample", "LabWare", "S-1", {"sample": "text"}),
        ("batch", "PAS-X", "B-1", {"batch": "text", "material": "text"}),
        ("material_lot", "SAP", "L-1", {"lot": "text", "material": "text"}),
        ("audit_trail", "Empower", "17", {"entry": "text", "who": "text", "what": "text"}),
    ],
)
def test_samples_batches_lots_and_audit_trails_come_in_the_same_way(
    site: Site, tmp_path: Path, record_type: str, system: str, line: str, columns: dict[str, str]
) -> None:
    site.declare(record_type, system)
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "a.csv").write_text(
        ",".join([*columns, "AT"]) + "\n" + ",".join([line] * len(columns)) + ",2026-03-02T08:00:00Z\n"
    )
    source = site.source(
        name=f"other-{record_type.replace('_', '-')}",
        system=system,
        record_type=record_type,
        kind="file",
        settings={"folder": str(folder), "format": "csv"},
        mapped={
            "key": [next(iter(columns))],
            "columns": [
                *({"column": name, "field": name, "kind": kind} for name, kind in columns.items()),
                {"column": "AT", "field": "time", "kind": "instant"},
            ],
        },
    )
    assert site.take(source).counts["new"] == 1
    assert site.reconcile(source).outcome == "agrees"
