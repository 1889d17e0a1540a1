"""Pure decisions about identity: roles that go together, passwords, and what has to be proved on which occasion."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from titer.base.errors import Invalid, Refused
from titer.record.actions import ROLES
from titer.record.identity.common_passwords import COMMON
from titer.record.rights.rules import LONGEST_DELEGATION, RECERTIFY_EVERY, against_roles

LONGEST = 256
TOTP_STEP = 30
"""Seconds; RFC 6238, section 5.2."""
PRIMARY = ("password", "passkey", "badge", "pin")
"""Any one of these opens a session; badge and PIN on a registered terminal alone."""
SECOND = ("totp", "passkey", "badge")
"""What counts as a second factor: something that the person has; see `gives_second`."""
KNOWN = frozenset({"password", "pin"})
"""What a person knows."""
PROVIDER_SECOND = "provider_second_factor"
"""The provider says that it asked for a second factor, in a word that the site counts as one."""
ALL_MEANINGS = "*"


@dataclass(frozen=True)
class Policy:
    """What the installation asks (21 CFR 11.300(b), (d); NIST SP 800-63B).

    Args:
        minimum_length: of a password, in characters.
        max_age_days: after which a password must be changed; 0 for never.
        history: how many earlier passwords may not come back.
        temporary_passwords: a password that somebody else has set must be changed at the first log-in.
        max_failures: in a row, after which an account is locked.
        idle_minutes: after which a session ends.
        session_minutes: that a session lasts at the most.
        max_sessions: of one person at one time; the oldest ends when there are more. 0 for no limit.
        factor_roles: roles whose people log in with a second factor.
        factor_meanings: of signatures that ask for a second factor; `*` for all.
        factor_robots: whether the robots of a simulated installation are asked as people are.
        proof_minutes: how old the proof of identity may be where access is administered (`RECENT`); 0 for no limit.
        recertify_days: after which a person's roles are looked at again.
        delegation_days: that a delegation lasts at the most.
    """

    minimum_length: int = 10
    max_age_days: int = 365
    history: int = 5
    temporary_passwords: bool = False
    max_failures: int = 5
    idle_minutes: int = 30
    session_minutes: int = 720
    max_sessions: int = 10
    factor_roles: tuple[str, ...] = ()
    factor_meanings: tuple[str, ...] = ()
    factor_robots: bool = False
    proof_minutes: int = 0
    recertify_days: int = RECERTIFY_EVERY.days
    delegation_days: int = LONGEST_DELEGATION.days


BOUNDS: dict[str, tuple[int, int]] = {
    "minimum_length": (8, 64),
    "max_age_days": (0, 3650),
    "history": (0, 24),
    "max_failures": (3, 20),
    "idle_minutes": (1, 480),
    "session_minutes": (5, 1440),
    "max_sessions": (0, 100),
    "proof_minutes": (0, 480),
    "recertify_days": (30, 1095),
    "delegation_days": (1, 366),
}
"""The least and the most of each number of a policy."""


def check_policy(policy: Policy, meanings: set[str]) -> None:
    """Refuse a policy that is none.

    Args:
        policy: as it would be.
        meanings: of signatures that exist here.

    Raises:
        Invalid: naming the field.
    """
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(policy, name) <= most:
            raise Invalid(f"It lies between {least} and {most}.", where=name)
    if policy.idle_minutes > policy.session_minutes:
        raise Invalid("A session cannot be idle for longer than it lasts.", where="idle_minutes")
    strange = sorted(set(policy.factor_roles) - set(ROLES))
    if strange:
        raise Invalid(f"There is no role {', '.join(strange)}.", where="factor_roles")
    strange = sorted(set(policy.factor_meanings) - meanings - {ALL_MEANINGS})
    if strange:
        raise Invalid(f"Nothing is signed as {', '.join(strange)}.", where="factor_meanings")


def check_role(role: str, held: set[str]) -> None:
    """Refuse a role that does not exist, or conflicts with what is held or delegated to the person.

    Raises:
        Invalid: for an unknown role.
        Refused: if two roles conflict.
    """
    if role not in ROLES:
        raise Invalid(f"There is no role {role}.", do=f"Use one of: {', '.join(ROLES)}.")
    conflicts = against_roles(held | {role})
    if conflicts:
        together = " and ".join(sorted({conflicts[0].one, conflicts[0].other}))
        raise Refused(
            conflicts[0].why,
            why=f"{together.replace('_', ' ')} would come together.",
            do="Give the roles to two people.",
        )


def check_password(password: str, username: str, policy: Policy | None = None) -> None:
    """Refuse a password that is too easy.

    Raises:
        Invalid: if it is too short or too long, holds the user name, is one of those that everybody tries first,
            or has too few different characters.

    >>> check_password("correct horse battery", "ada")
    """
    least = (policy or Policy()).minimum_length
    if not least <= len(password) <= LONGEST:
        raise Invalid(f"A password has {least} to {LONGEST} characters.", where="password")
    plain = password.lower()
    if username.lower() in plain:
        raise Invalid("A password does not contain the user name.", where="password")
    if len(set(plain)) < 5 or plain in COMMON or plain.strip("0123456789!?.*#$ ") in COMMON:
        raise Invalid(
            "This password is among the first that anybody would try.",
            where="password",
            do="Take several words that have nothing to do with each other.",
        )


def must_change(
    policy: Policy, *, person_id: str, robot: bool, set_at: datetime, set_by: str, now: datetime
) -> str:
    """Why a person's password has to be changed before anything else; empty if it need not."""
    if robot:
        return ""
    if policy.max_age_days and now - set_at >= timedelta(days=policy.max_age_days):
        return f"Your password is older than {policy.max_age_days} days."
    if policy.temporary_passwords and set_by != person_id:
        return "Your password was set by somebody else."
    return ""


