"""What machines used of what they have, what to do about it, and how many servers they need: the parts of a page."""

from collections.abc import Iterator, Mapping, Sequence

from eiginfra.core.values import ByteSize
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Bar, Bars, Block, Code, Inline, Items, Paragraph, Section, Text, plain
from eiginfra.handouts.sections.amounts import bytes_text, measured
from eiginfra.handouts.sections.still_needed import all_questions
from eiginfra.handouts.sizing.cohort_sizing import SizingView
from eiginfra.handouts.sizing.machine_sizing import MachineSizing, MeasureSizing, MeasureState, NotMeasured, SizingVerdict
from eiginfra.handouts.sizing.packing import Packing, ServerSize
from eiginfra.inventory.cohort import Cohort

Teams = Mapping[str, Inline]
"""How teams are shown, by id; of a team that is no longer in the files its id is."""


def sizing_sections(view: SizingView, cohort: Cohort, facts: Facts, language: Language, teams: Teams | None = None) -> tuple[Block, ...]:
    """All of it. language: one of SIZING_LANGUAGES. teams: shown by their titles where it is None."""
    if not view.machines:
        return (Paragraph(language.words["nothing_seen"]),)
    shown = {team.id: team.title for team in cohort.teams} if teams is None else teams
    sections = [_advice(view, shown, language), all_questions(view, cohort, facts, language), _measures(view, shown, language)]
    unmeasured = [machine for machine in view.machines if machine.why is not None]
    if unmeasured:
        entries = tuple(_unmeasured(machine, shown, language) for machine in unmeasured)
        sections.append(Section("unmeasured", language.words["unmeasured"], (Items(entries),)))
    sections.append(Section("servers", language.words["servers"], tuple(_servers(view, language))))
    return tuple(sections)


def _who(machine: MachineSizing, teams: Teams) -> tuple[Inline, Inline]:
    return Code(machine.host), teams.get(machine.team, machine.team)


def _advice(view: SizingView, teams: Teams, language: Language) -> Section:
    order = [*SizingVerdict]
    said = [
        sentence
        for machine in sorted(view.machines, key=lambda each: order.index(each.verdict))
        for sentence in _advised(machine, teams, language)
    ]
    block: Block = Items(tuple(said)) if said else Paragraph(language.words["no_advice"])
    return Section("advice", language.words["advice"], (block,))


def _advised(machine: MachineSizing, teams: Teams, language: Language) -> Iterator[Text]:
    """The sentences about one machine; none where nothing is to be done."""
    who = _who(machine, teams)
    if machine.verdict is SizingVerdict.STOPPED and machine.stopped_since is not None:
        yield language.text("stopped", *who, language.date(machine.stopped_since))
    elif machine.verdict is SizingVerdict.NEARLY_FULL:
        for each in machine.measures:
            if each.state is MeasureState.NEARLY_FULL:
                used = measured(each.measure, each.highest or 0, language)
                yield language.text(f"full_{each.measure}", *who, used, _asked(each, language))
    elif machine.verdict is SizingVerdict.IDLE and machine.use is not None and machine.use.cores and machine.use.network:
        network = language.words["a_second"] % bytes_text(machine.use.network.mean, language)
        yield language.text("idle", *who, measured("cores", machine.use.cores.mean, language), network)
    elif machine.verdict is SizingVerdict.TOO_LARGE:
        parts = ", ".join(
            language.words["too_large_part"]
            % (measured(each.measure, each.highest or 0, language), _asked(each, language), language.words[each.measure])
            for each in machine.proposals
        )
        yield language.text("too_large", *who, parts, Code(to_write(machine)))


def to_write(machine: MachineSizing) -> str:
    """What a team's file has to say of a machine for which less would do: a size, or amounts; the disk stays as it is."""
    if machine.size:
        return f"size: {machine.size}"
    amounts = {each.measure: each.proposed if each in machine.proposals else each.asked for each in machine.measures}
    return ", ".join(f"{name}: {amount if name == 'cores' else ByteSize(amount or 0)}" for name, amount in amounts.items())


