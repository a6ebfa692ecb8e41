"""A team's machines, and where Proxmox VE shows them."""

from collections.abc import Iterator

from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Block, Break, Code, Column, Inline, Link, Paragraph, Section, Status, Table, Text, Tone, joined
from eiginfra.handouts.views.team_view import ConsoleView, MachineView, PersonView, TeamView

_TONES: dict[str, Tone] = {"running": "good", "stopped": "warn"}


def machines_section(view: TeamView, language: Language) -> Section:
    """All machines that were asked for or seen."""
    return Section("machines", language.words["machines"], tuple(_blocks(view, language)))


def _blocks(view: TeamView, language: Language) -> Iterator[Block]:
    words = language.words
    if view.machines:
        texts = [Column(words[title]) for title in ("machine", "type", "state", "address")]
        numbers = [Column(words[title], number=True) for title in ("id", "cores", "memory", "disk")]
        rows = tuple(_row(machine, language) for machine in view.machines)
        yield Table(words["machines_caption"], (*texts, *numbers), rows)
    else:
        yield Paragraph(words["no_machines"])
    if view.console is not None:
        yield Paragraph(console_text(view.console, view.console.accounts, language))


def console_section(person: PersonView, view: TeamView, language: Language) -> Section | None:
    """The web interface with a person's own account; None without an open one."""
    own = tuple(check.to for check in person.checks if check.sort == "proxmox" and check.given)
    if view.console is None or not own:
        return None
    return Section("console", language.words["console"], (Paragraph(console_text(view.console, own, language)),))


def console_text(console: ConsoleView, accounts: tuple[str, ...], language: Language) -> Text:
    """Where the web interface is, and how these accounts sign in."""
    return (
        language.label("console"),
        Link(console.url, console.url),
        f" ({language.label('console_accounts')}",
        *joined([Code(account) for account in accounts]),
        "). ",
        *language.text(console.sign_in, console.realm),
    )


def _row(machine: MachineView, language: Language) -> tuple[Text, ...]:
    words = language.words
    name: tuple[Inline, ...] = (Code(machine.host),)
    if not machine.asked:
        name += (Break(), Status(words["not_asked"]))
    if not machine.made:
        return name, words[machine.type], (Status(words["not_made"], "warn"),), "", "", "", "", ""
    status = words.get(machine.status, machine.status) or "–"
    state: tuple[Inline, ...] = (Status(status, _TONES.get(machine.status, "plain")),)
    if machine.waiting:
        fields = ", ".join(words.get(name, name) for name in machine.waiting).lower()
        state += (Break(), *language.text("waiting", fields))
    usage = machine.usage
    return (
        name,
        words[machine.type],
        state,
        (Code(machine.address),) if machine.address else "",
        "" if machine.vmid is None else str(machine.vmid),
        str(usage.cores),
        language.size(usage.memory),
        language.size(usage.disk),
    )
