"""The server: the library's, with bounds of ours, and commands that ask the hub in the caller's own name."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import grpc.aio
from sila import server as sila
from sila.server.discovery import DiscoveryConfig

from titer import __version__
from titer.base.clock import iso
from titer.base.errors import NotAuthenticated, TiterError, Unavailable
from titer.connect.core.supervise import Once
from titer.gateway.sila2 import features, limits
from titer.gateway.sila2.binaries import BoundedBinaries
from titer.gateway.sila2.certificate import Own
from titer.gateway.sila2.hub import Hub, NotTaken
from titer.gateway.sila2.settings import SilaServerSettings

log = logging.getLogger("titer.sila")

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}")
_OPTIONS = {
    "grpc.max_receive_message_length": limits.LARGEST_MESSAGE,
    "grpc.max_send_message_length": limits.LARGEST_MESSAGE,
    "grpc.max_concurrent_streams": limits.MOST_STREAMS,
    "grpc.max_connection_idle_ms": int(limits.IDLE_S * 1000),
    "grpc.max_connection_age_ms": int(limits.LONGEST_CONNECTION_S * 1000),
    "grpc.server_handshake_timeout_ms": int(limits.HANDSHAKE_S * 1000),
    "grpc.so_reuseport": 0,
}


class _Service(sila.SiLAService):  # type: ignore[misc]
    """The core feature, whose name nobody changes who has shown no token: it stands in titer.yaml."""

    def set_server_name(self, server_name: str, **_: Any) -> None:
        """Refuse."""
        raise sila.UndefinedExecutionError(
            "The name of this server is not changed from outside. It is set with: titer sila setup --title NAME"
        )


class _Bounded(sila.Server):  # type: ignore[misc]
    """The library's server, with a bound on calls and uploads."""

    def __init__(self, config: Any) -> None:
        super().__init__(config, skip_sila_service=True)
        self._binary_transfer_handler = BoundedBinaries(self)
        self.port = 0
        self.register_feature(_Service())

    async def _start(self) -> None:
        config = self._config
        address = f"{config.hostname}:{config.port}"
        server = grpc.aio.server(options=list(_OPTIONS.items()), maximum_concurrent_rpcs=limits.MOST_AT_ONCE)
        if config.tls:
            pairs = [(config.private_key, config.certificate_chain)]
            port = server.add_secure_port(address, grpc.ssl_server_credentials(pairs))
        else:
            port = server.add_insecure_port(address)
        for service, handlers in self.protobuf.services.items():
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
        self._server, self.port = server, port
        self._address = f"{config.hostname}:{port}"
        await server.start()


