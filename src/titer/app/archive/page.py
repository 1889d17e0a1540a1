"""The archive's page and its words: static HTML with its style inside, no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from titer.app.document import Document, Section, text
from titer.base.clock import iso

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 0 auto; padding: 24px 20px 80px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 6px; }
p, li { max-width: 78ch; } .muted { opacity: .75; } .mark { border: 2px solid; padding: 2px 10px; font-weight: 600; }
nav ul { columns: 2; padding-left: 20px; } .wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
caption { text-align: left; padding-bottom: 4px; }
th, td { text-align: left; vertical-align: top; padding: 4px 10px 4px 0; border-bottom: 1px solid #8886; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; } dt { opacity: .75; } dd { margin: 0; }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
ol.entries { padding-left: 0; list-style: none; }
ol.entries li { border-bottom: 1px solid #8884; padding: 5px 0; max-width: none; }
@media print { nav { display: none; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
_KINDS = (
    ("record.pdf", "The batch record as PDF/A-3, sealed"),
    ("record.json", "The same record as data"),
    ("README.txt", "What this is and how to check it, in plain words"),
    ("titer-verify.py", "The verifier: one file of Python, which needs nothing else"),
    ("retention.json", "How long this is to be kept"),
)


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger, for people.

    Args:
        seq: its number.
        time: of the server's clock.
        actor: who.
        verb: the action.
        record: kind and name of the record.
        version: that it made.
        changes: (field, before, after).
        first: whether the record began with it.
        reason: that was given.
    """

    seq: int
    time: str
    actor: str
    verb: str
    record: str
    version: int
    changes: tuple[tuple[str, str, str], ...]
    first: bool
    reason: str

    def sentence(self) -> str:
        """Who did what, and why."""
        if self.first:
            said = f"{self.actor} entered {self.record}"
        elif self.changes:
            told = "; ".join(f"{field} from {before} to {after}" for field, before, after in self.changes)
            said = f"{self.actor} changed {self.record} (version {self.version}): {told}"
        else:
            said = f"{self.actor} wrote version {self.version} of {self.record}"
        return said + (f". Reason: {self.reason}" if self.reason else "") + "."


def index(
    document: Document,
    *,
    signatures: Sequence[Mapping[str, Any]],
    entries: Sequence[Entry],
    files: Iterable[str],
    retention: Mapping[str, Any],
    media: Mapping[str, str],
) -> str:
    """The page.

    Args:
        document: of the batch; its sections become tables.
        signatures: the manifest.
        entries: of the ledger, oldest first.
        files: names of the files that lie beside the page.
        retention: how long this is to be kept, and what holds it.
        media: by digest, the kind of a content file.
    """
    sections = [(f"s{number}", section) for number, section in enumerate(document.sections)]
    links = [
        ("files", "Files"),
        ("signatures", "Signatures and what each is bound to"),
        *((anchor, section.title) for anchor, section in sections),
        ("entries", "What the ledger says"),
        ("keep", "How long this is kept"),
        ("check", "How to check it"),
    ]
    parts = [
        f'<h1>{_t(document.title)}</h1><p class="muted">{_t(document.installation)}, printed '
        f"{_t(iso(document.server_time))} (server), {_t(iso(document.process_time))} (plant)</p>",
        f'<p><span class="mark">{_t(document.mark)}</span></p>' if document.mark else "",
        "<dl>"
        + "".join(f"<dt>{_t(name)}</dt><dd>{_t(value)}</dd>" for name, value in document.head)
        + "</dl>",
        '<nav aria-label="Contents"><h2>Contents</h2><ul>'
        + "".join(f'<li><a href="#{anchor}">{_t(title)}</a></li>' for anchor, title in links)
        + "</ul></nav>",
        _files(files, media),
        _signatures(signatures),
        *(_section(anchor, section) for anchor, section in sections),
        _entries(entries),
        _retention(retention),
        _check(),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_t(document.title)}</title><style>{_STYLE}</style></head>\n<body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )


_RETIRED = """
  Part of the batch's time series is not here: its values had been retired when this archive was made, since the
  time for which they are to be kept was over. Under "Series that were retired" index.html says which, under which
  rule, and what is kept in their place; the verifier says so, too.
"""


