"""Single sign-on against a provider of the tests' own, with everything that can be wrong about its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import func, select
from tests.identity_provider import CLIENT, SECRET, IdentityProvider, serve, unsigned

from titer.base.clock import ManualClock
from titer.base.errors import Conflict, Invalid, Unavailable, WrongCredentials
from titer.record import AccessEvent, Actor, Identity, LoginSession, Person, Record
from titer.record.sso import settings
from titer.record.sso.model import ProviderLogIn
from titer.record.sso.provider import Provider
from titer.record.sso.service import LASTS, Begun, SingleSignOn

People = Callable[..., Actor]


@pytest.fixture
def provider(clock: ManualClock) -> Iterator[IdentityProvider]:
    with serve(lambda: clock.now().timestamp()) as made:
        yield made


def sign_on_of(record: Record, identity: Identity, provider: IdentityProvider, **more: Any) -> SingleSignOn:
    told = settings.read(
        {
            "issuer": provider.issuer,
            "client_id": CLIENT,
            "secret_file": "x",
            "redirect_uri": "http://127.0.0.1:1/api/session/provider/return",
            **more,
        }
    )
    return SingleSignOn(record, identity.sessions, Provider(told, SECRET))


@pytest.fixture
def sign_on(record: Record, identity: Identity, provider: IdentityProvider) -> Iterator[SingleSignOn]:
    made = sign_on_of(record, identity, provider)
    yield made
    made.provider.close()


@pytest.fixture
def quentin(sign_on: SingleSignOn, person: People) -> Actor:
    made = person("quentin", "quality")
    linked(sign_on, made)
    return made


def opened(identity: Identity, sign_on: SingleSignOn, provider: IdentityProvider) -> LoginSession:
    """The session that a log-in by way of the provider opens."""
    begun = sign_on.begin()
    state, code = provider.authorise(begun.address)
    logged_in = sign_on.finish(state=state, code=code, browser=begun.browser, remote="10.0.0.7")
    return identity.session(logged_in.token)[0]


def policy(record: Record, identity: Identity, **changes: Any) -> None:
    with record.action(Actor.timer("test"), "record.access_policy.change", reason="test") as unit:
        row = identity.policies.row(unit.session)
        identity.policies.change(unit, row.version if row else 0, **changes)


def linked(sign_on: SingleSignOn, who: Actor, subject: str = "subject-1") -> None:
    with sign_on.record.action(Actor.timer("test"), "record.person.change") as unit:
        sign_on.link(unit, who.id, subject, "test")


def log_in(sign_on: SingleSignOn, provider: IdentityProvider, begun: Begun | None = None) -> str:
    """Through the provider and back; the id of the person whose session it became."""
    begun = begun or sign_on.begin()
    state, code = provider.authorise(begun.address)
    return sign_on.finish(state=state, code=code, browser=begun.browser, remote="10.0.0.7").person_id


def refusals(record: Record) -> list[str]:
    with record.reading() as session:
        return [
            row.detail
            for row in session.scalars(select(AccessEvent).where(AccessEvent.kind == "sign_on_refused"))
        ]


def sessions(record: Record) -> int:
    with record.reading() as session:
        return session.scalar(select(func.count()).select_from(LoginSession)) or 0


def test_a_linked_person_logs_in_and_the_session_is_one_like_any_other(
    record: Record, identity: Identity, sign_on: SingleSignOn, provider: IdentityProvider, person: People
) -> None:
    ada = person("ada", "analyst")
    linked(sign_on, ada)
    begun = sign_on.begin()
    state, code = provider.authorise(begun.address)
    logged_in = sign_on.finish(state=state, code=code, browser=begun.browser, remote="10.0.0.7")
    row, who = identity.session(logged_in.token)
    assert (who.id, row.remote) == (ada.id, "10.0.0.7")
    assert refusals(record) == []


def _other_key(claims: dict[str, Any]) -> str:
    stranger = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256"}, claims, stranger)


def _shared_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


@pytest.mark.parametrize(
    ("spoil", "forge", "words"),
    [
        (lambda c: {**c, "nonce": "another"}, None, "nonce"),
        (lambda c: {k: v for k, v in c.items() if k != "nonce"}, None, "nonce"),
        (lambda c: {**c, "aud": "another"}, None, "aud"),
        (lambda c: {**c, "aud": [CLIENT, "another"], "azp": "another"}, None, "azp"),
        (lambda c: {**c, "iss": "http://127.0.0.1:1"}, None, "iss"),
        (lambda c: {**c, "exp": c["iat"] - 61}, None, "expired"),
        (lambda c: {**c, "iat": c["iat"] + 3600}, None, "in the future"),
        (lambda c: {k: v for k, v in c.items() if k != "exp"}, None, "exp"),
        (dict, unsigned, "none"),
        (dict, _shared_secret, ""),
        (dict, _other_key, ""),
        (dict, lambda claims: "no.token.at-all", ""),
    ],
    ids=[
        "wrong nonce", "no nonce", "wrong audience", "another's party", "wrong issuer", "expired", "from the future",
        "no end", "alg none", "signed with the client's secret", "another key", "no token",
    ],
)  # fmt: skip
def test_a_token_that_is_not_good_opens_no_session_and_the_refusal_is_entered(
    record: Record,
    sign_on: SingleSignOn,
    provider: IdentityProvider,
    person: People,
    spoil: Callable[[dict[str, Any]], dict[str, Any]],
    forge: Callable[[dict[str, Any]], str] | None,
    words: str,
) -> None:
    linked(sign_on, person("ada", "analyst"))
    provider.spoil, provider.forge = spoil, forge
    with pytest.raises(WrongCredentials, match="identity token is not good") as told:
        log_in(sign_on, provider)
    assert words in str(told.value).lower()
    assert len(refusals(record)) == 1
    assert sessions(record) == 0
    provider.spoil, provider.forge = dict, None
    log_in(sign_on, provider)


def test_an_answer_is_taken_once_in_time_and_from_the_browser_that_asked(
    record: Record, sign_on: SingleSignOn, provider: IdentityProvider, person: People, clock: ManualClock
) -> None:
    linked(sign_on, person("ada", "analyst"))
    begun = sign_on.begin()
    state, code = provider.authorise(begun.address)
    sign_on.finish(state=state, code=code, browser=begun.browser, remote="x")
    for again in ("replayed", "other browser", "late", "made up"):
        begun = begun if again == "replayed" else sign_on.begin()
        state, code = provider.authorise(begun.address)
        browser = "another" if again == "other browser" else begun.browser
        if again == "late":
            clock.advance(LASTS)
        if again == "made up":
            state = "invented"
        with pytest.raises(WrongCredentials, match="belongs to no log-in"):
            sign_on.finish(state=state, code=code, browser=browser, remote="x")
    assert len(refusals(record)) == 4
    assert sessions(record) == 1


def test_a_stolen_code_is_of_no_use_without_the_verifier(
    sign_on: SingleSignOn, provider: IdentityProvider, person: People
) -> None:
    """A code of one log-in injected into another fails at the provider's PKCE check."""
    linked(sign_on, person("ada", "analyst"))
    _, victims = provider.authorise(sign_on.begin().address)
    own = sign_on.begin()
    state, _ = provider.authorise(own.address)
    with pytest.raises(WrongCredentials, match="did not take the log-in"):
        sign_on.finish(state=state, code=victims, browser=own.browser, remote="x")


