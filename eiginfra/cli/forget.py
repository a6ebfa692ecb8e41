"""`eiginfra forget`: drop a resource from the journal, or the host keys of a machine, leaving the thing itself alone."""

from typing import Annotated

import typer

from eiginfra.cli import completion, options
from eiginfra.core.address import Address
from eiginfra.core.errors import UsageError
from eiginfra.wiring.asked import Paths


@options.files
def run(
    *,
    paths: Paths,
    address: Annotated[
        str | None,
        typer.Argument(metavar="ADDRESS", help="What to forget, e.g. 'gitlab.group[eig/eig3/adler]'.", autocompletion=completion.addresses),
    ] = None,
    host_key: Annotated[
        str | None,
        typer.Option(
            "--host-key",
            metavar="MACHINE",
            help="Instead: forget the host key of a machine, e.g. eig3/adler/web: the next is believed.",
        ),
    ] = None,
    cohort: Annotated[
        str | None, typer.Option(metavar="ID", help="Another cohort's record, such as of one whose files are gone; else the inventory's.")
    ] = None,
    quiet: options.Quiet = False,
) -> int:
    """Drop a resource's record from the journal. The thing itself is left alone; with no record, eiginfra will not remove it."""
    from eiginfra.core.suggest import did_you_mean
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out
    from eiginfra.wiring.workspace import Workspace

    if (address is None) == (host_key is None):
        raise UsageError("name what to forget: an ADDRESS, or a machine with --host-key")
    if host_key is not None:
        return _host_key(paths, host_key, quiet=quiet)
    try:
        parsed = Address.parse(str(address))
    except ValueError as problem:
        raise UsageError(str(problem)) from problem
    with Workspace.load(paths, offline=True) as workspace:
        whose = cohort or workspace.cohort.id
        with workspace.journal.lock("forget"):
            known = workspace.journal.forget(whose, parsed)
            meant = None if known else did_you_mean(str(parsed), map(str, workspace.journal.records(whose)))
        if not known:
            near = spoken().told(meant) if meant else "eiginfra journal list shows what was done"
            of = f" of the cohort {cohort}" if cohort else ""
            msg = f"the journal has no record{of} of {parsed}; {near}"
            raise UsageError(msg)
        out(quiet=quiet).print(f"Forgotten: {parsed}. It still exists; if the inventory asks for it, the next apply adopts it.")
        return 0


def _host_key(paths: Paths, machine: str, *, quiet: bool) -> int:
    """Somebody has looked at the machine: its next host key is the right one."""
    from eiginfra.render.console import out
    from eiginfra.wiring.host_keys import forget_host_keys
    from eiginfra.wiring.workspace import Workspace

    with Workspace.load(paths, offline=True) as workspace, workspace.journal.lock("forget"):
        address, known = forget_host_keys(workspace, machine)
        was = f" It was {' or '.join(known)}." if known else ""
        out(quiet=quiet).print(f"Forgotten: the host key of {address.key}.{was} The next apply believes the one that it finds there.")
    return 0
