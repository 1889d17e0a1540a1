"""Takes the README's pictures of the pages of a demo that is running: `make pictures`, with the demo's TITER_URL.

The tests' own browser takes them, at a size at which they are sharp and small; nothing is drawn into them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from tests.e2e.conftest import browser, log_in

from titer.cli.demo.people import PASSWORD, PEOPLE, SCIENTIST

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = {"width": 1280, "height": 800}
LARGEST = 200_000
DRAWN_MS = 8_000
"""Until live values and charts stand."""


def _pages(page: Any, address: str) -> list[tuple[str, str]]:
    """What is taken: a name, and the path of the page."""
    batch = page.request.get(f"{address}/api/mes/batches").json()[0]["id"]
    return [("batch", f"/batches/{batch}?tab=trends"), ("twin", f"/twin?batch={batch}")]


def main(address: str) -> int:
    """Log in as the scientist and take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    opened = browser.__wrapped__()
    chromium = next(opened)
    try:
        page = chromium.new_context(viewport=SIZE, bypass_csp=True).new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        log_in(page, PEOPLE[SCIENTIST].username, PASSWORD)
        page.get_by_role("navigation", name="Main").wait_for()
        page.wait_for_timeout(2_000)
        agreed = page.get_by_role("button", name="I acknowledge this")
        if agreed.count():
            agreed.click()
        for name, path in _pages(page, address):
            page.goto(address + path)
            page.get_by_role("main").wait_for()
            page.wait_for_timeout(DRAWN_MS)
            target = FOLDER / f"{name}.png"
            page.screenshot(path=target)
            size = target.stat().st_size
            sys.stdout.write(f"{target.name}: {size:,} bytes\n")
            if size > LARGEST:
                target.unlink()
                sys.stderr.write(f"{name} is larger than {LARGEST:,} bytes and was not kept.\n")
                return 1
    finally:
        opened.close()
    return 0


if __name__ == "__main__":
    if "TITER_URL" not in os.environ:
        raise SystemExit("Export TITER_URL first, the address of a demo that runs.")
    raise SystemExit(main(os.environ["TITER_URL"]))
