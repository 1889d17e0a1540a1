"""PostgreSQL 15 or newer as the record's database: connections, roles, and the triggers that write the ledger.

Everything that is particular to PostgreSQL is here (docs/decisions/0007). The triggers compose the entry themselves,
out of the action that the transaction states in the setting `titer.action`. Anybody who may write may set a setting,
so the statement bears a keyed digest over itself and the transaction's number: who has stolen the password of
the runtime role, and not the installation's keys, writes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement
from sqlalchemy.types import TypeEngine

from titer.base.errors import Invalid, Unavailable
from titer.record.database import Entered, Opening, Slot, class_sql, event_sql, hold_sql, sent, slot

NAME = "PostgreSQL"
ONE_WRITER = False
ACTION: dict[str, Any] = {"isolation_level": "SERIALIZABLE"}
OPERATIONAL: dict[str, Any] = {"isolation_level": "READ COMMITTED"}
READING: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
RAW_BODY = "convert_to(body, 'UTF8')"
_CHUNK = 4096
KEY_LENGTH = 32
_LONGEST_NAME = 63
_SEPARATOR = "\x1f"
"""Between the parts of a stated action; canonical JSON never holds it unescaped."""
_SETTINGS = {
    "search_path": "public,pg_temp",
    "synchronous_commit": "on",
    "standard_conforming_strings": "on",
    "timezone": "UTC",
    "jit": "off",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "10min",
}
_DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS"
_TRIGGER = _DEFINER.replace(" AS", " SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS")
"""A trigger's statements are planned once a connection, in a way that fits one row and a hundred thousand."""

