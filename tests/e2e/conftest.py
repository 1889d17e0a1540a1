"""A served installation with people and work in it, and browsers to look at it with."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from tests.e2e.edge import edge_with_a_full_journal

from titer.app import Config, Platform, create_installation, open_platform
from titer.cli.processes import start_hub, start_platform
from titer.cli.restarting import HUB
from titer.quality.model import Disposition
from titer.record import Actor
from titer.server.supervisor import Supervisor

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "src" / "titer" / "server" / "pages" / "index.html"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "build" / "screenshots"
PASSWORD = "correct horse battery"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
VIEWS = {"desk": (1440, 900, "light"), "tablet": (1024, 768, "light"), "dark": (1440, 900, "dark")}
PEOPLE = (
    ("okafor", "Maria Okafor", "quality"),
    ("silva", "Rui Silva", "quality"),
    ("lindqvist", "Eva Lindqvist", "operator"),
    ("tanaka", "Yuki Tanaka", "analyst"),
    ("novak", "Jana Novak", "analyst"),
    ("reyes", "Ana Reyes", "reviewer"),
    ("weber", "Jonas Weber", "scientist"),
    ("lund", "Ingrid Lund", "inspector"),
    ("adler", "Petra Adler", "administrator"),
)


def _missing(reason: str) -> None:
    """Skip with the reason; where skips are refused (continuous integration), fail with it."""
    if "browser" in os.environ.get("TITER_REFUSE_SKIPS", "").split(","):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Served:
    """A hub that serves an installation.

    Args:
        address: of its pages.
        folder: of the installation.
        batch: id of the batch that is under review.
        exceptions: ids of its exceptions.
        certificate: id of a certificate of analysis that waits to be issued, where a laboratory is furnished.
        result: id of its result of purity.
        to_sign: numbers of samples whose results wait for approval.
    """

    address: str
    folder: Path
    batch: str
    exceptions: list[str] = field(default_factory=list)
    certificate: str = ""
    result: str = ""
    to_sign: list[str] = field(default_factory=list)


def _people(platform: Platform) -> dict[str, Actor]:
    made = {}
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        for username, full_name, role in PEOPLE:
            row = platform.identity.create_person(
                unit, username=username, full_name=full_name, password=PASSWORD, roles=(role,)
            )
            row.policy_acknowledged_at = unit.now
            made[username] = Actor.person(row.id, None, full_name)
            if role == "analyst":
                platform.identity.enter_training(
                    unit,
                    person_id=row.id,
                    competency="sec-hplc",
                    document="SOP-12 v3",
                    expires_at=unit.process_now + timedelta(days=300),
                )
    return made


def _work(platform: Platform) -> tuple[str, list[str]]:
    """A batch that quality follows, with three exceptions that wait for a person.

    The plant floor is switched off here, so the batch has no procedure; the walk through a whole one is the
    demo's own test.
    """
    with platform.record.action(Actor.timer("test"), "quality.follow") as unit:
        batch = unit.new_id()
        unit.add(Disposition(batch_id=batch, batch_number="B-2026-0001", state="in_process", coverage={}))
        rows = [
            platform.quality.raise_exception(
                unit,
                kind="limit",
                severity=severity,
                title=title,
                detail=detail,
                batch_id=batch,
                subject_type="mes_phase",
                subject_id="growth",
                evidence={"tag": tag, "value": value, "unit": unit_code, "limit": limit},
                key=f"limit/{tag}",
            )
            for severity, title, detail, tag, value, unit_code, limit in (
                (
                    "minor",
                    "Temperature above its limit",
                    "37.6 degC for 4 min during growth; the loop brought it back.",
                    "BR-201.Temperature.PV",
                    "37.6",
                    "degC",
                    "37.5",
                ),
                (
                    "minor",
                    "Dissolved oxygen below its limit",
                    "28 % for 6 min while the cable was cut.",
                    "BR-201.DO.PV",
                    "28",
                    "%",
                    "30",
                ),
                (
                    "major",
                    "Feed pump delivered less than was asked for",
                    "The balance shows 8 % less than the pump's own totaliser.",
                    "BR-201.FeedF2Total.PV",
                    "11.04",
                    "L",
                    "12.00",
                ),
            )
        ]
        return batch, [row.id for row in rows]


@pytest.fixture(scope="module")
def platform_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An installation with three people and a batch with exceptions, served on a free port.

    One for a module: a test works on an exception of its own.
    """
    if not PAGES.exists():
        _missing("the pages are not built: make pages")
    yield from _served(tmp_path_factory.mktemp("served"), _empty)


@pytest.fixture(scope="module")
def laboratory_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demo installation whose laboratory has a certificate that waits to be issued, served on a free port."""
    if not PAGES.exists():
        _missing("the pages are not built: make pages")
    yield from _served(tmp_path_factory.mktemp("laboratory"), _furnished, demo=True)


def _empty(_platform: Platform, _people: dict[str, Actor], _batch: str) -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def trail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An installation whose batch is complete and whose audit trail has something in it, served on a free port."""
    if not PAGES.exists():
        _missing("the pages are not built: make pages")
    from tests.e2e.trail import completed

    yield from _served(tmp_path_factory.mktemp("trail"), completed, layers=())


@pytest.fixture(scope="module")
def links_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An installation with somebody of automation and with its connector host, served on a free port."""
    if not PAGES.exists():
        _missing("the pages are not built: make pages")
    yield from _served(tmp_path_factory.mktemp("links"), _automation, layers=(), whole=True)


@pytest.fixture(scope="module")
def trends_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An installation with a million values, two batches and some spectra, served on a free port."""
    if not PAGES.exists():
        _missing("the pages are not built: make pages")
    from tests.e2e.series import recorded

    yield from _served(tmp_path_factory.mktemp("trends"), recorded, layers=("lims", "mes"))


