# ruff: noqa: T201
"""Takes pictures of every page against the mock (or a running server) and runs axe on each.

python tests/look/look.py http://127.0.0.1:4173 OUT [page ...]
"""

import json
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

AXE = (Path(__file__).parent / "../../node_modules/axe-core/axe.min.js").resolve()
PAGES = {
    "today": ("operator", "/today"),
    "tasks": ("operator", "/tasks"),
    "task": ("operator", "/tasks/t1"),
    "witness": ("operator", "/tasks/t2"),
    "units": ("operator", "/units"),
    "unit": ("operator", "/units/BR-201"),
    "batches": ("quality", "/batches"),
    "batch": ("quality", "/batches/b1"),
    "batch-trends": ("quality", "/batches/b1?tab=trends"),
    "batch-samples": ("quality", "/batches/b1?tab=samples"),
    "batch-materials": ("quality", "/batches/b1?tab=materials"),
    "batch-exceptions": ("quality", "/batches/b1?tab=exceptions"),
    "batch-people": ("quality", "/batches/b1?tab=people"),
    "batch-record": ("quality", "/batches/b1?tab=record"),
    "batch-proof": ("quality", "/batches/b1?tab=proof"),
    "lab": ("analyst", "/lab"),
    "lab-certificates": ("analyst", "/lab?tab=certificates"),
    "lab-files": ("analyst", "/lab?tab=files"),
    "sample": ("analyst", "/lab/samples/s6"),
    "run": ("analyst", "/lab/runs/r1"),
    "result": ("analyst", "/lab/results/x6"),
    "review": ("quality", "/review"),
    "review-deviations": ("quality", "/review?tab=deviations"),
    "review-trail": ("quality", "/review?tab=trail"),
    "review-checks": ("quality", "/review?tab=checks"),
    "alerts": ("scientist", "/alerts"),
    "alert": ("scientist", "/alerts/al1"),
    "models": ("scientist", "/models"),
    "twin": ("scientist", "/twin"),
    "proposal": ("quality", "/twin/proposals/pr1"),
    "links": ("automation", "/links"),
    "link": ("automation", "/links/BR-201"),
    "record": ("inspector", "/record"),
    "entry": ("inspector", "/record/entries/le7?seq=18407"),
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = {"desk": (1440, 900, "light"), "tablet": (1024, 768, "light"), "dark": (1440, 900, "dark")}


def axe(page: Page) -> list[str]:
    """Violations, one line each."""
    if not page.evaluate("Boolean(window.axe)"):
        page.add_script_tag(path=str(AXE))
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(RULES)}}}).then(r => r.violations)")
    lines = []
    for violation in found:
        for node in violation["nodes"][:4]:
            data = json.dumps(node["any"][0].get("data") if node.get("any") else None)
            what = f"{violation['impact']} {violation['id']}: {violation['help']}"
            lines.append(f"{what} -- {node['html'][:150]} :: {data[:200]}")
    return lines


def main() -> int:
    """Walks over the pages."""
    base, out, wanted = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    views = [w for w in wanted if w in VIEWS] or list(VIEWS)
    names = [w for w in wanted if w in PAGES] or list(PAGES)
    out.mkdir(parents=True, exist_ok=True)
    bad = 0
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for view in views:
            width, height, scheme = VIEWS[view]
            size = {"width": width, "height": height}
            context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
            page = context.new_page()
            page.on("console", lambda m: m.type == "error" and print("console", m.text[:300]))
            page.on("pageerror", lambda e: print("page error", str(e)[:500]))
            role = None
            for name in names:
                who, path = PAGES[name]
                if who != role:
                    page.request.delete(f"{base}/api/session", headers={"X-CSRF-Token": "mock"})
                    page.request.post(f"{base}/api/session", data={"username": who, "password": "x"})
                    role = who
                page.goto(base + path)
                page.wait_for_selector("main h1, main .empty, main .error")
                page.wait_for_timeout(900)
                page.screenshot(path=out / f"{name}.{view}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if wide > 1:
                    print(f"{name}.{view}: {wide} px wider than the window")
                if view != "tablet":
                    for line in axe(page):
                        bad += 1
                        print(f"{name}.{view}: {line}")
            context.close()
        browser.close()
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