BEFORE_TABLES = (
    "CREATE TABLE titer_action_key (inner_pad BYTEA NOT NULL, outer_pad BYTEA NOT NULL)",
    "CREATE UNIQUE INDEX titer_action_key_is_one ON titer_action_key ((true))",
    """CREATE FUNCTION titer_refuse() RETURNS trigger LANGUAGE plpgsql AS $titer$
BEGIN
  RAISE EXCEPTION USING MESSAGE = 'titer: ' || TG_TABLE_NAME || ' ' || TG_ARGV[0];
END $titer$""",
)
AFTER_TABLES = (
    # The parts of the open action's entries, once a statement; what it checks is in `open_action`.
    f"""CREATE FUNCTION titer_action() RETURNS text[] {_DEFINER} $titer$
DECLARE
  stated text := coalesce(current_setting('titer.action', true), '');
  xact text := pg_current_xact_id()::text;
  proof text;
BEGIN
  IF stated = '' THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: no action is open, so nothing may be written';
  END IF;
  SELECT encode(sha256(outer_pad || sha256(inner_pad || convert_to(xact || substr(stated, 65), 'UTF8'))), 'hex')
    INTO proof FROM titer_action_key;
  IF proof IS NULL OR proof <> substr(stated, 1, 64) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the open action was not opened by this installation';
  END IF;
  RETURN string_to_array(substr(stated, 66), chr(31));
END $titer$""",
    # When an id was given, and whether a row's time is over by the time of the open action: `titer.record.due`. What
    # cannot be read as a date is kept.
    f"""CREATE FUNCTION titer_made(id text) RETURNS bigint {_DEFINER} $titer$
BEGIN
  RETURN ('x' || substr(replace(id, '-', ''), 1, 12))::bit(48)::bigint * 1000;
EXCEPTION WHEN data_exception THEN RETURN NULL;
END $titer$""",
    f"""CREATE FUNCTION titer_over(since bigint, years bigint, stated text) RETURNS boolean {_DEFINER} $titer$
DECLARE
  began timestamp := timestamp 'epoch' + make_interval(secs => since / 1000000)
    + mod(since, 1000000) * interval '1 microsecond';
  due timestamp := began + make_interval(years => years::integer);
BEGIN
  IF to_char(began, 'MMDD') = '0229' AND to_char(due, 'MMDD') = '0228' THEN
    due := due + interval '1 day';
  END IF;
  RETURN coalesce(substring(stated FROM '"time":"([^"]+)"')::timestamptz AT TIME ZONE 'UTC' >= due, false);
END $titer$""",
    # A message's number is the next one, whatever the writer asked for: without gaps, so that one that is gone shows.
    f"""CREATE FUNCTION titer_next_message() RETURNS trigger {_DEFINER} $titer$
BEGIN
  NEW.position := coalesce((SELECT max(position) FROM record_outbox), 0) + 1;
  RETURN NEW;
END $titer$""",
    # What the transaction has entered, so that the action can vouch for it without reading the ledger: a reader of
    # its end would stand in every other writer's way.
    f"""CREATE FUNCTION titer_tell() RETURNS trigger {_DEFINER} $titer$
DECLARE
  told text[] := string_to_array(coalesce(current_setting('titer.entered', true), ''), ' ');
  first bigint := coalesce(told[1], '0')::bigint;
  last bigint := coalesce(told[2], '0')::bigint;
  made bigint := coalesce(told[3], '0')::bigint;
  chain bytea := decode(coalesce(told[4], ''), 'hex');
  entry record;
BEGIN
  FOR entry IN SELECT n.seq, sha256(decode('00', 'hex') || convert_to(n.body, 'UTF8')) AS leaf
      FROM titer_new n ORDER BY n.seq LOOP
    IF made = 0 THEN
      first := entry.seq;
      chain := entry.leaf;
    ELSE
      chain := sha256(chain || entry.leaf);
    END IF;
    last := entry.seq;
    made := made + 1;
  END LOOP;
  PERFORM set_config('titer.entered', first || ' ' || last || ' ' || made || ' ' || encode(chain, 'hex'), true);
  RETURN NULL;
END $titer$""",
    "CREATE TRIGGER titer_ledger_entry_told AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS titer_new "
    "FOR EACH STATEMENT EXECUTE FUNCTION titer_tell()",
    "ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER titer_ledger_entry_told",
    "CREATE TRIGGER titer_record_outbox_number BEFORE INSERT ON record_outbox "
    "FOR EACH ROW EXECUTE FUNCTION titer_next_message()",
    "ALTER TABLE record_outbox ENABLE ALWAYS TRIGGER titer_record_outbox_number",
    "REVOKE ALL ON FUNCTION titer_refuse(), titer_next_message(), titer_action(), titer_tell(), titer_made(text), "
    "titer_over(bigint, bigint, text) FROM PUBLIC",
    "REVOKE ALL ON TABLE titer_action_key FROM PUBLIC",
)


def address(text: str, *, password: str | None = None) -> URL:
    """The address of a database out of the configuration.

    Args:
        text: `postgresql://role@host:port/database`; a folder with a socket goes into `?host=`.
        password: of the role, where it does not stand in the address.

    Raises:
        Invalid: if it is no address of a PostgreSQL database.
    """
    try:
        url = make_url(text)
    except Exception as error:
        raise Invalid("The database's address cannot be read.", do=_ADDRESS) from error
    if url.get_backend_name() != "postgresql" or not url.database:
        raise Invalid("The database's address names no PostgreSQL database.", do=_ADDRESS)
    url = url.set(drivername="postgresql+psycopg")
    return url.set(password=password) if password is not None else url


_ADDRESS = "Write it as postgresql://role@host:5432/database."


