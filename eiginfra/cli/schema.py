"""`eiginfra schema`: the JSON Schemas of the files people write."""

from typing import Annotated

import typer

from eiginfra.core.errors import UsageError

FILES = ("cohort", "team", "site", "settings", "playbook")


def run(
    *,
    what: Annotated[
        str | None,
        typer.Argument(metavar="WHAT", help="One of them; all without it.", autocompletion=lambda: [*FILES]),
    ] = None,
) -> int:
    """Print the JSON Schema of a file format. There is cohort, team, site, settings and playbook; for editors and other tools."""
    from eiginfra.inventory.schema import schemas
    from eiginfra.playbook.schema import schema as playbook_schema
    from eiginfra.render.console import write_json
    from eiginfra.wiring.providers import described, sections

    every = {**schemas(sections()), "playbook": playbook_schema(described().registry())}
    if what is not None and what not in every:
        msg = f"there is no schema of {what!r}; there are {', '.join(sorted(every))}"
        raise UsageError(msg)
    body = every if what is None else every[what]
    write_json(body)
    return 0
