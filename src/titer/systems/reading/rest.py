"""A REST interface: pages of JSON by GET, with a token, over TLS that is checked."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from titer.base.errors import Invalid, Unavailable
from titer.base.tls import pinned
from titer.systems.reading.files import objects, row_of
from titer.systems.reading.given import Bounds, Part, Reading, too_many

_PORTS = {"https": 443, "http": 80}


class RestSettings(BaseModel):
    """Where the interface is.

    Args:
        url: of the first page.
        items: the member that holds the rows; "" where the answer is their list.
        next: the member that holds the address of the next page; "" where there is one page.
        authority: PEM file of the certificate that is trusted; the system's authorities if left out.
        header: that bears the token.
        scheme: that stands before the token; "" for none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str = Field(min_length=1, max_length=2000)
    items: str = Field(default="items", max_length=100)
    next: str = Field(default="next", max_length=100)
    authority: str | None = Field(default=None, pattern="^/.*$")
    header: str = Field(default="Authorization", pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")
    scheme: str = Field(default="Bearer", pattern=r"^[A-Za-z0-9-]{0,30}$")

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        found = urlsplit(url)
        if found.scheme not in _PORTS or not found.hostname:
            raise ValueError("this is no address: https://lims.example/api/results")
        if found.username or found.password:
            raise ValueError("the address bears a password: give it as the source's secret")
        if found.scheme == "http" and not _is_loopback(found.hostname):
            raise ValueError("without TLS only this machine is asked: begin with https://")
        return url


def read_rest(settings: RestSettings, secret: str, bounds: Bounds) -> Reading:
    """The rows of all pages.

    Raises:
        Unavailable: if a page does not come, or with another status than 200.
        Invalid: if a page is not what was announced, leads elsewhere, or comes again.
        TooLarge: if there is too much.
    """
    import httpx2 as httpx

    headers = {"Accept": "application/json"}
    if secret:
        headers[settings.header] = f"{settings.scheme} {secret}".strip()
    parts: list[Part] = []
    size = count = 0
    asked: set[str] = set()
    url: str | None = settings.url
    trusted = pinned(Path(settings.authority) if settings.authority else None)
    # Environment variables could send the token through a proxy of somebody else's.
    with httpx.Client(
        verify=trusted, timeout=bounds.seconds, follow_redirects=False, trust_env=False
    ) as client:
        while url is not None:
            _require_same_origin(settings.url, url)
            if url in asked:
                raise Invalid("A page names one before it as the next.", where=_shown(url))
            asked.add(url)
            too_many(len(asked), bounds.pages, "pages")
            try:
                data = _page(client, url, headers, bounds.size - size, bounds)
            except httpx.HTTPError as error:
                raise Unavailable(f"{_shown(url)} does not answer.", why=str(error)) from error
            where = f"page {len(asked)}"
            found = objects(data, where)
            items, following = _parts(found, settings, where)
            rows = tuple(row_of(item, f"{where}, row {number}") for number, item in enumerate(items, 1))
            parts.append(Part(f"{_shown(url)} {where}", data, rows))
            size, count = size + len(data), count + len(rows)
            too_many(count, bounds.rows, "rows")
            url = str(httpx.URL(url).join(following)) if following else None
    return Reading(tuple(parts), "application/json")


def _page(client: Any, url: str, headers: dict[str, str], most: int, bounds: Bounds) -> bytes:
    with client.stream("GET", url, headers=headers) as answer:
        if answer.is_redirect:
            raise Invalid(
                f"{_shown(url)} sends us elsewhere.",
                why="The token is shown to nobody else.",
                do="Give the address where the records are.",
            )
        if answer.status_code != 200:
            raise Unavailable(f"{_shown(url)} answered {answer.status_code}.", do="Is the token still good?")
        parts, size = [], 0
        for part in answer.iter_bytes(1 << 16):
            size += len(part)
            if size > most:
                too_many(bounds.size + 1, bounds.size, "bytes")
            parts.append(part)
    return b"".join(parts)


def _parts(found: Any, settings: RestSettings, where: str) -> tuple[list[Any], str | None]:
    if not settings.items:
        items, following = found, None
    else:
        if not isinstance(found, dict) or settings.items not in found:
            raise Invalid(f"The answer has no member {settings.items!r}.", where=where)
        items = found[settings.items]
        following = found.get(settings.next) if settings.next else None
    if not isinstance(items, list):
        raise Invalid("The rows are no list.", where=where)
    if following is not None and not isinstance(following, str):
        raise Invalid("The next page is no address.", where=where)
    return items, following or None


def _require_same_origin(first: str, url: str) -> None:
    if _origin(first) != _origin(url):
        raise Invalid(
            "The next page lies at another host.", where=_shown(url), why="The token is not for it."
        )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    found = urlsplit(url)
    return found.scheme, found.hostname, found.port or _PORTS.get(found.scheme)


def _shown(url: str) -> str:
    """An address for people: without what is asked, which may hold what is nobody's business."""
    return url.split("?", 1)[0][:200]


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