def engine(url: URL, key: bytes) -> Engine:
    """An engine on a database.

    Args:
        url: from `address`.
        key: 32 bytes that prove to the database that an action was opened here.

    Raises:
        Unavailable: if the driver is not installed.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise Unavailable(
            "PostgreSQL needs the Python package psycopg, which is not installed.",
            do="Install it: pip install 'titer[postgresql]'",
        ) from error
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    made = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=16,
        max_overflow=32,
        connect_args={"options": options, "client_encoding": "utf8", "application_name": "titer"},
    )
    # Many rows travel in one statement, in their order, instead of in one statement each.
    made.dialect.use_insertmanyvalues_wo_returning = True

    def on_connect(_dbapi: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["titer_slot"] = Slot()
        entry.info["titer_key"] = key

    event.listen(made, "connect", on_connect)
    return made


def open_action(connection: Connection, opening: Opening) -> None:
    """State the action to the triggers of this transaction."""
    slot(connection).open(opening)
    transaction = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()
    stated = _SEPARATOR + _SEPARATOR.join(opening.parts)
    proof = hmac.new(
        connection.info["titer_key"], (transaction + stated).encode(), hashlib.sha256
    ).hexdigest()
    connection.exec_driver_sql("SELECT set_config('titer.action', %s, true)", (proof + stated,))


def entered(connection: Connection, action: str) -> Entered | None:
    """What the open action has entered, as the trigger on the ledger told the transaction."""
    told = connection.exec_driver_sql("SELECT current_setting('titer.entered', true)").scalar_one()
    if not told:
        return None
    first, last, count, chain = told.split(" ")
    return Entered(int(first), int(last), int(count), bytes.fromhex(chain))


def tables(metadata: MetaData) -> list[str]:
    """The statements that make the tables of the metadata, each with its indices, what is referred to first."""
    made: list[str] = []
    for table in metadata.sorted_tables:
        made.append(_text(CreateTable(table)))
        made += [_text(CreateIndex(one)) for one in sorted(table.indexes, key=lambda one: str(one.name))]
    return made


def _text(element: ExecutableDDLElement) -> str:
    compiled = str(element.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    return "\n".join(line.rstrip() for line in compiled.strip().splitlines() if line.strip())


def before_create(connection: Connection) -> None:
    """The functions that the triggers call."""
    for statement in BEFORE_TABLES:
        connection.exec_driver_sql(statement)


def create_tables(connection: Connection, metadata: MetaData) -> None:
    """Make the tables of the metadata and their indices; none of them is there."""
    metadata.create_all(connection)


def after_create(connection: Connection) -> None:
    """The function that writes entries, and the pads of the key that it checks actions with."""
    for statement in AFTER_TABLES:
        connection.exec_driver_sql(statement)
    keep_key(connection)


def keep_key(connection: Connection) -> None:
    """Give the database what it checks actions with: the pads of HMAC-SHA-256 (RFC 2104), for the owner's eyes."""
    key = connection.info["titer_key"].ljust(64, b"\0")
    connection.exec_driver_sql("DELETE FROM titer_action_key")
    connection.exec_driver_sql(
        "INSERT INTO titer_action_key(inner_pad, outer_pad) VALUES (%s, %s)",
        (bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)),
    )


_SEQUENCES = (
    "SELECT d.objid::regclass::text FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' "
    "WHERE d.refobjid = %s::regclass AND d.classid = 'pg_class'::regclass AND d.deptype = 'a' ORDER BY 1"
)
"""Those that number the rows of a table; an identity column numbers without a right to its sequence."""


def grant(connection: Connection, role: str, append_only: set[str], never_deleted: set[str]) -> None:
    """Give the runtime role what it needs, and nothing of the ledger but reading; done by the tables' owner.

    Args:
        connection: of the owner.
        role: that Titer runs as.
        append_only: tables whose rows are never changed nor deleted.
        never_deleted: tables whose rows may change, and never go.
    """
    quoted = _quoted(role)
    tables = connection.exec_driver_sql(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' "
        "ORDER BY c.relname"
    ).scalars()
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    for table in tables.all():
        connection.exec_driver_sql(f'REVOKE ALL ON TABLE "{table}" FROM {quoted}, PUBLIC')
        rights = "SELECT, INSERT" if table in append_only else "SELECT, INSERT, UPDATE, DELETE"
        if table in never_deleted:
            rights = "SELECT, INSERT, UPDATE"
        if table in ("ledger_entry", "record_revision"):
            rights = "SELECT"
        if table != "titer_action_key":
            connection.exec_driver_sql(f'GRANT {rights} ON TABLE "{table}" TO {quoted}')
        sequences = (
            connection.exec_driver_sql(_SEQUENCES, (table,)).scalars().all() if "INSERT" in rights else []
        )
        for sequence in sequences:
            connection.exec_driver_sql(f"GRANT USAGE ON SEQUENCE {sequence} TO {quoted}")


