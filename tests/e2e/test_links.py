"""Adding a connection by looking through a server: found, ticked in bulk, drafted, and recording."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from tests.e2e.conftest import PASSWORD, Screen, Served, faults, prove
from tests.peers import unitelabs_server
from tests.peers.plant_authority import Authority
from tests.peers.reactor_hall import GUARDED, hall

from titer.base.clock import SystemClock
from titer.connect.opcua.own import make_own
from titer.connect.opcua.trust import fingerprint, read
from titer.gateway.sila2 import certificate
from titer.testing.connectors import quiet_port

BENCH = "2f0d7c8e-51a4-4f0e-9a52-6d612d303101"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with hall() as address:
        yield address


def _sound(page: Any, name: str) -> None:
    assert faults(page, name) == []


def test_a_server_is_found_its_variables_are_ticked_in_bulk_and_the_connection_records(
    screen: Screen, links_server: Served, address: str
) -> None:
    page = screen("mehta")
    page.goto(f"{links_server.address}/links")
    page.get_by_role("link", name="Add an OPC UA server").click()
    page.get_by_label("Address").fill("opc.tcp://127.0.0.1:9")
    page.get_by_role("button", name="Look who answers").click()
    page.get_by_role("alert").get_by_text("Nothing that speaks OPC UA answers").wait_for()
    page.get_by_label("Address").fill(address)
    page.get_by_role("button", name="Look who answers").click()
    page.get_by_role("button", name=f"Use {address} with None").click()
    # An endpoint that anybody can read is looked through only when somebody says so.
    page.get_by_text("Anybody on the network can read and alter").wait_for()
    assert page.get_by_role("button", name="Open BR-7").count() == 0
    page.get_by_label("I accept that for this connection").check()
    page.get_by_role("button", name="Open BR-7").click()
    page.get_by_role("checkbox", name="Phase").check()
    page.get_by_text("enumeration").or_(page.get_by_text("idle / growth")).first.wait_for()
    page.get_by_role("button", name="All below BR-7").click()
    page.get_by_role("heading", name="Channels to record (6)").or_(
        page.get_by_text("Channels to record (6)")
    ).first.wait_for()
    page.get_by_text("The house does not know these units").wait_for()
    page.get_by_label("Name of the connection").fill("hall")
    page.get_by_label("Before each tag").fill("H1")
    _sound(page, "browse")
    page.get_by_role("button", name="Draft the connection").click()
    page.get_by_role("heading", name="hall", exact=True).wait_for()
    page.get_by_text("H1.BR-7.Probes_sensors.Temperature").first.wait_for()
    page.get_by_text("36.9").first.wait_for(timeout=60_000)
    page.get_by_role("img", name=re.compile(r"^Offset\. Offset: last [−-]?\d")).wait_for(timeout=90_000)
    _sound(page, "connection")

    # The connection's process is killed: that, and that another one was started, is shown.
    page.get_by_text("Its process ended last").wait_for()
    place = f"{links_server.folder}/connect/hall"
    listing = subprocess.run(
        ["ps", "-axwwo", "pid=,args="], capture_output=True, text=True, check=True
    ).stdout
    (pid,) = [int(line.split()[0]) for line in listing.splitlines() if line.endswith(f"core.process {place}")]
    os.kill(pid, signal.SIGKILL)
    page.get_by_text(re.compile(r"Ended by SIGKILL, started again.*\(1 in all\)")).wait_for(timeout=90_000)

    # What is recorded already is not offered again.
    page.get_by_role("link", name="Add channels").click()
    page.get_by_role("button", name="Open BR-7").click()
    page.get_by_text("recorded already").first.wait_for()
    assert page.get_by_role("checkbox", name="Phase").count() == 0
    _sound(page, "browse-more")


def _sign(page: Any, button: str, username: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").wait_for()
    dialog.get_by_label("Reason").fill("The fingerprint is the one that the reactor's display shows.")
    prove(dialog, PASSWORD, username)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_role("status").filter(has_text="Signed").wait_for()
    dialog.get_by_role("button", name="Close").last.click()


def test_an_encrypted_server_is_compared_drafted_refused_trusted_with_a_signature_and_distrusted(
    screen: Screen, links_server: Served
) -> None:
    own = make_own(GUARDED, ["127.0.0.1"], SystemClock().now(), title="Reactor hall", bits=2048)
    mark = fingerprint(read(own.certificate, "the hall's"))
    with hall(own) as address:
        page = screen("mehta")
        page.goto(f"{links_server.address}/links/add/opcua")
        page.get_by_label("Address").fill(address)
        page.get_by_role("button", name="Look who answers").click()
        page.get_by_role("button", name=f"Use {address} with Basic256Sha256").click()
        # Nothing is looked through before somebody has compared the fingerprint.
        page.get_by_text(" ".join(mark[at : at + 8] for at in range(0, 64, 8))).first.wait_for()
        assert page.get_by_role("button", name="Open BR-7").count() == 0
        _sound(page, "browse-encrypted")
        page.get_by_label("I have compared the fingerprint").check()
        page.get_by_role("button", name="Open BR-7").click(timeout=60_000)
        page.get_by_role("button", name="Open Probes & sensors").click()
        page.get_by_role("checkbox", name="Temperature").check()
        page.get_by_label("Name of the connection").fill("guarded")
        page.get_by_label("Before each tag").fill("G1")
        page.get_by_role("button", name="Draft the connection").click()
        page.get_by_role("heading", name="guarded", exact=True).wait_for()

        # It is refused, said on the connection's page, and the certificate stands on its own page.
        page.get_by_text("certificate is not trusted").first.wait_for(timeout=60_000)
        page.get_by_text("The certificate that it shows is not decided").wait_for(timeout=60_000)
        page.get_by_role("link", name="Look at it").click()
        page.get_by_role("heading", name="CN=Reactor hall").wait_for()
        page.get_by_text("It is signed by itself, so nobody else vouches for it.").first.wait_for()
        page.get_by_text("Titer connector host on").first.wait_for()
        _sound(page, "certificates")
        assert page.get_by_role("button", name="Trust", exact=True).count() == 0, "who drafts does not vouch"

        judge = screen("okafor")
        judge.goto(f"{links_server.address}/today")
        judge.get_by_text("Compare the instrument's certificate").first.wait_for(timeout=60_000)
        judge.goto(f"{links_server.address}/links/certificates")
        judge.get_by_role("heading", name="CN=Reactor hall").wait_for()
        _sign(judge, "Trust", "okafor")
        judge.get_by_role("button", name="Trust", exact=True).wait_for(state="detached")
        page.goto(f"{links_server.address}/links/guarded")
        page.get_by_text("36.9").first.wait_for(timeout=90_000)

        _sign(judge, "Trust no longer", "okafor")
        page.get_by_text("The certificate that it shows is distrusted").wait_for(timeout=60_000)
        page.get_by_text("certificate is not trusted").first.wait_for(timeout=60_000)
        _sound(page, "connection-distrusted")


def test_the_command_line_discovers_looks_through_and_lists_what_the_pages_show(
    links_server: Served, tmp_path: Path
) -> None:
    where = (
        "--dir",
        str(links_server.folder),
        "--port",
        links_server.address.rpartition(":")[2],
        "--as",
        "mehta",
    )

    def said(*words: str, code: int = 0, **more: str) -> str:
        environment = {**os.environ, "TITER_PASSWORD": PASSWORD, **more}
        done = subprocess.run(
            [Path(sys.executable).with_name("titer"), "connection", *words, *where],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    own = make_own(GUARDED, ["10.9.8.7"], SystemClock().now(), title="Reactor hall", bits=2048)
    mark = fingerprint(read(own.certificate, "the hall's"))
    with hall(own) as address:
        found = said("discover", address)
        assert f"{address}  Basic256Sha256 SignAndEncrypt" in found
        assert mark in found
        assert "It is for 10.9.8.7, and the address is 127.0.0.1." in found
        policy = ("--policy", "Basic256Sha256")
        assert "not trusted" in said("browse", address, *policy, code=1)
        out = tmp_path / "channels.yaml"
        said("browse", address, *policy, "--certificate", mark, "--out", str(out), "--prefix", "H2")
        assert "H2.BR-7.Probes_sensors.Temperature" in out.read_text()
        said(
            *("browse", address, *policy, "--certificate", mark, "--user", "ann"),
            TITER_SERVER_PASSWORD="drops",
        )
    file = tmp_path / "authority.der"
    file.write_bytes(
        make_own("urn:authority", [], SystemClock().now(), title="Plant CA", bits=2048).certificate
    )
    assert "is there, and not trusted yet" in said("certificate", str(file))
    listed = said("certificates")
    assert "not decided  CN=Plant CA" in listed
    assert "titer sign equipment_certificate" in listed
    own_file = tmp_path / "host.der"
    assert "install it at the instrument" in said("certificate", "--out", str(own_file))
    assert (
        read(own_file.read_bytes(), "the host's")
        .subject.rfc4514_string()
        .startswith("CN=Titer connector host")
    )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A SiLA 2 server over TLS in a process of its own; gives its port and its certificate."""
    own = certificate.make_own(BENCH, ["localhost", "127.0.0.1"], SystemClock().now())
    (tmp_path / "bench.pem").write_bytes(own.certificate)
    (tmp_path / "bench.key").write_bytes(own.key)
    port = quiet_port()
    serving = subprocess.Popen(
        [
            sys.executable,
            unitelabs_server.__file__,
            str(port),
            tmp_path / "bench.pem",
            tmp_path / "bench.key",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stdout is not None
        assert serving.stdout.readline() == "ready\n"
        yield port, tmp_path / "bench.pem"
    finally:
        serving.kill()
        serving.communicate()


def test_a_sila_server_is_looked_through_over_tls_and_its_properties_are_recorded(
    screen: Screen, links_server: Served, bench: tuple[int, Path]
) -> None:
    port, root = bench
    page = screen("mehta")
    page.goto(f"{links_server.address}/links")
    page.get_by_role("link", name="Add a SiLA 2 server").click()
    page.get_by_label("Network interface").fill("127.0.0.1")
    page.get_by_role("button", name="Listen on the network").click()
    page.get_by_text("Nobody announced").or_(
        page.get_by_role("button", name=re.compile("^Use "))
    ).first.wait_for()
    page.get_by_label("Host of the server").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(port))
    page.get_by_role("button", name="Look through it").click()
    page.get_by_role("alert").get_by_text("No SiLA 2 server answers").wait_for()
    page.get_by_label("Its certificate or its issuer's").fill(str(root))
    page.get_by_role("button", name="Look through it").click()
    page.get_by_role("heading", name="Properties of bench").wait_for()
    page.get_by_role("checkbox", name="Bench.Temperature").check()
    page.get_by_role("checkbox", name="Bench.State").check()
    page.get_by_text("Channels to record (2)").wait_for()
    _sound(page, "sila")
    page.get_by_label("Unit of Bench.Temperature").fill("degC")
    page.get_by_label("Name of the connection").fill("bench")
    page.get_by_role("button", name="Draft the connection").click()
    page.get_by_role("heading", name="bench", exact=True).wait_for()
    page.get_by_role("cell", name="Bench.State", exact=True).wait_for()
    page.get_by_text("Idle").first.wait_for()


def test_the_list_of_what_an_authority_took_back_is_brought_on_the_page_that_says_until_when_it_holds(
    screen: Screen, links_server: Served, tmp_path: Path
) -> None:
    plant = Authority()
    (tmp_path / "plant.der").write_bytes(plant.certificate)
    (tmp_path / "plant.crl").write_bytes(plant.took_back(3, 7))
    words = ("connection", "certificate", str(tmp_path / "plant.der"), "--dir", str(links_server.folder))
    port = str(urlparse(links_server.address).port)
    subprocess.run(
        [Path(sys.executable).with_name("titer"), *words, "--port", port, "--as", "mehta"],
        env={**os.environ, "TITER_PASSWORD": PASSWORD},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    page, judge = screen("mehta"), screen("okafor")
    page.goto(f"{links_server.address}/links/certificates")
    with page.expect_file_chooser() as choosing:
        page.get_by_label("List of an authority").click()
    choosing.value.set_files(tmp_path / "plant.crl")
    page.get_by_role("button", name="Bring it").click()
    page.get_by_role("alert").get_by_text("No authority that is trusted here signed").wait_for()

    judge.goto(f"{links_server.address}/links/certificates")
    judge.get_by_text("CN=Plant authority").first.click()
    judge.get_by_role("heading", name="CN=Plant authority").wait_for()
    _sign(judge, "Trust", "okafor")
    judge.get_by_role("button", name="Trust", exact=True).wait_for(state="detached")
    page.get_by_role("button", name="Bring it").click()
    page.get_by_text("The list of CN=Plant authority takes back 2.").wait_for()
    row = page.get_by_role("row").filter(has_text="CN=Plant authority")
    row.get_by_text("takes back 2, until").wait_for()
    _sound(page, "revocation-lists")


def test_the_page_says_which_connection_runs_on_which_edge_and_what_waits_there(
    screen: Screen, links_server: Served
) -> None:
    page = screen("mehta")
    page.goto(f"{links_server.address}/links")
    edge = page.get_by_role("row").filter(has_text="balance, turbidity")
    edge.get_by_text("nothing is taken from turbidity; the disk is nearly full").wait_for()
    for words in ("edge-lab2", "enrolled", "2,408,000 values, 43 MB", "189 MB"):
        edge.get_by_text(words).first.wait_for()
    page.get_by_role("row").filter(has_text="edge-lab3").get_by_text("invited").wait_for()
    for name in ("balance", "turbidity"):
        page.get_by_role("row").filter(has_text="on edge-lab2").filter(has_text=name).first.wait_for()
    _sound(page, "edges")