def _measures(view: SizingView, teams: Teams, language: Language) -> Section:
    ids = dict.fromkeys(machine.team for machine in view.machines)
    blocks = tuple(team_bars(view.of_team(team), plain((teams.get(team, team),)), language) for team in ids)
    return Section("measures", language.words["measures"], blocks)


def team_bars(machines: Sequence[MachineSizing], title: str, language: Language) -> Bars:
    """The amounts of a team's machines: the highest of each, with the mean in it, of what there is. language: one of SIZING_LANGUAGES."""
    columns = (language.words["machine"], language.words["highest"], language.words["amount"])
    caption = language.words["measures_caption"] % title
    return Bars(caption, columns, tuple(_bar(machine, each, language) for machine in machines for each in machine.measures))


def _bar(machine: MachineSizing, each: MeasureSizing, language: Language) -> Bar:
    share = None if each.highest is None else _share(each.highest, each.asked)
    mean = None if each.mean is None or share is None else _share(each.mean, each.asked)
    label = (Code(machine.host), f" – {language.words[each.measure]}")
    return Bar(label, share, _figures(each, language), "warn" if each.state is MeasureState.NEARLY_FULL else "plain", mean)


def _share(part: float, whole: float) -> float:
    """In whole per cent: a page is written again only when more than that has changed."""
    return round(part / whole, 2)


def _figures(each: MeasureSizing, language: Language) -> str:
    words, asked = language.words, _asked(each, language)
    if each.peak is not None and each.mean is not None and not (each.at_most and each.now is not None):
        high = measured(each.measure, each.highest or 0, language)
        said = (
            words["at_most"] % (high, asked) if each.at_most else words["peak"] % (high, asked, measured(each.measure, each.mean, language))
        )
    elif each.now is not None:
        said = words["now"] % (measured(each.measure, each.now, language), asked)
    else:
        said = words["unknown"] % asked
    if each.state is MeasureState.NEARLY_FULL:
        return f"{said}, {words['is_full']}"
    return said if each.proposed is None else f"{said}, {words['would_do'] % measured(each.measure, each.proposed, language)}"


def _asked(each: MeasureSizing, language: Language) -> str:
    return language.amount(each.measure, each.asked)


def _unmeasured(machine: MachineSizing, teams: Teams, language: Language) -> Text:
    return language.text("no_history" if machine.why is NotMeasured.NO_HISTORY else "too_short", *_who(machine, teams))


def _servers(view: SizingView, language: Language) -> Iterator[Block]:
    if view.server is None or view.as_asked is None or view.by_use is None:
        yield Paragraph(language.words["server_unknown"])
        return
    server = view.server
    size = ", ".join(_sizes(server, language))
    yield Paragraph(language.text("server_like", Code(server.name), size) if server.name else language.text("server_capacity", size))
    numbers = [("as_asked", view.as_asked), ("by_use", view.by_use)]
    yield Items(tuple(language.text(key, str(len(packing.servers))) for key, packing in numbers))
    if view.as_asked.beyond:
        hosts = {str(machine.address): machine.host for machine in view.machines}
        yield Paragraph(language.text("beyond", ", ".join(hosts.get(each.name, each.name) for each in view.as_asked.beyond)))
    if server.memory and view.as_asked.servers:
        columns = (language.words["server"], language.words["memory_taken"], language.words["amount"])
        yield Bars(language.words["servers_caption"], columns, tuple(_server_bars(view.as_asked, server, language)))


def _sizes(server: ServerSize, language: Language) -> Iterator[str]:
    if server.memory is not None:
        yield language.words["server_memory"] % bytes_text(server.memory, language)
    if server.cores is not None:
        yield language.words["server_cores"] % f"{server.cores:g}"
    if server.disk is not None:
        yield language.words["server_disk"] % bytes_text(server.disk, language)


def _server_bars(packing: Packing, server: ServerSize, language: Language) -> Iterator[Bar]:
    for number, machines in enumerate(packing.servers, 1):
        taken = sum(each.memory for each in machines)
        amount = language.words["server_taken"] % (bytes_text(taken, language), len(machines))
        yield Bar(language.words["server_number"] % number, _share(taken, server.memory or 1), amount)
