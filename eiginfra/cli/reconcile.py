"""`eiginfra reconcile`: plan, report and heal in rounds."""

import logging
import random
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra import __version__
from eiginfra.cli import options
from eiginfra.cli.apply import exit_code
from eiginfra.cli.commands import INTERRUPTED
from eiginfra.cli.plan import DIFFERENCES
from eiginfra.engine.mode import Mode
from eiginfra.wiring.asked import Asked, Paths, Selection

if TYPE_CHECKING:
    from eiginfra.core.secret import Secret
    from eiginfra.reconcile.round import Round
    from eiginfra.reconcile.work import Work


def _interval(text: str) -> timedelta:
    from eiginfra.inventory.durations import interval as parse_interval

    try:
        return parse_interval(text)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem


@options.files
@options.choice
def run(
    *,
    paths: Paths,
    selection: Selection,
    mode: Annotated[Mode, typer.Option("--mode", help="Only tell drift, or also heal what the site's policy lets.")] = Mode.DETECT,
    interval: Annotated[
        timedelta | None,
        typer.Option("--interval", metavar="TIME", parser=_interval, help="From round to round: 30s, 10m, 2h; else the site file's."),
    ] = None,
    quiet: options.Quiet = False,
    once: Annotated[bool, typer.Option("--once", help="One round, for cron and CI; exits as drift or apply do.")] = False,
    pull: Annotated[
        str | None, typer.Option("--pull", metavar="BRANCH", help="Fast-forward the git checkout of eiginfra.yml before each round.")
    ] = None,
    metrics: Annotated[
        str | None, typer.Option("--metrics", metavar="HOST:PORT", help="Where /metrics and /healthz are served; else the site file's.")
    ] = None,
) -> int:
    """Compare again and again, tell what drifts, heal it if asked to. Logs JSON lines on standard error; SIGTERM ends it in order."""
    from eiginfra.reconcile.log import LOGGER, log_to, say
    from eiginfra.reconcile.loop import Loop
    from eiginfra.reconcile.notify import Notifier
    from eiginfra.reconcile.pull import WorkingCopy
    from eiginfra.reconcile.server import serving
    from eiginfra.reconcile.state import state_file
    from eiginfra.reconcile.work import ProjectWork
    from eiginfra.wiring.providers import read_site
    from eiginfra.wiring.secrets import resolve
    from eiginfra.wiring.settings import named
    from eiginfra.wiring.stopping import Stopper

    files = named(paths)
    folder = (files.inventory or Path()).absolute()
    here = read_site(files.site or Path())
    section = here.file.reconcile
    source = section.webhook

    def address() -> "Secret":
        assert source is not None  # noqa: S101 - for the type checker: it is called only where there is one
        return resolve(source, here.document.locate("reconcile", "webhook"))

    if source is not None:
        address()

    copy = None if pull is None else WorkingCopy(files.anchor, pull)

    def open_work() -> "Work":
        if copy is not None and copy.bring_forward():
            say("pulled", commit=copy.commit, branch=copy.branch)
        return ProjectWork(paths, Asked(selection), mode)

    handler = log_to(level=logging.ERROR if quiet else logging.INFO)
    try:
        with Stopper().signals() as stopper:
            loop = Loop(
                cohort=folder.name,
                site=here.name,
                mode=mode,
                open_work=open_work,
                state=state_file(here, folder.name, str(selection)),
                stopper=stopper,
                address=None if source is None else address,
                proxy=section.proxy,
                notify=Notifier({}) if once else Notifier(),
                pages_every=None if section.pages is None else section.pages.every,
            )
            if once:
                return _code(loop.once())
            every = interval or section.interval
            with serving(metrics or section.metrics, loop.metrics.text, loop.health) as url:
                say("started", version=__version__, cohort=folder.name, site=here.name, mode=mode, seconds=every.total_seconds(), url=url)
                # So that several loops do not all work at the same second.
                loop.run(every, lambda: random.uniform(0.9, 1.1))  # noqa: S311 - no secret depends on it
                say("stopped", rounds=loop.number)
            return 0
    finally:
        LOGGER.removeHandler(handler)


def _code(seen: "Round") -> int:
    """A problem's own code; 130 if interrupted; as apply if something failed; as drift if some drift is left."""
    from eiginfra.reconcile.round import End

    if seen.problem is not None:
        return seen.problem.exit_code
    if seen.end is End.STOPPED:
        return INTERRUPTED
    if seen.report is not None and seen.report.failed:
        return exit_code(seen.report)
    return DIFFERENCES if seen.news.standing else 0
