"""The page of clauses lists what the code cites, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).parents[3]
PAGE = HOUSE / "docs/explanation/clauses.md"
CITED = re.compile(
    r"(?P<part11>(?<![\d.])11\.(?:10|50|70|100|200|300)\b(?:\([a-z0-9]{1,3}\))*)"
    r"|Annex 11(?: (?:s\.|section) (?P<annex>\d+(?:\.\d+)*))?"
    r"|PI 041(?: s\. (?P<pics>\d+(?:\.\d+)*))?"
    r"|(?P<mhra>MHRA)(?:'s guidance)?(?: 2018)?(?: s\. (?P<mhra_section>\d+(?:\.\d+)*))?"
    r"|(?P<other>NIST SP [\d-]+[A-Z]?|OWASP|WHO TRS \d+)"
)


def clauses(text: str) -> set[str]:
    """What a text cites, whatever its lines are broken at.

    >>> sorted(clauses("See 21 CFR 11.200(a)(1)(i); Annex 11 section 14, and rows 11.105."))
    ['11.200(a)(1)(i)', 'Annex 11 s. 14']
    """
    found = set()
    for one in CITED.finditer(re.sub(r"[\s#*]+", " ", text)):
        named = one.groupdict()
        if named["part11"] or named["other"]:
            found.add(named["part11"] or named["other"])
        elif named["mhra"]:
            found.add("MHRA 2018" + (f" s. {named['mhra_section']}" if named["mhra_section"] else ""))
        else:
            name, section = (
                ("PI 041", named["pics"]) if one[0].startswith("PI") else ("Annex 11", named["annex"])
            )
            found.add(name + (f" s. {section}" if section else ""))
    return found


def sources() -> list[Path]:
    return [
        path
        for folder, kinds in (
            ("src/titer", {".py", ".typ"}),
            ("web/src", {".ts", ".tsx"}),
            ("verify", {".py"}),
        )
        for path in sorted((HOUSE / folder).rglob("*"))
        if path.suffix in kinds and path.name != "schema.d.ts"
    ]


def test_each_clause_that_the_code_cites_stands_on_the_page_and_each_there_is_cited() -> None:
    cited: dict[str, str] = {}
    for path in sources():
        for clause in clauses(path.read_text(encoding="utf-8")):
            cited.setdefault(clause, str(path.relative_to(HOUSE)))
    listed = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == len(set(listed)), "a clause is listed twice"
    assert {clause: cited[clause] for clause in cited.keys() - set(listed)} == {}, (
        "cited, and not on the page"
    )
    assert set(listed) - cited.keys() == set(), "on the page, and cited nowhere"


def test_the_page_says_that_the_texts_are_known_second_hand() -> None:
    assert "known second-hand" in PAGE.read_text(encoding="utf-8")
