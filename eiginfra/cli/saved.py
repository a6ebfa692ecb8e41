"""Saved plans: written by `plan --out`, read by `apply PLAN` and `plan --verify`."""

import os
import stat
import sys
from pathlib import Path

from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.finding import error
from eiginfra.core.plan import Plan
from eiginfra.render.console import err
from eiginfra.wiring.workspace import Workspace

_MOST = 64 * 2**20
"""Bytes; the plan of a whole cohort is a hundredth of that."""


def write_plan(plan: Plan, path: Path, workspace: Workspace, *, quiet: bool) -> None:
    """Write the plan where `eiginfra apply PATH` reads it, for its owner alone. Raises UsageError if that cannot be done."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.fchmod(descriptor, 0o600)
            file.write(plan.to_json(workspace.plan_key) + "\n")
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the path
        msg = f"the plan cannot be written to {path}: {getattr(problem, 'strerror', None) or problem}"
        raise UsageError(msg) from problem
    err(quiet=quiet).print(f"Saved. To carry out exactly this: eiginfra apply {path}")


def read_plan(saved: str, workspace: Workspace) -> Plan:
    """A saved plan (`-`: from standard input), if it was made for this cohort and site. Raises UsageError or InputError."""
    name = "standard input" if saved == "-" else saved
    plan = Plan.from_json(_read(saved, name), name, workspace.plan_key)
    here = workspace.meta()
    for what in ("cohort", "site"):
        theirs, ours = getattr(plan.meta, what), getattr(here, what)
        if theirs != ours:
            raise InputError([error("plan-elsewhere", saved=name, what=what, theirs=theirs, ours=ours)])
    if plan.meta.inventory != here.inventory:
        err().print("The inventory has changed since the plan was made; what it does not ask for now is refused.")
    return plan


def _read(saved: str, name: str) -> str:
    try:
        if saved == "-":
            content = sys.stdin.read(_MOST + 1)
        else:
            with Path(saved).open("rb") as file:
                content = file.read(_MOST + 1).decode("utf-8")
    except (OSError, ValueError) as problem:  # ValueError: not UTF-8, or a NUL in the path
        msg = f"the plan {name} cannot be read: {getattr(problem, 'strerror', None) or 'it is not text'}"
        raise UsageError(msg) from problem
    if len(content) > _MOST:
        raise UsageError(f"the plan {name} cannot be read: no plan is larger than {_MOST // 2**20} MiB")
    return content
