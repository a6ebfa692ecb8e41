"""`eiginfra man`: the manual page; `make man` keeps it in docs/man."""

import sys

import typer

from eiginfra import __version__
from eiginfra.cli.commands import EXIT_CODES, described, walk
from eiginfra.render import man

# What is told once, for all the commands that take it.
_SHARED = ("Choice of resources", "Files")
_ENVIRONMENT = (
    ("NO_COLOR", "If set, nothing is coloured."),
    ("HTTP_PROXY, HTTPS_PROXY, NO_PROXY", "The proxy to GitLab, Proxmox VE and the webhook, where the site file names none."),
)


def run() -> int:
    """Print the manual page in roff. For man -l, and for who packages eiginfra."""
    from eiginfra.cli.main import program

    root = program()
    top = typer.Context(root, info_name="eiginfra", **root.context_settings)
    shared: dict[str, dict[str, str]] = {title: {} for title in _SHARED}
    takers: dict[str, list[str]] = {title: [] for title in _SHARED}
    bodies = []
    for path, command in sorted(walk(root).items()):
        name = f"eiginfra {' '.join(path)}"
        content = described(typer.Context(command, info_name=name, help_option_names=[]))
        for title in _SHARED:
            if title in content:
                takers[title].append(" ".join(path))
                shared[title] |= dict(content.pop(title))
        content.pop("Commands", None)
        usage = typer.Context(command, info_name=name).get_usage().removeprefix("Usage: ")
        bodies.append(man.command(" ".join(usage.split()), name, command.help or "", content))
    purpose = (root.help or "").rstrip(".")
    sections = {
        "Options": man.rows(described(top)["Options"]),
        "Commands": "".join(bodies),
        **{title: man.paragraphs(f"For {', '.join(takers[title])}.") + man.rows([*listed.items()]) for title, listed in shared.items()},
        "Environment": man.rows(_ENVIRONMENT),
        "Exit status": man.rows([(str(code), meaning) for code, meaning in EXIT_CODES.items()]),
    }
    sys.stdout.write(man.page("eiginfra", __version__, purpose[:1].lower() + purpose[1:], "eiginfra [OPTIONS] COMMAND [ARGS]...", sections))
    return 0