def asks_at_log_in(policy: Policy, *, roles: set[str], robot: bool, enrolled: set[str]) -> bool:
    """Whether a log-in takes a second factor: by role, and for everybody who has enrolled one."""
    if robot and not policy.factor_robots:
        return False
    return bool(roles & set(policy.factor_roles)) or bool(enrolled & {"totp", "passkey"})


def gives_second(proved: set[str]) -> bool:
    """Whether what was proved with holds a second factor.

    A passkey verifies its user besides. A badge is something that one has and nothing more, so it counts beside
    something that one knows: a badge that was found opens nothing that takes two factors.

    >>> gives_second({"badge"}), gives_second({"badge", "pin"}), gives_second({"passkey"})
    (False, True, True)
    """
    return bool(proved & {"totp", "passkey"}) or ("badge" in proved and bool(proved & KNOWN))


def limit(
    policy: Policy, *, must_change: bool, roles: set[str], robot: bool, enrolled: set[str], proved: set[str]
) -> str | None:
    """What a session is good for, where not for everything: `password`, or `second_factor`.

    Asked whichever way the session was opened, single sign-on included (docs/decisions/0022).

    Args:
        policy: of the installation.
        must_change: whether the password has to be changed first.
        roles: that the person holds.
        robot: whether it is one.
        enrolled: kinds of factors that the person has.
        proved: what was proved with.

    >>> limit(Policy(), must_change=False, roles=set(), robot=False, enrolled={"totp"}, proved={"provider"})
    'second_factor'
    """
    if must_change:
        return "password"
    asks = asks_at_log_in(policy, roles=roles, robot=robot, enrolled=enrolled)
    second = gives_second(proved) or PROVIDER_SECOND in proved
    return "second_factor" if asks and not second else None


EACH = "each"
"""The proof comes inside the request, each time, whatever the policy says."""
RECENT = "recent"
"""The proof is as old as the policy's `proof_minutes` at the most."""
FRESH_PROOF: Mapping[str, str] = {
    "record.access_policy.change": RECENT,
    "record.backup": EACH,
    "record.credential.give": EACH,
    "record.edge.invite": RECENT,
    "record.password.change": EACH,
    "record.person.change": RECENT,
    "record.person.create": RECENT,
    "record.role.assign": RECENT,
    "record.terminal.change": RECENT,
    "record.token.issue": RECENT,
}
"""Actions that take a fresh proof of identity, and which one: no action takes both (docs/decisions/0022).

`EACH` where somebody could act as another person afterwards, or leaves with everything; `RECENT` where access is
administered in one's own name.
"""


def is_fresh(
    verb: str,
    policy: Policy,
    *,
    given: bool,
    began: datetime,
    proved: set[str],
    robot: bool,
    now: datetime,
) -> bool:
    """Whether an action has the fresh proof that it takes.

    A session begins anew with each proof. The word of a provider is none: nobody knows when it asked for what.

    Args:
        verb: of the action.
        policy: of the installation.
        given: whether the request itself bore a proof that proved.
        began: when the session did.
        proved: what was proved with in the session.
        robot: whether the person is one.
        now: the time.

    >>> at = datetime(2026, 11, 23, 9)
    >>> one = {"began": at, "proved": {"password"}, "robot": False, "now": at}
    >>> is_fresh("record.credential.give", Policy(), given=False, **one)
    False
    >>> is_fresh("record.person.change", Policy(), given=False, **one)
    True
    """
    kind = FRESH_PROOF.get(verb)
    if kind is None or given:
        return True
    if kind == EACH:
        return False
    if not policy.proof_minutes or (robot and not policy.factor_robots):
        return True
    return bool(proved & set(PRIMARY)) and now - began <= timedelta(minutes=policy.proof_minutes)


def asks_at_signing(policy: Policy, *, meaning: str, robot: bool) -> bool:
    """Whether a signature of this meaning takes a second factor."""
    if robot and not policy.factor_robots:
        return False
    return ALL_MEANINGS in policy.factor_meanings or meaning in policy.factor_meanings


def identifies(session_factors: set[str], *, first: bool) -> tuple[str, ...]:
    """What identifies the signer beside the password: one of these; empty if nothing is asked.

    The user name at the first signing of a session (21 CFR 11.200(a)(1)(i)). Who came in with a badge or a PIN gives
    one of them at each: others stand at a terminal too, so its session is none under one person's control.

    Args:
        session_factors: what the session was opened with.
        first: whether nothing was signed in it yet.

    >>> identifies({"password"}, first=False), identifies({"pin"}, first=False)
    ((), ('badge', 'pin'))
    """
    if session_factors & {"badge", "pin"}:
        return ("badge", "pin")
    return ("username",) if first else ()


def totp_step(
    secret: str, code: str, at: int, after: int, *, digits: int = 6, digest: str = "sha1", drift: int = 1
) -> int | None:
    """The time step that a code belongs to, or None.

    A step that is not later than the last one used is no answer: a code is used once (RFC 6238, section 5.2).

    Args:
        secret: base32.
        code: as typed.
        at: seconds since 1970.
        after: the last step that was used.
        digits: of the code.
        digest: of the HMAC.
        drift: steps that the two clocks may lie apart.
    """
    import hashlib

    from pyotp import TOTP

    generator = TOTP(secret, digits=digits, digest=getattr(hashlib, digest), interval=TOTP_STEP)
    now = at // TOTP_STEP
    given = "".join(code.split()).encode()
    found = None
    for step in range(now - drift, now + drift + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), given) and step > after:
            found = step
    return found
