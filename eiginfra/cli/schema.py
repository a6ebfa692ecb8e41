"""`eiginfra schema`: the JSON Schemas of the files people write, and of what commands print."""

from typing import Annotated

import typer

from eiginfra.core.errors import UsageError

FILES = ("cohort", "team", "site", "settings", "playbook")
OUTPUTS = (
    "output.apply",
    "output.bulletin",
    "output.check",
    "output.confirm",
    "output.doctor",
    "output.drift",
    "output.explain",
    "output.explain.code",
    "output.handouts",
    "output.history",
    "output.import",
    "output.inventory",
    "output.journal.diff",
    "output.journal.list",
    "output.journal.show",
    "output.lab.status",
    "output.pages.build",
    "output.plan",
    "output.plan.verify",
    "output.reconcile",
    "output.review",
)


def run(
    *,
    what: Annotated[
        str | None,
        typer.Argument(metavar="WHAT", help="One of them; those of all files without it.", autocompletion=lambda: [*FILES, *OUTPUTS]),
    ] = None,
) -> int:
    """Print the JSON Schema of a file format. For editors and other tools.

    There is cohort, team, site, settings and playbook; and of what commands print as JSON, output.check, output.plan and so on.
    """
    from eiginfra.inventory.schema import schemas
    from eiginfra.playbook.schema import schema as playbook_schema
    from eiginfra.render.console import write_page
    from eiginfra.render.outputs.base import json_text
    from eiginfra.render.outputs.schemas import output_schemas
    from eiginfra.wiring.providers import described, sections

    files = {**schemas(sections()), "playbook": playbook_schema(described().registry())}
    every = {**files, **output_schemas()}
    if what is not None and what not in every:
        msg = f"there is no schema of {what!r}; there are {', '.join(sorted(every))}"
        raise UsageError(msg)
    write_page(json_text(files if what is None else every[what]) + "\n")
    return 0