def test_the_provider_may_change_its_keys(
    sign_on: SingleSignOn, provider: IdentityProvider, person: People
) -> None:
    ada = person("ada", "analyst")
    linked(sign_on, ada)
    assert log_in(sign_on, provider) == ada.id
    provider.rotate()
    assert log_in(sign_on, provider) == ada.id
    assert provider.asked.count("/keys") == 2, "read again once, when an unknown key came"


def test_an_unknown_subject_is_refused_and_makes_nobody(
    record: Record, sign_on: SingleSignOn, provider: IdentityProvider, person: People
) -> None:
    person("ada", "analyst")
    provider.claims = {"email": "ada@plant.example", "email_verified": True}
    with pytest.raises(WrongCredentials, match="nobody here is linked"):
        log_in(sign_on, provider)
    with record.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_a_disabled_or_locked_person_stays_outside(
    record: Record, identity: Identity, sign_on: SingleSignOn, provider: IdentityProvider, person: People
) -> None:
    ada = person("ada", "analyst")
    linked(sign_on, ada)
    with record.action(Actor.timer("test"), "record.person.change") as unit:
        identity.set_active(unit, ada.id, active=False)
    with pytest.raises(WrongCredentials, match="disabled"):
        log_in(sign_on, provider)
    with record.action(Actor.timer("test"), "record.person.change") as unit:
        identity.set_active(unit, ada.id, active=True)
        unit.get(Person, ada.id).locked_at = unit.now
    with pytest.raises(WrongCredentials, match="locked"):
        log_in(sign_on, provider)


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        ({"email": "ada@plant.example", "email_verified": True}, True),
        ({"email": "ada@plant.example", "email_verified": False}, False),
        ({"email": "ada@plant.example"}, False),
        ({"email": "ada@plant.example", "email_verified": "true"}, False),
        ({"email": "ada@elsewhere.example", "email_verified": True}, False),
        ({"email": "Ada@plant.example", "email_verified": True}, False),
        ({"email": "eve.ada@plant.example", "email_verified": True}, False),
    ],
)
def test_the_first_log_in_links_by_an_exact_verified_claim_and_gives_no_right(
    record: Record,
    identity: Identity,
    provider: IdentityProvider,
    person: People,
    claims: dict[str, Any],
    good: bool,
) -> None:
    sign_on = sign_on_of(record, identity, provider, first_claim="email", first_suffix="@plant.example")
    ada = person("ada")
    provider.claims = claims
    try:
        if good:
            assert log_in(sign_on, provider) == ada.id
            provider.claims = {}
            assert log_in(sign_on, provider) == ada.id, "afterwards the subject alone counts"
            provider.subject, provider.claims = "subject-2", claims
            with pytest.raises(WrongCredentials, match="nobody here is linked"):
                log_in(sign_on, provider)
        else:
            with pytest.raises(WrongCredentials, match="nobody here is linked"):
                log_in(sign_on, provider)
        with record.reading() as session:
            assert record.roles_of(session, ada.id) == set()
    finally:
        sign_on.provider.close()


