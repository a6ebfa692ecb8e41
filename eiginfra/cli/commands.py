"""The commands, and how their help is put together. Each is imported only when it, or its help, is asked for."""

from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from eiginfra.render.help import paragraph, sections

if TYPE_CHECKING:  # typer brings its own click, and names these nowhere else
    from typer._click import Command as AnyCommand
    from typer._click import Context, HelpFormatter

USAGE, INTERRUPTED = 64, 130
LANG = ("--lang", "--language")
# Each is in the module of its name (where Python has that word for itself, with an underscore), and its help begins with this text.
COMMANDS = {
    "init": "Write a new repository: a cohort with its first team.",
    "new": "Add a cohort, a team, a member or a machine.",
    "fmt": "Put YAML files into normal form.",
    "check": "Check inventory, playbook and site without any server.",
    "review": "Show what a merge request would change, without any server.",
    "codeowners": "Print CODEOWNERS for GitLab.",
    "explain": "Say what a team's file gives, or what a finding means.",
    "plan": "Show what an apply would do.",
    "apply": "Make reality what the inventory says.",
    "drift": "Show the differences that arose on the servers, by cause.",
    "reconcile": "Compare again and again, tell what drifts, heal it if asked to.",
    "handouts": "Write a page for each team and person, from what was observed.",
    "pages": "Write the cohort's pages, as a static site.",
    "bulletin": "Write what the teams achieved, for people to finish.",
    "inventory": "Speak Ansible's dynamic inventory.",
    "schema": "Print the JSON Schema of a file format.",
    "history": "Show what was done about a team or a resource.",
    "journal": "What was done, when, and by whom.",
    "import": "Write an inventory of what the servers have already.",
    "confirm": "Say whose accounts are whose, for cohort.yml.",
    "forget": "Drop a resource's record from the journal.",
    "doctor": "Look at every service, and say what is missing.",
    "lab": "A GitLab, a Proxmox VE and a gateway to practise on.",
    "demo": "Show it all, on a lab of its own.",
}
HIDDEN = {"man": "Print the manual page in roff."}
EXIT_CODES = {
    0: "done, or nothing to do (waiting entries included)",
    1: "something failed, or a guard refused the plan",
    2: "plan or review --detailed-exitcode, fmt --check, handouts --check, or drift, found differences; reconcile --once left some drift",
    USAGE: "wrong usage",
    65: "bad inventory, playbook, site or settings file; a quota exceeded",
    69: "a service cannot be reached; no partial plan is made",
    75: "another run holds the journal's lock",
    77: "a token is wrong or may not do that",
    INTERRUPTED: "interrupted: what was under way has ended, the rest is taken up by the next run",
}


class _Laid:
    """Help in whole words, its options in groups."""

    help: str | None

    def format_help_text(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """What the command is for."""
        del ctx
        formatter.write("\n" + paragraph(self.help or "", formatter.width))

    def format_options(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Arguments, options by group, and the commands of a group."""
        formatter.write(sections(described(ctx), formatter.width))


class Command(_Laid, TyperCommand):
    """One command."""


class Group(_Laid, TyperGroup):
    """Commands under one name. Called bare it prints its help, as an error of use."""

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """The options before the command."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(USAGE)
        return super().parse_args(ctx, args)


class _Deferred(TyperCommand):
    """A command that is known by name and purpose; the rest is in its module."""

    def make_context(self, info_name: str | None, args: list[str], parent: "Context | None" = None, **extra: Any) -> "Context":
        """The real command's."""
        return self.real().make_context(info_name, args, parent, **extra)

    def real(self) -> "AnyCommand":
        """The command itself, imported."""
        name = self.name or ""
        module = import_module(f"eiginfra.cli.{name}{'_' * iskeyword(name)}")
        app: typer.Typer | None = getattr(module, "app", None)
        if app is None:
            app = new_app(name)
            app.command(name, cls=Command)(module.run)
        return get_command(app)


class Program(Group):
    """All commands."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, purpose in (COMMANDS | HIDDEN).items():
            self.add_command(_Deferred(name, short_help=purpose, rich_markup_mode=None, hidden=name in HIDDEN))

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """`--lang` counts wherever it is written: people put it behind the command."""
        return super().parse_args(ctx, _lang_first(args))


def _lang_first(args: list[str]) -> list[str]:
    end = args.index("--") if "--" in args else len(args)
    for index, word in enumerate(args[:end]):
        if word in LANG or word.startswith(tuple(f"{name}=" for name in LANG)):
            length = 2 if word in LANG else 1
            return [*args[index : index + length], *args[:index], *args[index + length :]]
    return args


def new_app(name: str, **settings: Any) -> typer.Typer:
    """A typer application with what all have in common: plain text, and no tracebacks of its own."""
    known = {"cls": Group, "add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False, **settings}
    return typer.Typer(name=name, **known)


def walk(group: TyperGroup) -> dict[tuple[str, ...], "AnyCommand"]:
    """Every command below a group that is shown, imported, by its path: `("journal", "show")`."""
    found: dict[tuple[str, ...], AnyCommand] = {}
    for name, command in group.commands.items():
        if command.hidden:
            continue
        real = command.real() if isinstance(command, _Deferred) else command
        found[(name,)] = real
        if isinstance(real, TyperGroup):
            found |= {(name, *path): below for path, below in walk(real).items()}
    return found


def described(ctx: "Context") -> dict[str, list[tuple[str, str]]]:
    """What help tells of a command, by section: name and meaning of each argument, option and sub-command."""
    command = ctx.command
    content: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is None:
            continue
        if param.param_type_name == "argument":
            content["Arguments"].append((param.metavar or record[0], record[1]))
        else:
            content.setdefault(getattr(param, "rich_help_panel", None) or "Options", []).append(record)
    if isinstance(command, TyperGroup):
        visible = [(name, found) for name, found in command.commands.items() if not found.hidden]
        content["Commands"] = [(name, found.get_short_help_str(limit=1000)) for name, found in visible]
    return content