def _quoted(name: str) -> str:
    return postgresql.dialect().identifier_preparer.quote_identifier(name)  # type: ignore[no-untyped-call]


def image_sql(table: Table, row: str) -> str:
    """SQL for a row's canonical JSON image, byte for byte as SQLite writes it.

    Args:
        table: a regulated table.
        row: `NEW`, `OLD` or an alias.
    """
    parts = []
    for column in sorted(table.columns, key=lambda item: item.name):
        reference = f'{row}."{column.name}"'
        kind = column.type.dialect_impl(postgresql.dialect())  # type: ignore[no-untyped-call]
        kind = getattr(kind, "impl", kind)
        if isinstance(kind, Boolean | Integer):
            text = f"{reference}::text"
        elif isinstance(kind, Numeric):
            text = f"'\"' || {reference}::text || '\"'"
        elif isinstance(kind, String):
            text = f"to_json({reference})::text"
        else:
            raise TypeError(
                f"{table.name}.{column.name} has a type without a canonical form: {column.type!r}"
            )
        parts.append(f"'\"{column.name}\":' || coalesce({text}, 'null')")
    return "'{' || " + " || ',' || ".join(parts) + " || '}'"


def triggers(
    table: Table, *, append_only: bool, immutable: tuple[str, ...], never_deleted: str = ""
) -> list[str]:
    """The trigger function of one regulated table, and its triggers.

    They fire once for a statement and enter all its rows in one INSERT: a row of many costs a third of what a
    trigger for each row did. An id that moved from one row to another is in the old rows and not in the new ones.

    Args:
        table: a regulated table.
        append_only: whether its rows neither change nor go.
        immutable: columns that keep their first value.
        never_deleted: why no row of it ever goes, though rows may change.
    """
    name = table.name
    new, old = image_sql(table, "n"), image_sql(table, "o")
    kept = "\n".join(
        f"""    WHEN n."{column}" IS DISTINCT FROM o."{column}" THEN '{column}'""" for column in immutable
    )
    inserted = f"SELECT n.id, n.version, NULL AS before, {new} AS after FROM titer_new n"
    updated = f"""SELECT n.id, n.version, {old} AS before, {new} AS after
    FROM (SELECT row_number() OVER () AS titer_place, * FROM titer_new) n JOIN titer_old o ON o.id = n.id
    ORDER BY n.titer_place"""
    deleted = f"SELECT o.id, o.version + 1 AS version, {old} AS before, NULL AS after FROM titer_old o"
    function = f"""CREATE OR REPLACE FUNCTION titer_{name}_entry() RETURNS trigger {_TRIGGER} $titer$
DECLARE
  part text[];
  changed bigint;
  wrong bigint;
  lost text;
BEGIN
  IF TG_OP = 'INSERT' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> 1) INTO changed, wrong FROM titer_new n;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: the first version of a record is 1'; END IF;
  {_enter(name, inserted)};
  ELSIF TG_OP = 'UPDATE' THEN
  SELECT count(*), count(*) FILTER (WHERE n.version <> o.version + 1), min(CASE WHEN n.id IS NULL THEN 'id'
{kept} END) INTO changed, wrong, lost FROM titer_old o LEFT JOIN titer_new n ON n.id = o.id;
  IF changed = 0 THEN RETURN NULL; END IF;
  part := titer_action();
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: {name}.' || lost || ' keeps its first value'; END IF;
  IF wrong > 0 THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a change raises the version by one'; END IF;
  {_enter(name, updated)};
  ELSE
  IF NOT EXISTS (SELECT FROM titer_old) THEN RETURN NULL; END IF;
  part := titer_action();
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT {hold_sql(table, "o")})) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: a legal hold forbids to destroy it'; END IF;
  IF NOT EXISTS (SELECT {class_sql(table)}) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: {name} has no retention class, so it is kept for ever'; END IF;
  IF EXISTS (SELECT FROM titer_old o WHERE EXISTS (SELECT {class_sql(table)}
    AND NOT titer_over({event_sql(table, "o", "titer_made(o.id)")}, r.years, part[5]))) THEN
    RAISE EXCEPTION USING MESSAGE = 'titer: {name} is kept until its time is over'; END IF;
  {_enter(name, deleted)};
  END IF;
  RETURN NULL;
END $titer$"""
    made = [function, f"REVOKE ALL ON FUNCTION titer_{name}_entry() FROM PUBLIC"]
    verbs = ("INSERT",) if append_only else ("INSERT", "UPDATE") if never_deleted else tuple(_SEES)
    for verb in verbs:
        made += _trigger(
            name,
            f"titer_{name}_{verb.lower()}",
            f"AFTER {verb}",
            f"titer_{name}_entry()",
            _SEES[verb],
        )
    if append_only:
        return made + forbid(name)
    if never_deleted:
        why = f"keeps every row: {never_deleted}".replace("'", "''")
        made += _no(name, "DELETE", why)
    return made + _no(name, "TRUNCATE", "is never emptied")


