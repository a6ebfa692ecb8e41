"""`python -m eiginfra.lab`: a lab in the foreground, until Ctrl-C."""

import argparse
import sys
from datetime import date
from pathlib import Path

from eiginfra.lab.config import PORTS, PROFILES, SERVICES, LabConfig, LabError
from eiginfra.lab.server import Lab, serve


def parse(words: list[str] | None = None) -> LabConfig:
    """The configuration that a command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m eiginfra.lab", description=__doc__)
    for name, port in PORTS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=port, metavar="PORT", help="0: any free one")
    parser.add_argument("--port", type=int, choices=[0], help="0: any free ports for all")
    parser.add_argument("--service", action="append", choices=SERVICES, help="only this one (repeatable)")
    parser.add_argument("--now", type=date.fromisoformat, metavar="DATE", help="the day on which the lab's clock starts")
    parser.add_argument("--site-out", type=Path, metavar="FILE", help="write the site file, tokens beside it")
    parser.add_argument("--state", type=Path, metavar="FILE", help="read the state from there, write it at the end")
    parser.add_argument("--profile", default="eig", choices=sorted(PROFILES))
    parser.add_argument("--task-seconds", type=float, default=0.0, metavar="S", help="how long a Proxmox task takes")
    parser.add_argument("--latency-ms", type=float, default=0.0, metavar="MS", help="what every request waits")
    parser.add_argument("--wide-network", action="store_true", help="a site with a /16")
    parser.add_argument("--node", action="append", metavar="NAME", help="a node of the Proxmox instead of the profile's (repeatable)")
    options = parser.parse_args(words)
    ports = {name: 0 if options.port == 0 else getattr(options, name) for name in PORTS}
    return LabConfig(
        **ports,
        services=tuple(options.service or SERVICES),
        now=options.now,
        site_out=options.site_out,
        state=options.state,
        profile=options.profile,
        task_seconds=options.task_seconds,
        latency_ms=options.latency_ms,
        wide_network=options.wide_network,
        nodes=tuple(options.node or ()),
    )


def main(words: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; 1 with a sentence on standard error if that is not possible."""

    def say(lab: Lab) -> None:
        for name, url in lab.addresses.all.items():
            print(f"{name}: {url}", flush=True)  # noqa: T201 - this is a command

    try:
        serve(parse(words), say)
    except LabError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