def test_one_subject_is_one_person_and_a_link_that_ended_is_not_made_again_by_itself(
    record: Record, identity: Identity, provider: IdentityProvider, person: People
) -> None:
    sign_on = sign_on_of(record, identity, provider, first_claim="email", first_suffix="@plant.example")
    ada, ben = person("ada"), person("ben")
    linked(sign_on, ada)
    with pytest.raises(Conflict, match="another person"):
        linked(sign_on, ben)
    with record.action(Actor.timer("test"), "record.person.change") as unit:
        sign_on.unlink(unit, ada.id)
    provider.claims = {"email": "ada@plant.example", "email_verified": True}
    with pytest.raises(WrongCredentials, match="nobody here is linked"):
        log_in(sign_on, provider)
    sign_on.provider.close()


def test_a_provider_that_is_away_or_another_is_said_to_be(
    record: Record, identity: Identity, provider: IdentityProvider
) -> None:
    away = sign_on_of(record, identity, provider, issuer="http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="cannot be used now"):
        away.begin()
    away.provider.close()
    other = sign_on_of(record, identity, provider)
    provider.issuer += "/elsewhere"
    with pytest.raises(Unavailable, match="not the one that was configured"):
        other.begin()
    other.provider.close()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"issuer": "http://plant.example"}, "https"),
        ({"redirect_uri": "http://plant.example/x"}, "https"),
        ({"colour": "blue"}, "Unknown settings"),
        ({"client_id": ""}, "Missing settings"),
        ({"first_claim": "email"}, "one domain"),
    ],
)
def test_settings_that_would_not_be_safe_are_refused(more: dict[str, Any], words: str) -> None:
    good = {
        "issuer": "https://id.example",
        "client_id": "t",
        "secret_file": "s",
        "redirect_uri": "https://t.example/",
    }
    settings.read(good)
    with pytest.raises(Invalid, match=words):
        settings.read({**good, **more})


