"""`eiginfra lab`: a GitLab, a Proxmox VE and a gateway to practise on, on this machine's loopback."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from eiginfra.cli import options
from eiginfra.cli.commands import Command, new_app
from eiginfra.core.errors import EiginfraError, UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import SETTINGS

app = new_app("lab", help="A GitLab, a Proxmox VE and a gateway to practise on.")

RUN_DIR = Path(".eiginfra/lab")
RunDir = Annotated[Path, typer.Option("--run-dir", metavar="FOLDER", help="Where the lab keeps its tokens, log and process id.")]
T = TypeVar("T")


@app.command("up", cls=Command)
def up(
    *,
    detach: Annotated[bool, typer.Option("-d", "--detach", help="Serve in the background until `eiginfra lab down`.")] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=0,
            max=65531,
            metavar="PORT",
            help="GitLab's; Proxmox, the gateway's SSH, HTTP, HTTPS get the next; 0: free ones. [8929, 8006, 8022, 8081, 8443]",
        ),
    ] = None,
    site_out: Annotated[Path | None, typer.Option("--site-out", metavar="FILE", help="Write the site file there.")] = None,
    now: Annotated[
        date | None, typer.Option("--now", metavar="DATE", parser=options.day, help="The lab's day; as_of of eiginfra.yml if absent.")
    ] = None,
    state: Annotated[Path | None, typer.Option("--state", metavar="FILE", help="Take up and leave the state there.")] = None,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="eig, recordings; with -9.1 or -9.2.")] = "eig",
    latency: Annotated[float, typer.Option("--latency", metavar="MS", min=0, help="What every request waits.")] = 0.0,
    task_seconds: Annotated[float, typer.Option("--task-seconds", metavar="SECONDS", min=0, help="How long a Proxmox task takes.")] = 0.0,
    wide_network: Annotated[bool, typer.Option("--wide-network", help="A /16 with some 60,000 machine IDs.")] = False,
    nodes: Annotated[str | None, typer.Option("--nodes", metavar="NAMES", help="The Proxmox's nodes: eig,eig2.")] = None,
    run_dir: RunDir = RUN_DIR,
) -> int:
    """Serve a GitLab, a Proxmox VE and a gateway until Ctrl-C, on loopback only."""

    def start() -> int:
        from eiginfra.lab import process
        from eiginfra.lab.config import SERVICES, LabConfig
        from eiginfra.lab.server import serve
        from eiginfra.render.console import out

        config = LabConfig(
            **_ports(port),
            services=SERVICES,
            now=now or _settings_day(),
            site_out=site_out or run_dir / "site.yml",
            state=state,
            profile=profile,
            latency_ms=latency,
            task_seconds=task_seconds,
            wide_network=wide_network,
            nodes=tuple(name for name in (nodes or "").split(",") if name),
        )
        if not detach:
            serve(config, lambda serving: _announce(serving.addresses.all))
            return 0
        info = process.start_detached(config, run_dir)
        _announce(info.urls | info.also)
        out().print(f"The lab serves (process {info.pid}); site file {info.site}. To end it: eiginfra lab down")
        return 0

    return _with_lab(start)


@app.command("status", cls=Command)
def status(run_dir: RunDir = RUN_DIR, format_: options.TextOrJson = Format.TEXT) -> int:
    """Say whether the lab serves, where, and what it was asked for in vain; exit 1 if it does not serve."""

    def look() -> int:
        from eiginfra.lab import process
        from eiginfra.render.console import out
        from eiginfra.render.outputs.base import write_document
        from eiginfra.render.outputs.others import LabStatusOutput

        info = process.status(run_dir)
        in_vain = process.asked_in_vain(info) if info else {}
        if format_ is Format.JSON:
            body = {"running": info is not None, "in_vain": in_vain}
            known = {"urls": info.urls, "also": info.also, "pid": info.pid} if info else {"urls": {}, "also": {}, "pid": None}
            write_document(LabStatusOutput.model_validate(body | known))
        elif info is None:
            out().print("The lab does not run.")
        else:
            out().print(
                f"The lab serves (process {info.pid}): " + ", ".join(f"{name} {url}" for name, url in (info.urls | info.also).items())
            )
            for service, asked in in_vain.items():
                for one in asked:
                    words = " ".join(filter(None, (service, one["method"], one["route"], one["parameter"])))
                    out().print(f"asked in vain: {words}: {one['ending']}, {one['times']} times")
        return 0 if info else 1

    return _with_lab(look)


@app.command("down", cls=Command)
def down(run_dir: RunDir = RUN_DIR) -> int:
    """End the lab that was started with --detach; its state goes with it, unless it was given --state."""

    def stop() -> int:
        from eiginfra.lab import process
        from eiginfra.render.console import out

        out().print("The lab has ended." if process.stop(run_dir) else "The lab did not run.")
        return 0

    return _with_lab(stop)


def _ports(first: int | None) -> dict[str, Any]:
    """The ports of the lab by their names in its configuration: the usual ones, free ones for 0, else from the first on."""
    from eiginfra.lab.config import PORTS

    if first is None:
        return dict(PORTS)
    return {name: first and first + number for number, name in enumerate(PORTS)}


def _announce(urls: Mapping[str, str]) -> None:
    from eiginfra.render.console import out

    for service, url in urls.items():
        out().print(f"{service}: {url}")


def _settings_day() -> date | None:
    """The lab's clock follows the cohort's day, so that dates mean in the lab what they mean in the plan."""
    from eiginfra.inventory.loader import load_settings

    return load_settings(SETTINGS).as_of if SETTINGS.exists() else None


def _with_lab(work: Callable[[], T]) -> T:
    """The lab is an extra: without it, say how to get it; its errors become those of core.errors."""
    try:
        from eiginfra.lab.config import LabError
    except ImportError as problem:
        raise UsageError(_MISSING) from problem
    try:
        return work()
    except ImportError as problem:
        raise UsageError(_MISSING) from problem
    except LabError as problem:
        raise EiginfraError(str(problem)) from problem


_MISSING = "the lab is not installed; pip install 'eiginfra[lab]'"