_SEES = {
    "INSERT": "REFERENCING NEW TABLE AS titer_new ",
    "UPDATE": "REFERENCING OLD TABLE AS titer_old NEW TABLE AS titer_new ",
    "DELETE": "REFERENCING OLD TABLE AS titer_old ",
}


def _enter(record_type: str, rows: str) -> str:
    """SQL that enters changes of rows of one table.

    Args:
        record_type: the table's name.
        rows: a query for id, version, and the images before and after, in the order of the entries. What it calls
            `part`, or else the trigger's variable of that name, holds the parts of the open action.
    """
    return f"""INSERT INTO ledger_entry(id, action, record_type, record_id, record_version, body)
  SELECT m.entry, part[1], '{record_type}', m.id, m.version, part[2] || coalesce(m.after, 'null') || ',"before":'
    || coalesce(m.before, 'null') || part[3] || m.entry || part[4] || to_json(m.id)
    || ',"record_type":"{record_type}"' || part[5] || m.version || '}}'
  FROM (SELECT r.*, substr(part[1], 1, 14) || '7' || substr(r.mix, 1, 3)
    || '-' || substr('89ab', 1 + (ascii(substr(r.mix, 4, 1)) & 3), 1) || substr(r.mix, 5, 3)
    || '-' || substr(r.mix, 8, 12) AS entry
  FROM (SELECT q.*, encode(sha256(convert_to(part[1] || chr(31) || '{record_type}' || chr(31) || q.id || chr(31)
    || q.version, 'UTF8')), 'hex') AS mix FROM ({rows}) q OFFSET 0) r OFFSET 0) m"""


def forbid(name: str) -> list[str]:
    """Triggers that forbid changing and deleting rows of a table, and emptying it."""
    return [text for verb in ("UPDATE", "DELETE", "TRUNCATE") for text in _no(name, verb, "is append-only")]


def _no(name: str, verb: str, why: str) -> list[str]:
    return _trigger(name, f"titer_{name}_no_{verb.lower()}", f"BEFORE {verb}", f"titer_refuse('{why}')")


def _trigger(table: str, name: str, when: str, call: str, sees: str = "") -> list[str]:
    """A trigger that fires once a statement, whatever `session_replication_role` says."""
    if len(name) > _LONGEST_NAME:
        raise Invalid(f"The trigger {name} has a name that PostgreSQL would cut off.")
    return [
        f"CREATE TRIGGER {name} {when} ON {table} {sees}FOR EACH STATEMENT EXECUTE FUNCTION {call}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    ]


def drop_triggers(connection: Connection, table: str) -> None:
    """Drop all triggers of a table."""
    for name in connection.exec_driver_sql(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", (table,)
    ).scalars():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}" ON {table}')