def test_only_ten_minutes_and_a_thousand_log_ins_are_under_way(
    record: Record, sign_on: SingleSignOn, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from titer.record.sso import service
    from titer.record.sso.model import ProviderLogIn

    monkeypatch.setattr(service, "MOST_UNDER_WAY", 3)
    for _ in range(5):
        sign_on.begin()
        clock.advance(timedelta(seconds=1))
    with record.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProviderLogIn)) == 3
    clock.advance(LASTS)
    sign_on.begin()
    with record.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProviderLogIn)) == 1


# --- what the access policy asks, whichever way somebody came ---------------------------------------------------


def test_a_role_that_needs_a_second_factor_needs_it_after_the_provider_as_well(
    record: Record, identity: Identity, sign_on: SingleSignOn, provider: IdentityProvider, quentin: Actor
) -> None:
    assert opened(identity, sign_on, provider).limited_to is None
    policy(record, identity, factor_roles=("quality",))
    provider.claims = {"amr": ["pwd", "mfa"]}
    row = opened(identity, sign_on, provider)
    assert (row.limited_to, row.factors) == ("second_factor", ["provider"]), "the site relies on no such word"


def test_the_providers_second_factor_counts_in_the_words_that_the_site_relies_on_and_no_others(
    record: Record, identity: Identity, provider: IdentityProvider, sign_on: SingleSignOn, quentin: Actor
) -> None:
    policy(record, identity, factor_roles=("quality",))
    relying = sign_on_of(record, identity, provider, second_factor_amr=["mfa"])
    try:
        said: list[list[str]] = [[], ["pwd"], ["MFA"], ["mfa "]]
        for amr in said:
            provider.claims = {"amr": amr}
            assert opened(identity, relying, provider).limited_to == "second_factor", amr
        provider.claims = {"amr": ["pwd", "mfa"]}
        row = opened(identity, relying, provider)
        assert (row.limited_to, row.factors) == (None, ["provider", "provider_second_factor"])
    finally:
        relying.provider.close()


def test_a_password_that_is_too_old_is_changed_first_after_the_provider_as_well(
    record: Record, identity: Identity, sign_on: SingleSignOn, provider: IdentityProvider, quentin: Actor,
    clock: ManualClock,
) -> None:  # fmt: skip
    policy(record, identity, max_age_days=30)
    clock.set(clock.now() + timedelta(days=29))
    assert opened(identity, sign_on, provider).limited_to is None
    clock.set(clock.now() + timedelta(days=1))
    assert opened(identity, sign_on, provider).limited_to == "password"


def test_a_log_in_that_somebody_wrote_opens_nothing_without_the_providers_token(
    record: Record, sign_on: SingleSignOn, provider: IdentityProvider, quentin: Actor
) -> None:
    """Whoever owns the database writes a log-in under way with secrets of his own choice, and has no token for it."""
    with record.operational() as session:
        session.add(
            ProviderLogIn(
                state_hash=hashlib.sha256(b"state").hexdigest(),
                browser_hash=hashlib.sha256(b"browser").hexdigest(),
                nonce="nonce",
                verifier="v" * 64,
                begun_at=record.clock.now(),
            )
        )
    before = sessions(record)
    with pytest.raises(WrongCredentials, match="did not take the log-in"):
        sign_on.finish(state="state", code="made-up", browser="browser", remote="10.0.0.7")
    begun = sign_on.begin()
    with record.operational() as session:
        row = session.scalars(select(ProviderLogIn)).one()
        row.nonce = "another"
    state, code = provider.authorise(begun.address)
    with pytest.raises(WrongCredentials, match="nonce"):
        sign_on.finish(state=state, code=code, browser=begun.browser, remote="10.0.0.7")
    assert sessions(record) == before