class LaboratoryServer:
    """Offers the hub's open work over SiLA 2, and passes on what is submitted.

    It holds no token: the hub is asked with the one that the caller has sent, so the hub decides what that may do.

    Args:
        settings: from titer.yaml.
        own: certificate and key of this server; None where it does not encrypt.
        hub: is asked.
    """

    def __init__(self, settings: SilaServerSettings, own: Own | None, hub: Hub) -> None:
        self._settings = settings
        self._hub = hub
        self._once = Once(log, "hub")
        self._taking = features.errors_of(features.TAKING)
        self._submitting = features.errors_of(features.SUBMITTING)
        self._server = _Bounded(
            sila.ServerConfig(
                hostname=settings.host,
                port=settings.port,
                tls=own is not None,
                certificate_chain=own.certificate if own else None,
                private_key=own.key if own else None,
                uuid=settings.uuid,
                name=settings.name,
                type="TiterLaboratory",
                description="The laboratory of Titer: open work for other systems, and results from them.",
                version=__version__,
                vendor_url="https://titer.example",
            )
        )
        self._server.register_feature(features.authorization(self._require))
        self._server.register_feature(
            features.worklist(
                self._taking, list_work=self.list_work, take=self.take, give_back=self.give_back
            )
        )
        self._server.register_feature(
            features.submission(self._submitting, store=self.store, submit=self.submit)
        )
        self._discovery: Any = None

    async def open(self) -> int:
        """Listen; returns the port.

        Raises:
            Unavailable: if the port is taken or the address is none of this machine's.
        """
        try:
            await self._server.start()
        except RuntimeError as error:
            raise Unavailable(
                f"The SiLA server cannot listen on {self._settings.host}:{self._settings.port}.",
                why=str(error),
                do="Stop the program that uses the port, or choose another under sila in titer.yaml.",
            ) from error
        if self._settings.announce:
            heard_on = DiscoveryConfig(network_interfaces=self._interfaces())
            self._discovery = sila.Discovery(self._server, heard_on)
            await self._discovery.start()
        return int(self._server.port)

    def _interfaces(self) -> list[str] | None:
        """The address that the server listens on, where it is a single one; what else is announced goes to nobody."""
        host = self._settings.host
        return [host] if host not in ("0.0.0.0", "::", "localhost") else None  # noqa: S104 - it is compared

    async def close(self) -> None:
        """Listen no more; what is being passed on is finished first."""
        if self._discovery is not None:
            await self._discovery.stop()
        await self._server.stop(grace=2_000)

    # who calls ------------------------------------------------------------------------------------------

    async def _require(self, token: str, _handler: Any) -> None:
        """Refuse a call that bears no token of a machine that may submit."""
        if not _TOKEN.fullmatch(token):
            raise features.InvalidAccessToken("Send the token that Titer has issued: titer token issue.")
        try:
            await self._hub.submitter(token)
        except NotAuthenticated as error:
            raise features.InvalidAccessToken(str(error)) from None
        except Unavailable as error:
            self._once.fault(error)
            raise sila.UndefinedExecutionError(str(error)) from None
        self._once.well()

    # commands -------------------------------------------------------------------------------------------

    async def list_work(self, Instrument: str, Method: str, *, metadata: Mapping[Any, Any]) -> dict[str, Any]:
        """`ListWork`."""
        with self._errors(self._taking):
            found = await self._hub.worklist(_token(metadata), Instrument, Method)
        return {"Work": [_entry(one) for one in found]}

    async def take(self, Tests: list[str], Instrument: str, *, metadata: Mapping[Any, Any]) -> dict[str, Any]:
        """`TakeWork`."""
        with self._errors(self._taking):
            await self._hub.take(_token(metadata), list(Tests), Instrument)
        return {"Tests": list(Tests)}

    async def give_back(
        self, Tests: list[str], Reason: str, *, metadata: Mapping[Any, Any]
    ) -> dict[str, Any]:
        """`GiveBackWork`."""
        with self._errors(self._taking):
            await self._hub.give_back(_token(metadata), list(Tests), Reason)
        return {"Tests": list(Tests)}

    async def store(self, RawFile: bytes, *, metadata: Mapping[Any, Any]) -> dict[str, Any]:
        """`StoreRawFile`."""
        with self._errors(self._submitting):
            digest = await self._hub.keep(_token(metadata), bytes(RawFile))
        return {"Digest": digest}

    async def submit(self, *, metadata: Mapping[Any, Any], **given: Any) -> dict[str, Any]:
        """`SubmitResult`."""
        token = _token(metadata)
        with self._errors(self._submitting):
            told = await self._hub.submit(
                token,
                {
                    "key": given["Key"],
                    "sample": given["Sample"],
                    "method": given["Method"],
                    "instrument": given["Instrument"],
                    "measured_at": iso(_instant(given["MeasuredAt"])),
                    "values": [
                        {"analysis": one["Analysis"], "value": one["Value"], "unit": one["Unit"]}
                        for one in given["Values"]
                    ],
                    "files": [{"name": one["Name"], "digest": one["Digest"]} for one in given["RawFiles"]],
                },
            )
        return {
            "SubmissionId": told["submission_id"],
            "Digest": told["digest"],
            "Repeated": told["repeated"],
            "Tests": [
                {"Test": one["test"], "Analysis": one["analysis"], "State": one["state"]}
                for one in told["tests"]
            ],
        }

    def _errors(self, known: Mapping[str, Any]) -> _Telling:
        return _Telling(known, self._once)


class _Telling:
    """Turns what the hub refused into the error that the feature defines for it."""

    def __init__(self, known: Mapping[str, Any], once: Once) -> None:
        self._known, self._once = known, once

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            self._once.well()
        if isinstance(error, NotAuthenticated):
            raise features.InvalidAccessToken(str(error)) from None
        if isinstance(error, NotTaken):
            self._once.well()
            raise self._known.get(error.reason, self._known["invalid"])(str(error)) from None
        if isinstance(error, TiterError):
            self._once.fault(error)
            raise self._known["silent"](str(error)) from None


def _token(metadata: Mapping[Any, Any]) -> str:
    wanted = f"{features.AUTHORIZATION}/Metadata/AccessToken"
    return next(str(value) for name, value in metadata.items() if str(name) == wanted)


def _instant(given: datetime) -> datetime:
    """A SiLA time stamp as an instant; one without a zone is UTC (SiLA 2 part A, Timestamp bears a zone)."""
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)


def _entry(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Test": one["test"],
        "Sample": one["sample"],
        "Container": one["container"],
        "Place": one["place"],
        "SamplePoint": one["point"],
        "Method": one["method"],
        "MethodRevision": one["revision"],
        "Analysis": one["analysis"],
        "Title": one["title"],
        "Unit": one["unit"],
        "Capability": one["capability"],
        "SampledAt": one["sampled_at"] or "",
        "Due": one["due"] or "",
        "Taken": one["taken_for"] is not None,
    }