def guarded(connection: Connection) -> dict[str, set[str]]:
    """By table, which of INSERT, UPDATE, DELETE and TRUNCATE its own triggers look at, whoever writes."""
    found: dict[str, set[str]] = {}
    bits = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}  # pg_trigger.h, TRIGGER_TYPE_*
    for table, kind in connection.exec_driver_sql(
        "SELECT tgrelid::regclass::text, tgtype FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgenabled = 'A' AND starts_with(tgname, 'titer_')"
    ):
        found.setdefault(table, set()).update(verb for bit, verb in bits.items() if kind & bit)
    return found


_HERE = "'public'::regnamespace"


def _role(oid: str) -> str:
    """SQL for who a role is to Titer: a backup is restored under other names, and is the same schema there."""
    return (
        f"CASE WHEN {oid} = 0 THEN 'everybody' WHEN pg_get_userbyid({oid}) = %(owner)s THEN 'the owner' "
        f"WHEN pg_get_userbyid({oid}) = %(runtime)s THEN 'the runtime role' "
        f"ELSE 'another role: ' || pg_get_userbyid({oid}) END"
    )


def _rights(kind: str, name: str, owner: str, granted: str, source: str) -> str:
    """SQL for what others than its owner may do with an object; newer servers have given owners more rights."""
    return (
        f"SELECT '{kind}', {name}, {_role('a.grantee')}, a.privilege_type, a.is_grantable::text, "
        f"{_role('a.grantor')} FROM {source}, aclexplode({granted}) a WHERE a.grantee <> {owner}"
    )


_ROLES = (
    "SELECT pg_get_userbyid(c.relowner), pg_get_userbyid(a.grantee) FROM pg_class c LEFT JOIN LATERAL "
    "aclexplode(c.relacl) a ON a.grantee NOT IN (0, c.relowner) WHERE c.oid = to_regclass('ledger_entry')"
)
_OBJECTS = (
    # Relations with their owner, rules and row security; columns; constraints; indices. From version 18 on a column
    # that is NOT NULL is a constraint as well: it stands with the columns.
    f"SELECT 'relation', c.relname, c.relkind::text, {_role('c.relowner')}, c.relrowsecurity::text, "
    "c.relhasrules::text, c.relpersistence::text FROM pg_class c "
    f"WHERE c.relnamespace = {_HERE} AND c.relkind <> 'i'",
    "SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, "
    "a.attgenerated::text, coalesce(pg_get_expr(d.adbin, d.adrelid), ''), coalesce(l.collname, '') "
    "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
    "LEFT JOIN pg_collation l ON l.oid = a.attcollation "
    f"WHERE c.relnamespace = {_HERE} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
    "SELECT 'constraint', c.relname, n.conname, pg_get_constraintdef(n.oid) FROM pg_constraint n "
    f"JOIN pg_class c ON c.oid = n.conrelid WHERE c.relnamespace = {_HERE} AND n.contype <> 'n'",
    "SELECT 'index', i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indisvalid::text FROM pg_index i "
    f"JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = {_HERE}",
    "SELECT 'trigger', c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled::text FROM pg_trigger t "
    f"JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = {_HERE} AND NOT t.tgisinternal",
    f"SELECT 'function', p.proname, pg_get_functiondef(p.oid), {_role('p.proowner')} FROM pg_proc p "
    f"WHERE p.pronamespace = {_HERE} AND p.prokind = 'f'",
    _rights(
        "right",
        "c.relname",
        "c.relowner",
        "coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner))",
        f"(SELECT * FROM pg_class WHERE relnamespace = {_HERE} AND relkind <> 'i') c",
    ),
    _rights(
        "right to a column",
        "c.relname || '.' || t.attname",
        "c.relowner",
        "t.attacl",
        f"(SELECT * FROM pg_class WHERE relnamespace = {_HERE}) c JOIN pg_attribute t ON t.attrelid = c.oid",
    ),
    _rights(
        "right to call",
        "p.proname",
        "p.proowner",
        "coalesce(p.proacl, acldefault('f', p.proowner))",
        f"(SELECT * FROM pg_proc WHERE pronamespace = {_HERE} AND prokind = 'f') p",
    ),
    "SELECT 'inheritance', i.inhrelid::regclass::text, i.inhparent::regclass::text FROM pg_inherits i",
    "SELECT 'event trigger', evtname, evtevent, evtenabled::text FROM pg_event_trigger",
)