def readme(number: str, installation: str, key: str, *, retired: bool = False) -> str:
    """What the archive is and how to check it, in plain words; `retired`: part of the series is kept no longer."""
    return f"""Archive of batch {number} of {installation}

This folder is all of what was recorded about one batch, and the proof that it is what was recorded. You need no
account, no network and no Titer to read it.

Read it
  Unpack the ZIP file. Open files/index.html in a browser. files/record.pdf is the batch record in a PDF reader.
  Time series lie in files/derived/series, as .csv (any spreadsheet) and as .parquet. Raw data lie in
  files/content under the names of their SHA-256 digests; index.html says what each of them is.
{_RETIRED if retired else ""}
Check it
  You need Python 3.9 or newer, and the ZIP file as you got it (not repacked):

      python3 titer-verify.py ARCHIVE.zip

  titer-verify.py lies in files/ of the archive. If you do not trust a verifier that comes with what it verifies,
  take it from another source: it is one file, and reading it takes an hour.
  It says whether every entry, every file and every signature is as it was sealed, and names what is not.

  The archive cannot say by itself who made it. To pin that, compare the ledger's public key with the one that
  the site has given you on another way, and name it:

      python3 titer-verify.py --key '{key}' ARCHIVE.zip

How long it is kept
  files/retention.json says for how long this batch is to be kept, from when that is counted, which rule asks
  for it, and whether a legal hold was on it when this archive was made.
"""


def _t(value: Any) -> str:
    return escape(text(value), quote=True)


def _section(anchor: str, section: Section) -> str:
    note = f'<p class="muted">{_t(section.note)}</p>' if section.note else ""
    return f'<h2 id="{anchor}">{_t(section.title)}</h2>{note}' + _table(section.columns, section.rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{_t(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return '<p class="muted">None.</p>'
    head = "".join(f'<th scope="col">{_t(name)}</th>' for name in columns)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _files(files: Iterable[str], media: Mapping[str, str]) -> str:
    said = dict(_KINDS)
    rows = []
    for name in sorted(files, key=lambda one: (one not in said, one)):
        folder, _, last = name.rpartition("/")
        what = said.get(name) or media.get(last) or ""
        if folder == "derived/series":
            what = "A time series of the batch, " + (
                "as text for any spreadsheet" if last.endswith(".csv") else "as Parquet, every column"
            )
        elif folder.startswith("segments"):
            what = "A sealed day of the historian, as the ledger vouches for it"
        rows.append(f'<tr><td><a href="{quote(name)}">{_t(name)}</a></td><td>{_t(what)}</td></tr>')
    return (
        '<h2 id="files">Files</h2><div class="wide"><table><thead><tr><th scope="col">File</th>'
        f'<th scope="col">What it is</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _signatures(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = ("Signed by", "Meaning", "What", "Reason", "At (server, UTC)", "Digest of what was shown")
    cells = [
        (row["printed_name"], row["meaning"], row["title"], row["reason"], row["signed_at"], row["digest"])
        for row in rows
    ]
    return (
        '<h2 id="signatures">Signatures and what each is bound to</h2>'
        '<p class="muted">Each is bound to the digest of exactly what was shown '
        "to the person who signed (21 CFR 11.50, 11.70).</p>" + _table(columns, cells)
    )


def _entries(entries: Sequence[Entry]) -> str:
    items = "".join(
        f'<li><code>{one.seq}</code> <time datetime="{_t(one.time)}">{_t(one.time)}</time> {_t(one.sentence())}</li>'
        for one in entries
    )
    return (
        '<h2 id="entries">What the ledger says</h2><p class="muted">Every change of every record that belongs to the '
        f"batch, oldest first: {len(entries):,} entries. Their exact bytes stand in ledger/entries.jsonl.</p>"
        f'<ol class="entries">{items}</ol>'
    )


def _retention(retention: Mapping[str, Any]) -> str:
    kept = retention["class"]
    if kept is None:
        said = "No retention time was set for batches when this archive was made: it is kept for ever."
    elif retention["keep_until"] is None:
        said = f"At least {kept['years']} years from its {kept['start'].replace('_', ' ')} ({kept['basis']})."
    else:
        said = (
            f"At least until {retention['keep_until']:%Y-%m-%d}: {kept['years']} years from its "
            f"{kept['start'].replace('_', ' ')} ({kept['basis']})."
        )
    holds = "".join(
        f"<li>Legal hold since {iso(one['placed_at'])} by {_t(one['placed_by'])}: {_t(one['reason'])}</li>"
        for one in retention["holds"]
    )
    return f'<h2 id="keep">How long this is kept</h2><p>{_t(said)}</p>' + (
        f"<ul>{holds}</ul>" if holds else ""
    )


def _check() -> str:
    return (
        '<h2 id="check">How to check it</h2><p>With Python 3.9 or newer, and the ZIP file as you got it:</p>'
        "<p><code>python3 titer-verify.py ARCHIVE.zip</code></p><p>It says whether every entry, every file and every "
        'signature is as it was sealed, and names what is not. <a href="README.txt">README.txt</a> says more, also '
        "how to pin who made it.</p>"
    )
