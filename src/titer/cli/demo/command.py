"""The command `titer demo`."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from titer.base.errors import TiterError
from titer.cli.demo.people import PASSWORD
from titer.cli.demo.run import RATE, Demo

VERIFIER = Path(__file__).parents[4] / "verify" / "titer-verify.py"

TOUR = """
What to try next
  Open {address} and log in as reyes (reviewer), okafor (quality), weber (scientist), lindqvist (operator)
  or admin; the password of everybody in this demo is: {password}
  * From the certificate to the instrument's bytes: Lab, a result, "Where from".
  * Verify the ledger: Record, "Verify".
  * Tamper with the database:   sqlite3 {lab}/titer.db "DROP TRIGGER titer_lims_result_update;
                                 UPDATE lims_result SET text = '4.9'"   and then   titer verify -d {lab}
  * Verify the bundle without Titer:   python3 {verifier} {bundle}
"""


def demo(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for everything; a new one in the temporary folder.")
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="End when the batch has been released.")
    ] = False,
    robots: Annotated[bool, typer.Option("--robots", help="Do not stop to ask for signatures.")] = False,
    port: Annotated[int, typer.Option(help="Port of the pages; 0 for any free one.")] = 8400,
    seed: Annotated[int, typer.Option(help="Of the simulated plant.")] = 7,
    rate: Annotated[float, typer.Option(help="Plant seconds a second.")] = RATE,
) -> None:
    """Run one batch through all layers on the simulated plant."""
    console = Console(highlight=False)
    folder = out or Path(tempfile.mkdtemp(prefix="titer-demo-"))
    run = Demo(folder, console, port=0 if headless else port, seed=seed, rate=rate)
    try:
        cast = run.start()
        run.seed_all(cast)
        state = run.run_batch(cast)
        run.say(f"the batch ended: {state}")
        sentence = run.finish(cast)
        bundle = run.export(cast)
        answer = subprocess.run(  # noqa: S603  our own verifier
            [sys.executable, "-I", str(VERIFIER), str(bundle)], capture_output=True, text=True, check=False
        )
        run.say(sentence)
        run.say(f"the signed batch record: {bundle}")
        run.say(answer.stdout.strip())
        if answer.returncode:
            raise typer.Exit(1)
        if headless:
            return
        console.print(
            TOUR.format(
                address=run.address, password=PASSWORD, lab=run.lab, verifier=VERIFIER, bundle=bundle
            ),
            markup=False,
            soft_wrap=True,
        )
        console.print("Ctrl+C ends the demo.")
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)
    except TiterError:
        console.print(f"The demo's logs are in {folder / 'logs'}.", soft_wrap=True)
        raise
    finally:
        run.end()