def objects(connection: Connection) -> list[tuple[str, ...]]:
    """The database's own objects: tables, who may do what, columns, constraints, indices, triggers, functions.

    The owner and the runtime role are called so, whatever they are called on this server: the owner is whose the
    ledger is, and the runtime role the only other one that has any right to it. Where several have one, each is
    called by its name, and so is a stranger.
    """
    found = connection.exec_driver_sql(_ROLES).all()
    others = {row[1] for row in found if row[1] is not None}
    roles = {
        "owner": found[0][0] if found else None,
        "runtime": others.pop() if len(others) == 1 else None,
    }
    return sorted(
        tuple("" if cell is None else str(cell) for cell in row)
        for statement in _OBJECTS
        for row in connection.exec_driver_sql(statement, roles)
    )


def fingerprint(connection: Connection) -> str:
    """SHA-256 over the database's own objects."""
    return hashlib.sha256("\n".join("|".join(row) for row in objects(connection)).encode()).hexdigest()


def images(connection: Connection, table: Table, only: str | None = None) -> dict[str, str]:
    """Each row's canonical image by id, as the triggers would write it now; or that of one row `only`."""
    statement = f"SELECT t.id, {image_sql(table, 't')} FROM {table.name} t"
    if only is not None:
        found = connection.exec_driver_sql(f"{statement} WHERE t.id = %s", (only,))
    else:
        found = connection.exec_driver_sql(statement)
    return {row[0]: row[1] for row in found}


