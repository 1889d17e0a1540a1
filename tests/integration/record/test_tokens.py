"""A machine's token reaches as far as its scopes, until it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from titer.base.clock import ManualClock
from titer.base.errors import Invalid, NotAuthenticated, NotAuthorised
from titer.record import AccessEvent, Actor, Identity, Record
from titer.record.model import MachineToken

People = Callable[..., Actor]


def issue(record: Record, identity: Identity, *scopes: str, days: int | None = None) -> str:
    with record.action(Actor.timer("test"), "record.token.issue") as unit:
        until = unit.now + timedelta(days=days) if days is not None else None
        return identity.issue_token(unit, "host", scopes, until)


def refusals(record: Record) -> list[AccessEvent]:
    with record.reading() as session:
        return list(session.scalars(select(AccessEvent).where(AccessEvent.kind == "scope_refused")))


def test_a_token_with_too_small_a_scope_is_refused_for_want_of_a_right_and_the_attempt_is_entered(
    record: Record, identity: Identity, clock: ManualClock
) -> None:
    token = issue(record, identity, "observe")
    assert identity.machine(token, "observe", "10.0.0.7").name == "host"
    for _ in range(5):
        with pytest.raises(NotAuthorised) as told:
            identity.machine(token, "command", "10.0.0.7")
    assert told.value.why == "It takes the scope command; the token has observe."
    (entered,) = refusals(record)
    assert (entered.username, entered.remote) == ("host", "10.0.0.7")
    clock.advance(timedelta(minutes=2))
    with pytest.raises(NotAuthorised):
        identity.machine(token, "command", "10.0.0.7")
    assert len(refusals(record)) == 2


def test_a_wide_scope_brings_the_narrow_ones(record: Record, identity: Identity) -> None:
    token = issue(record, identity, "connect")
    assert {identity.machine(token, scope).name for scope in ("connect", "observe", "command")} == {"host"}


def test_a_token_ends_by_the_clock_and_its_end_cannot_be_moved_past_the_record(
    record: Record, identity: Identity, clock: ManualClock
) -> None:
    token = issue(record, identity, "connect", days=30)
    clock.advance(timedelta(days=30))
    with pytest.raises(NotAuthenticated, match="The token of host is over"):
        identity.machine(token, "connect")
    with record.action(Actor.timer("somebody"), "record.token.issue") as unit:
        unit.session.scalars(select(MachineToken)).one().expires_at = None
    with pytest.raises(NotAuthenticated, match="not valid"):
        identity.machine(token, "connect")


def test_it_is_known_when_and_from_where_a_token_was_last_used(
    record: Record, identity: Identity, clock: ManualClock
) -> None:
    token = issue(record, identity, "connect")
    with record.reading() as session:
        assert identity.machines.used(session) == {}
    for remote in ("10.0.0.7", "10.0.0.8"):
        identity.machine(token, "connect", remote)
        clock.advance(timedelta(minutes=1))
    with record.reading() as session:
        (used,) = identity.machines.used(session).values()
    assert (used.remote, used.used_at) == ("10.0.0.8", clock.now() - timedelta(minutes=1))


@pytest.mark.parametrize("scopes", [(), ("everything",), ("observe", "all")])
def test_a_token_has_scopes_that_exist(record: Record, identity: Identity, scopes: tuple[str, ...]) -> None:
    with pytest.raises(Invalid, match="Unknown scopes"):
        issue(record, identity, *scopes)
    with pytest.raises(Invalid, match="in the future"):
        issue(record, identity, "connect", days=-1)


def test_a_connector_hosts_token_names_its_host_and_cannot_be_bound_to_another_past_the_record(
    record: Record, identity: Identity
) -> None:
    token = issue(record, identity, "connect")
    assert identity.machine(token, "observe").host == "host", "the machine's own name where none is given"
    with record.action(Actor.timer("test"), "record.token.issue") as unit:
        named = identity.issue_token(unit, "host-2", ("observe",), host="hall-2")
        assert identity.issue_token(unit, "sister", ("witness",))
        with pytest.raises(Invalid, match="of no connector host"):
            identity.issue_token(unit, "sister", ("witness",), host="hall-2")
    assert identity.machine(named, "observe").host == "hall-2"
    with record.action(Actor.timer("somebody"), "record.token.issue") as unit:
        unit.session.scalars(select(MachineToken).where(MachineToken.name == "host-2")).one().host = "host"
    with pytest.raises(NotAuthenticated, match="not valid"):
        identity.machine(named, "observe")
