"""Saved plans: written by `plan --out`, read by `apply PLAN` and `plan --verify`."""

import sys
from pathlib import Path

from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.finding import error
from eiginfra.core.plan import Plan
from eiginfra.render.console import err
from eiginfra.wiring.workspace import Workspace


def write_plan(plan: Plan, path: Path, *, quiet: bool) -> None:
    """Write the plan where `eiginfra apply PATH` reads it. Raises UsageError if that cannot be done."""
    try:
        path.write_text(plan.to_json() + "\n", encoding="utf-8")
    except OSError as problem:
        msg = f"the plan cannot be written to {path}: {problem.strerror}"
        raise UsageError(msg) from problem
    err(quiet=quiet).print(f"Saved. To carry out exactly this: eiginfra apply {path}")


def read_plan(saved: str, workspace: Workspace) -> Plan:
    """A saved plan (`-`: from standard input), if it was made for this cohort and site. Raises UsageError or InputError."""
    name = "standard input" if saved == "-" else saved
    try:
        content = sys.stdin.read() if saved == "-" else Path(saved).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        msg = f"the plan {name} cannot be read: {getattr(problem, 'strerror', None) or 'it is not text'}"
        raise UsageError(msg) from problem
    plan = Plan.from_json(content, name)
    here = workspace.meta()
    for what in ("cohort", "site"):
        theirs, ours = getattr(plan.meta, what), getattr(here, what)
        if theirs != ours:
            raise InputError([error("plan-elsewhere", saved=name, what=what, theirs=theirs, ours=ours)])
    if plan.meta.inventory != here.inventory:
        err().print("The inventory has changed since the plan was made; what counts is the plan as saved.")
    return plan