def _automation(platform: Platform, _people: dict[str, Actor], _batch: str) -> dict[str, str]:
    with platform.record.action(Actor.timer("test"), "record.person.create") as unit:
        row = platform.identity.create_person(
            unit, username="mehta", full_name="Arjun Mehta", password=PASSWORD, roles=("automation",)
        )
        row.policy_acknowledged_at = unit.now
    edge_with_a_full_journal(platform)
    return {}


def _furnished(platform: Platform, people: dict[str, Actor], batch: str) -> dict[str, Any]:
    from tests.e2e.laboratory import Laboratory, certificate, cut_short, to_sign
    from tests.e2e.warehouse import lots

    lab = Laboratory(platform, people, PASSWORD)
    made, result = certificate(lab, batch)
    cut_short(lab)
    lots(lab, batch)
    return {"certificate": made, "result": result, "to_sign": to_sign(lab)}


def _served(
    root: Path,
    furnish: Callable[[Platform, dict[str, Actor], str], Mapping[str, Any]],
    *,
    demo: bool = False,
    layers: tuple[str, ...] = ("lims",),
    port: int = 0,
    prepare: Callable[[Path], None] | None = None,
    whole: bool = False,
) -> Iterator[Served]:
    folder = root / "lab"
    config = Config(name="Plant", site="Suite 2", layers=layers)
    create_installation(folder, config, simulated=demo, demo=demo)
    if prepare is not None:
        prepare(folder)
    # Passwords are hashed lightly here: what they cost is no business of these tests.
    platform = open_platform(folder, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    people = _people(platform)
    batch, exceptions = _work(platform)
    more = furnish(platform, people, batch)
    platform.settle()
    platform.close()
    supervisor = Supervisor(root / "logs")
    try:
        (start_platform if whole else start_hub)(supervisor, folder, port=port)
        served = supervisor.children[HUB].announced.split()[1]
        yield Served(f"http://127.0.0.1:{served}", folder, batch, exceptions, **more)
    finally:
        supervisor.end_all()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium: the machine's, or else Playwright's own; each test opens contexts of its own in it.

    One for a module, not for the session: its event loop must be gone before asynchronous tests run.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        path = (
            shutil.which("chromium") or shutil.which("chromium-browser") or started.chromium.executable_path
        )
        if not Path(path).exists():
            _missing("there is no Chromium: install one, or run `playwright install chromium`")
        made = started.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield made
        made.close()


Screen = Callable[..., Any]


@pytest.fixture
def screen(browser: Any, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """Opens a browser of its own for each person: `screen("okafor")` is logged in, `screen()` is not.

    The server is the one that a test asks for, else the plain one. What a page throws fails the
    test: except for the refusals that the test itself provokes.
    """
    special = ("alarms_server", "laboratory_server", "links_server", "trail_server", "trends_server")
    named = next((one for one in special if one in request.fixturenames), "platform_server")
    served: Served = request.getfixturevalue(named)
    contexts, thrown = [], []

    def open_one(username: str | None = None, view: str = "desk") -> Any:
        width, height, scheme = VIEWS[view]
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        _slowed(context, page)
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.goto(served.address)
        if username:
            log_in(page, username, PASSWORD)
            page.get_by_role("navigation").first.wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert thrown == []


def _slowed(context: Any, page: Any) -> None:
    """Answers come late where TITER_TEST_LATENCY says by how many milliseconds: a test that acts before the page has
    said that the step before is done fails then, instead of one time in twenty."""
    latency = int(os.environ.get("TITER_TEST_LATENCY", "0"))
    if latency:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": 2})


@pytest.fixture
def page(screen: Screen) -> Any:
    """One browser at the way in."""
    return screen()


def log_in(page: Any, username: str, password: str) -> None:
    """Fill in the form and press the button."""
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def prove(dialog: Any, password: str, username: str = "okafor") -> None:
    """Fill in what a signature asks for: at the first one of a session the log-in name as well."""
    dialog.get_by_label("Reason").wait_for()
    name = dialog.get_by_label("Your log-in name")
    if name.count():
        name.fill(username)
    dialog.get_by_label("Password", exact=True).fill(password)


def picture(page: Any, name: str) -> Path:
    """Take a picture for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    return path


def faults(page: Any, name: str) -> list[str]:
    """What axe and a ruler find on a page as it stands: on a desk, on a tablet, and in the dark; each with a picture.

    The tablet differs from the desk in its width alone, so there the ruler is enough.
    """
    found = []
    # What fades in or out, under the pointer or at a change of colours, cannot be judged half way.
    page.mouse.move(0, 0)
    page.add_style_tag(
        content="*, *::before, *::after { transition: none !important; animation: none !important }"
    )
    page.wait_for_function("() => !document.querySelector('.mantine-Tooltip-tooltip')")
    for view, (width, height, scheme) in VIEWS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function("s => document.documentElement.dataset.mantineColorScheme === s", arg=scheme)
        picture(page, f"{name}.{view}")
        if view != "tablet":
            found += [f"{name}.{view}: {one}" for one in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 1:
            found.append(f"{name}.{view}: the page is wider than its window")
    page.set_viewport_size({"width": VIEWS["desk"][0], "height": VIEWS["desk"][1]})
    page.emulate_media(color_scheme=VIEWS["desk"][2])
    return found


def violations(page: Any) -> list[str]:
    """Serious and critical violations of WCAG 2.2 A and AA, as axe-core finds them."""
    if not AXE.exists():
        _missing("axe-core is not installed: cd web && npm ci")
    if not page.evaluate("Boolean(window.axe)"):
        page.add_script_tag(path=str(AXE))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(rules)}}}).then(r => r.violations)")
    return [
        f"{one['impact']} {one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