def keep_images(connection: Connection, table: str) -> None:
    """Keep each row's image and version as they are before a migration changes the table."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.titer_before")
    connection.exec_driver_sql(
        "CREATE TEMP TABLE titer_before AS "
        f"SELECT t.id AS id, t.version AS version, {_image_of(connection, table)} AS image FROM {table} t"
    )


def enter_changes(connection: Connection, table: str, times: tuple[int, int]) -> None:
    """After a migration changed a table: raise the version of each row whose image changed, and enter it."""
    image = _image_of(connection, table)
    changed = f"{table} t LEFT JOIN titer_before b ON b.id = t.id WHERE {image} IS DISTINCT FROM b.image"
    connection.exec_driver_sql(
        f"UPDATE {table} SET version = version + 1, recorded_at = %s, process_at = %s "
        f"WHERE id IN (SELECT t.id FROM {changed} AND b.id IS NOT NULL)",
        times,
    )
    for rows in (
        f"SELECT t.id, t.version, b.image AS before, {image} AS after FROM {changed} ORDER BY t.id",
        "SELECT b.id, b.version + 1 AS version, b.image AS before, NULL AS after FROM titer_before b "
        f"WHERE b.id NOT IN (SELECT id FROM {table}) ORDER BY b.id",
    ):
        parts = "(SELECT titer_action() AS part) AS a"
        connection.exec_driver_sql(_enter(table, f"SELECT * FROM ({rows}) s CROSS JOIN {parts}"))
    connection.exec_driver_sql("DROP TABLE titer_before")


def _image_of(connection: Connection, table: str) -> str:
    """The image's SQL for a table as it stands in the database, whatever today's code says of it."""
    kinds: dict[str, TypeEngine[Any]] = {
        "boolean": Boolean(),
        "bigint": Integer(),
        "integer": Integer(),
        "numeric": Numeric(),
    }
    columns = connection.exec_driver_sql(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        (table,),
    ).all()
    kept: list[Column[Any]] = [Column(name, kinds.get(kind, Text())) for name, kind in columns]
    return image_sql(Table(table, MetaData(), *kept), "t")


def add_rows(connection: Connection, table: Table, values: Mapping[str, list[Any]]) -> None:
    """Write many new rows of a table by COPY: they need no statement of their own length to be parsed.

    Args:
        connection: of the open action.
        table: a regulated table without defaults of its own.
        values: by column, one for each row.
    """
    named = ", ".join(f'"{table.columns[name].name}"' for name in values)
    rows = zip(*sent(connection, table, values), strict=True)
    _copy(connection, f'COPY "{table.name}"({named}) FROM STDIN', rows)


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> int:
    """Send rows by COPY within the open transaction; an error is told as that of any other statement."""
    import psycopg

    count = 0
    try:
        with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row(row)
                count += 1
    except psycopg.Error as error:
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, dialect=connection.dialect
        ) from error
    return count


def given(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """What turns a bare value into one that `load` takes: SQLite has no booleans, and decimals as text."""
    return bool if isinstance(kind, Boolean) else lambda value: value


def load(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> int:
    """Fill a table that has no triggers yet with bare rows of all its columns; its numbers go on behind them."""
    named = ", ".join(f'"{column.name}"' for column in table.columns)
    count = _copy(connection, f'COPY "{table.name}"({named}) FROM STDIN', rows)
    column = table.autoincrement_column
    if column is not None and count:
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), max({column.name})) "
            f"FROM {table.name}"
        )
    return count


def add_leaves(connection: Connection, leaves: list[tuple[int, int, bytes]]) -> None:
    """Add leaves (index, entry's number, hash) in one statement, without a dictionary for each."""
    _copy(connection, "COPY ledger_leaf(leaf_index, entry_seq, leaf_hash) FROM STDIN", leaves)


def begin_snapshot(connection: Connection) -> None:
    """Read something: a snapshot is taken by a transaction's first statement."""
    connection.exec_driver_sql("SELECT 1")


def oldest_open(connection: Connection) -> int:
    """The oldest transaction that the snapshot sees open; all with smaller numbers have ended."""
    oldest = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    return int(connection.exec_driver_sql(oldest).scalar_one())


def begin_number(connection: Connection) -> int:
    """This transaction's number: larger than that of any that had one before."""
    return int(connection.exec_driver_sql("SELECT pg_current_xact_id()::text::bigint").scalar_one())


def after_commit(connection: Connection) -> None:
    """The server does what is due itself."""


def confirm(engine: Engine) -> None:
    """The server confirmed what it shows, or replayed it; where an fsync fails it stops and replays by itself."""


def rows(connection: Connection, statement: str) -> Generator[list[tuple[Any, ...]]]:
    """The rows of a query, some thousands at a time, from a cursor of the server's."""
    with connection.exec_driver_sql(
        statement, execution_options={"stream_results": True, "max_row_buffer": _CHUNK}
    ) as streamed:
        for part in streamed.partitions(_CHUNK):
            yield [tuple(row) for row in part]


def integrity(connection: Connection) -> list[Any]:
    """Entries whose columns, by which they are found, say something else than their bodies."""
    rows = connection.exec_driver_sql(
        "SELECT seq FROM ledger_entry WHERE (id, action, record_type, record_id, record_version) "
        "IS DISTINCT FROM (body::jsonb ->> 'id', body::jsonb ->> 'action', body::jsonb ->> 'record_type', "
        "body::jsonb ->> 'record_id', (body::jsonb ->> 'version')::bigint) ORDER BY seq"
    ).scalars()
    return [f"the columns of entry {seq} do not say what its body says" for seq in rows]


def damaged(engine: Engine) -> list[str]:
    """Nothing: the files are the server's, whose errors name the relation and the block of it."""
    return []
