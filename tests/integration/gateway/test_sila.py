"""The SiLA 2 server, asked by unitelabs-sila's client: found by itself, held to its bounds, and never twice."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree
from sila import client as sila
from sqlalchemy import select
from tests.conftest import DATABASE, new_engines
from tests.integration.gateway.sila import AUTHORIZATION, SUBMISSION, UUID, WORKLIST, Caller, Served
from tests.integration.lims.conftest import make_lab

from titer.base.errors import Invalid, Refused
from titer.connect.sila2.discovery import find
from titer.gateway.sila2 import limits
from titer.gateway.sila2.certificate import make_own
from titer.gateway.sila2.hub import Hub
from titer.gateway.sila2.server import LaboratoryServer
from titer.gateway.sila2.settings import SilaServerSettings
from titer.lims import ReportableResult, Sample, Submission
from titer.record import ContentObject
from titer.testing.connectors import patience

SHARED = Path(__file__).parents[4] / "shared" / "data" / "connect" / "sila2"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Served]:
    """One laboratory and its server for all tests here; each has a sample of its own."""
    folder = tmp_path_factory.mktemp("sila")
    with new_engines(os.environ.get(DATABASE, "sqlite"), folder, request) as (engine, _):
        made = Served(make_lab(folder, engine))
        yield made
        made.close()


@pytest.fixture
def served(shared: Served) -> Iterator[Served]:
    """The laboratory, with nobody in its way."""
    yield shared
    shared.between.cut = ""
    shared.lab.equipment.faults.clear()


@pytest.fixture
def sample(served: Served) -> str:
    """The number of a sample that waits for its titre."""
    return str(served.lab.sample("PLAN-TITRE").number)


def count(served: Served, sample: str) -> tuple[int, int]:
    """Submissions and results of a sample."""
    with served.lab.record.reading() as session:
        of = session.scalars(select(Sample.id).where(Sample.number == sample)).one()
        found = [
            session.scalars(select(table.id).where(table.sample_id == of)).all()
            for table in (Submission, ReportableResult)
        ]
    return len(found[0]), len(found[1])


async def open_work(station: Caller, sample: str) -> list[dict[str, Any]]:
    """What is to be done on a sample."""
    return [one for one in await station.work("READER", "TITRE-EXT") if one["Sample"] == sample]


def test_a_client_finds_the_features_lists_work_takes_it_and_submits_a_result(
    served: Served, sample: str
) -> None:
    raw = bytes(range(256)) * 12_000

    async def check() -> None:
        async with served.calling() as station, served.calling("other") as other:
            assert set(station.features) >= {WORKLIST, SUBMISSION, AUTHORIZATION}
            assert await station.client.get_server_uuid() == UUID
            with pytest.raises(sila.SiLAError, match="titer sila setup"):
                await station.client.set_server_name("mine")
            work = await open_work(station, sample)
            assert [(one["Sample"], one["Analysis"], one["Unit"], one["Taken"]) for one in work] == [
                (sample, "titre", "g/L", False),
                (sample, "aspect", "", False),
            ]
            assert work[0]["Due"] == "2026-03-03T08:00:00Z"
            tests = [one["Test"] for one in work]
            await station.call(WORKLIST, "TakeWork", Tests=tests, Instrument="READER")
            assert [one["Taken"] for one in await open_work(station, sample)] == [True, True]
            assert sample not in {one["Sample"] for one in await other.work()}
            files = [{"Name": "plate.csv", "Digest": await station.store(raw)}]
            receipt = await station.submit(sample, RawFiles=files)
            assert [(one["Test"], one["State"]) for one in receipt["Tests"]] == [
                (tests[0], "approved"),
                (tests[1], "approved"),
            ]
            again = await station.submit(sample, RawFiles=files)
            assert again == receipt | {"Repeated": True}
            assert sample not in {one["Sample"] for one in await station.work()}

    asyncio.run(check())
    with served.lab.record.reading() as session:
        kept = session.scalars(select(ContentObject.digest)).all()
        assert hashlib.sha256(raw).hexdigest() in kept
        result = session.scalars(select(ReportableResult).where(ReportableResult.analysis == "titre")).one()
        assert (result.text, result.unit, result.entered_by) == ("4.310", "g/L", "station")


def test_what_is_refused_is_refused_whole_by_an_error_that_the_feature_defines(
    served: Served, sample: str
) -> None:
    served.lab.equipment.faults["BROKEN"] = ["The calibration of BROKEN is due."]
    good = {"Analysis": "titre", "Value": "4.3", "Unit": "g/L"}

    async def check() -> None:
        async with served.calling() as station:
            for error, change in {
                "UnknownSample": {"Sample": "S-0"},
                "UnknownTest": {"Method": "NOTHING"},
                "WrongUnit": {"Values": [good | {"Unit": "mg/L"}]},
                "NotANumber": {"Values": [good | {"Value": "much"}]},
                "NotReady": {"Instrument": "BROKEN"},
                "ImplausibleTime": {"MeasuredAt": served.lab.clock.now().replace(year=2027)},
                "TestClosed": {"Values": [good, good]},
                "FileMissing": {"RawFiles": [{"Name": "x", "Digest": "0" * 64}]},
                "InvalidContent": {"Values": []},
            }.items():
                with pytest.raises(sila.DefinedExecutionError) as caught:
                    await station.submit(sample, **change)
                assert caught.value.fully_qualified_identifier == (
                    f"{SUBMISSION}/DefinedExecutionError/{error}"
                )
            assert count(served, sample) == (0, 0)
            await station.submit(sample)
            with pytest.raises(sila.DefinedExecutionError) as caught:
                await station.submit(sample, Values=[good])
            assert caught.value.fully_qualified_identifier.endswith("KeyReused")

    asyncio.run(check())


def test_whoever_bears_no_token_for_results_gets_nothing(served: Served, sample: str) -> None:

    handler = served.server._server._binary_transfer_handler
    before = set(handler._binaries)

    async def check() -> None:
        for name in ("dcs", "no token at all"):
            async with served.calling(name) as stranger:
                for call in (
                    stranger.work(),
                    stranger.submit(sample),
                    stranger.store(bytes(100)),
                    stranger.store(bytes(3 << 20)),
                ):
                    with pytest.raises(sila.SiLAError) as caught:
                        await call
                    assert "AccessToken" in str(
                        getattr(caught.value, "fully_qualified_identifier", caught.value)
                    )
        async with served.calling() as station:
            command = station.features[WORKLIST].commands["ListWork"]
            with pytest.raises(sila.SiLAError):
                await command.execute({"Instrument": "", "Method": ""})
        async with served.calling("ending") as station:
            await station.work()
            with served.lab.act("operator", "test.any") as unit:
                served.lab.identity.machines.revoke_token(unit, "ending")
            with pytest.raises(sila.DefinedExecutionError, match="not valid"):
                await station.work()

    asyncio.run(check())
    assert count(served, sample) == (0, 0)
    assert set(handler._binaries) <= before


def test_what_was_sent_while_the_hub_died_is_sent_again_and_counts_once(served: Served, sample: str) -> None:

    async def check() -> None:
        async with served.calling() as station:
            for cut, taken in (("before", 0), ("after", 1), ("after", 1)):
                served.between.cut = cut
                with pytest.raises(sila.DefinedExecutionError) as caught:
                    await station.submit(sample)
                assert caught.value.fully_qualified_identifier.endswith("LaboratorySilent")
                assert "same key" in str(caught.value)
                assert count(served, sample)[0] == taken
            served.between.cut = ""
            assert (await station.submit(sample))["Repeated"]

    asyncio.run(check())
    assert count(served, sample) == (1, 2)


def test_a_client_that_does_not_trust_the_certificate_or_does_not_encrypt_comes_to_nothing(
    served: Served,
) -> None:
    other = make_own(UUID, ["localhost", "127.0.0.1"], served.lab.clock.now().replace(year=2026))

    async def check() -> None:
        for change in ({"root_certificates": other.certificate}, {"tls": False, "root_certificates": None}):
            client = served.client(**change, default_timeout=3_000)
            with pytest.raises(sila.SiLAError):
                await client.open()
            await client.close()

    asyncio.run(check())


def test_uploads_have_bounds(served: Served, sample: str) -> None:
    handler = served.server._server._binary_transfer_handler
    parameter = f"{SUBMISSION}/Command/StoreRawFile/Parameter/RawFile"

    async def check() -> None:
        async with served.calling() as station:
            made = station.features[AUTHORIZATION].metadata["AccessToken"]
            token = await made.from_native(station.client, station.token)
            metadata = {made.rpc_header(): token.value.encode(number=1)}

            async def create(size: int, chunks: int) -> Any:
                request = sila.CreateBinaryRequest(size, chunks, parameter)
                return await asyncio.wrap_future(
                    asyncio.run_coroutine_threadsafe(handler.create_binary(request, metadata), served.loop)
                )

            for size, chunks in (
                (limits.LARGEST_BINARY + 1, 33),
                (10, 1 << 31),
                (10, 11),
                (limits.LARGEST_CHUNK + 1, 1),
                (0, 0),
            ):
                with pytest.raises(sila.BinaryUploadFailed):
                    await create(size, chunks)
            for one in handler._binaries.values():
                one.valid_for = -1
            first = await create(10, 2)
            for index, payload in ((0, b"123456"), (1, b"12345")):
                request = sila.UploadChunkRequest(first.binary_transfer_uuid, index, payload)
                sent = handler.upload_chunk(request)
                if index:
                    with pytest.raises(sila.BinaryUploadFailed, match="more came"):
                        await sent
                else:
                    await sent
            for _ in range(2):
                await create(limits.LARGEST_BINARY - 10, 64)
            with pytest.raises(sila.BinaryUploadFailed, match="Too much"):
                await create(20, 1)
            for one in handler._binaries.values():
                one.valid_for = -1
            await create(20, 1)
            assert len(handler._binaries) == 1
            with pytest.raises(sila.SiLAError):
                await station.submit("S" * (limits.LARGEST_MESSAGE + 1))

    asyncio.run(check())


def test_the_definitions_are_what_the_standard_says_a_definition_is(served: Served, sample: str) -> None:
    schemas = SHARED / "xsd_unitelabs_sila_0.13.0"
    found = sorted(schemas.rglob("FeatureDefinition.xsd"))
    if not found:
        pytest.skip(f"the schema of feature definitions is not in {schemas}")
    schema = etree.XMLSchema(etree.parse(found[0]))

    async def check() -> None:
        async with served.calling() as station:
            for name in station.features:
                text = await station.client.get_feature_definition(name)
                schema.assertValid(etree.fromstring(text.encode()))

    asyncio.run(check())


def test_a_server_without_tls_is_for_this_machine_alone() -> None:
    given = {"uuid": UUID, "unencrypted": True}
    assert SilaServerSettings.read(given).unencrypted
    with pytest.raises(Refused, match="does not encrypt"):
        SilaServerSettings.read({**given, "host": "192.0.2.7"})
    for wrong in ({"uuid": "mine"}, {}, {"uuid": UUID, "port": 70_000}, {"uuid": UUID, "tls": True}):
        with pytest.raises(Invalid):
            SilaServerSettings.read(wrong)


def test_a_server_that_announces_itself_is_found_with_its_certificate(tmp_path: Path) -> None:
    async def check() -> None:
        own = make_own(UUID, ["localhost", "127.0.0.1"], datetime.now(UTC))
        settings = SilaServerSettings.read({"port": 0, "uuid": UUID, "announce": True, "name": "Here"})
        hub = Hub("http://127.0.0.1:9")
        server = LaboratoryServer(settings, own, hub)
        port = await server.open()
        try:
            found = await find(min(600.0, 30 * patience()), interface="127.0.0.1", uuid=UUID)
        finally:
            await server.close()
            await hub.close()
        (one,) = [one for one in found if one.uuid == UUID]
        assert (one.name, one.address, one.port) == ("Here", "127.0.0.1", port)
        certificate = load_pem_x509_certificate(own.certificate)
        assert one.fingerprint == certificate.fingerprint(hashes.SHA256()).hex()

    asyncio.run(check())
