"""How people get into a team's machines, and whose keys were seen there."""

from collections.abc import Iterator, Sequence

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Block, Break, Code, Column, Inline, Note, Paragraph, Preformatted, Section, Status, Table, Text, joined
from eiginfra.handouts.ssh import SshConfig, ssh_configs
from eiginfra.handouts.views.gateway import EntryView
from eiginfra.handouts.views.team_view import PersonView, TeamView


def connect_section(view: TeamView, context: HandoutContext) -> Section:
    """For all of a team."""
    return Section("connect", context.language.words["connect"], tuple(_blocks(view, context)))


def _blocks(view: TeamView, context: HandoutContext) -> Iterator[Block]:
    language, words = context.language, context.language.words
    configs = ssh_configs(view, context.cohort, context.site)
    yield from config_blocks(view, configs, context)
    without = [person.username for person in view.people if person.place == "member" and not person.jumps]
    if without and context.site.file.gateway:
        yield Paragraph(language.listing("connect_no_account", [Code(name) for name in without]))
    if view.entries:
        columns = tuple(Column(words[title]) for title in ("machine", "keys_of", "host_key"))
        yield Table(words["entries_caption"], columns, tuple(_entry(entry, language) for entry in view.entries))


def own_connect_section(person: PersonView, view: TeamView, context: HandoutContext) -> Section:
    """For one person: the lines with their own account, and the machines' fingerprints."""
    words, gateway = context.language.words, context.site.file.gateway
    blocks: list[Block] = []
    if gateway is not None and not person.jumps:
        blocks.append(Note(words["own_no_account"], "warn"))
    else:
        configs = [config for config in ssh_configs(view, context.cohort, context.site) if config.username in (None, person.username)]
        blocks += config_blocks(view, configs, context)
    known = [entry for entry in view.entries if entry.host_key]
    if known:
        rows = tuple(((Code(entry.host),), (Code(entry.host_key),)) for entry in known)
        blocks.append(Table(words["host_keys_caption"], (Column(words["machine"]), Column(words["host_key"])), rows))
    return Section("connect", words["own_connect"], tuple(blocks))


def config_blocks(view: TeamView, configs: Sequence[SshConfig], context: HandoutContext) -> Iterator[Block]:
    """The lines to copy, and what has to be known of them."""
    language, words = context.language, context.language.words
    if not configs:
        yield Paragraph(words["connect_none"])
        return
    yield Paragraph(language.text("connect_gateway" if context.site.file.gateway else "connect_direct", Code("~/.ssh/config")))
    for config in configs:
        label = "~/.ssh/config" if config.username is None else words["connect_for"] % config.username
        yield Preformatted(config.text, label, "sshconfig")
    if context.facts.fingerprints and context.site.file.gateway:
        yield Paragraph(language.listing("connect_host_key", [Code(found) for found in context.facts.fingerprints]))
    yield Paragraph(f"{words['connect_then']} {words['connect_keys' if view.entries else 'connect_keys_made']}")
    if any(machine.made and not machine.user for machine in view.machines):
        yield Paragraph(words["connect_user"])


def _entry(entry: EntryView, language: Language) -> tuple[Text, ...]:
    words = language.words
    people: tuple[Inline, ...] = joined([Code(name) for name in entry.people]) or (words["keys_none"],)
    if entry.missing:
        people += (Break(), Status(words["keys_missing"] % ", ".join(entry.missing), "warn"))
    return (Code(entry.host),), people, (Code(entry.host_key),) if entry.host_key else ""
