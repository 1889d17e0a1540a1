"""Takes pictures of every page against the mock (or a running server) and runs axe on each.

python tests/look/look.py http://127.0.0.1:4173 OUT [page ...]
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

AXE = (Path(__file__).parent / "../../node_modules/axe-core/axe.min.js").resolve()
PAGES = {
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
VIEWS = {"desk": (1440, 900, "light"), "tablet": (1024, 768, "light"), "dark": (1440, 900, "dark")}


def axe(page: Page) -> list[str]:
    """Violations, one line each."""
    page.add_script_tag(path=str(AXE)) if not page.evaluate("Boolean(window.axe)") else None
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(r => r.violations)"
    )
    return [
        f"{v['impact']} {v['id']}: {v['help']} -- {n['html'][:150]} :: {json.dumps(n.get('any', [{}])[0].get('data') if n.get('any') else None)[:200]}"
        for v in found
        for n in v["nodes"][:4]
    ]


def main() -> int:
    """Walks over the pages."""
    base, out, wanted = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    views = [w for w in wanted if w in VIEWS] or list(VIEWS)
    names = [w for w in wanted if w in PAGES] or list(PAGES)
    out.mkdir(parents=True, exist_ok=True)
    bad = 0
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        for view in views:
            width, height, scheme = VIEWS[view]
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True)
            page = context.new_page()
            page.on("console", lambda m: print("console", m.type, m.text[:300]) if m.type in ("error", "warning") else None)
            page.on("pageerror", lambda e: print("PAGE ERROR", str(e)[:500]))
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
