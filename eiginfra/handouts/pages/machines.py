"""All machines of the cohort, with what they really use."""

from collections.abc import Iterable, Mapping

from eiginfra.core.address import Address
from eiginfra.core.utilisation import Series, Utilisation
from eiginfra.core.values import UNITS
from eiginfra.handouts.page import Block, Code, Page, Paragraph, Search, Section, Status, Table, Text
from eiginfra.handouts.pages.context import PagesContext
from eiginfra.handouts.sections.sizing import sizing_sections
from eiginfra.handouts.sizing.cohort_sizing import sizing_view
from eiginfra.handouts.sizing.languages import SIZING_LANGUAGES
from eiginfra.handouts.views.observed_values import GUESTS
from eiginfra.handouts.views.team_view import MachineView, TeamView


def machines_page(context: PagesContext) -> Page:
    """The page of all machines."""
    table = machine_table(context, context.views.values())
    blocks: list[Block] = [Paragraph(context.say("no_machines"))]
    if table is not None:
        blocks = [Search(context.say("search_machines"), context.say("search_none")), table]
    return context.page(
        "machines",
        context.say("page_machines"),
        context.say("machines_lead"),
        [Section("all", context.say("machines"), tuple(blocks))],
        script=True,
    )


def sizing_page(context: PagesContext) -> Page:
    """What the machines were given against what they used."""
    view = sizing_view(context.cohort, context.site, context.facts)
    teams = {team.id: context.team_link(team) for team in context.cohort.teams}
    blocks = sizing_sections(view, context.cohort, context.facts, SIZING_LANGUAGES[context.language.code], teams)
    return context.page("sizing", context.say("page_sizing"), context.say("sizing_lead"), blocks)


def machine_table(context: PagesContext, views: Iterable[TeamView], *, of_team: bool = False) -> Table | None:
    """The machines of these teams; None without one."""
    used = _utilisation(context)
    rows: list[tuple[Text, ...]] = []
    keys: list[tuple[str | float, ...]] = []
    for view in views:
        for machine in view.machines:
            seen = used.get((view.team.id, machine.host))
            team = () if of_team else ((context.team_link(view.team),),)
            rows.append(((Code(machine.host),), *team, *_cells(context, machine, seen)))
            size = machine.usage
            measured = (_mean(seen.cores if seen else None), _mean(seen.memory if seen else None, UNITS["GiB"]))
            name = () if of_team else (view.team.title.casefold(),)
            keys.append((machine.host, *name, machine.status, size.cores, int(size.memory), int(size.disk), *measured, machine.vmid or -1))
    if not rows:
        return None
    titles = (
        "machine",
        *(() if of_team else ("team",)),
        "state",
        "cores",
        "memory",
        "disk",
        "cores_used",
        "memory_used",
        "machine_address",
    )
    numbers = {"cores", "memory", "disk", "cores_used", "memory_used"}
    columns = context.columns(*titles, numbers=numbers)
    return Table(context.say("machines_caption"), columns, tuple(rows), sortable=not of_team, keys=() if of_team else tuple(keys))


def _cells(context: PagesContext, machine: MachineView, seen: Utilisation | None) -> tuple[Text, ...]:
    if not machine.made:
        return ((Status(context.say("not_made"), "warn"),), *("–",) * 6)
    size, amount = machine.usage, context.language.amount
    state = context.language.words.get(machine.status, machine.status) or "–"
    memory = None if seen is None or seen.memory is None else seen.memory.mean
    return (
        (Status(state, "good" if machine.status == "running" else "plain"),),
        str(size.cores),
        amount("memory", size.memory),
        amount("disk", size.disk),
        "–" if seen is None or seen.cores is None else context.number(seen.cores.mean),
        "–" if memory is None else context.about(memory),
        (Code(machine.address),) if machine.address else "–",
    )


def _mean(series: Series | None, unit: int = 1) -> float:
    """As it is shown, in tenths: a page is written again only when what it shows has changed."""
    return -1.0 if series is None else round(series.mean / unit, 1)


def _utilisation(context: PagesContext) -> Mapping[tuple[str | None, str], Utilisation]:
    """What machines used, by team and host name."""
    by_address: dict[Address, Utilisation] = dict(context.facts.utilisation)
    return {
        (each.team, _host(each.address, str(each.values.get("name") or ""))): by_address[each.address]
        for each in context.facts.observed
        if each.address.kind in GUESTS and each.address in by_address
    }


def _host(address: Address, name: str) -> str:
    team, machine = address.key.split("/")[-2:] if "/" in address.key else ("", address.key)
    return name or f"{team}-{machine}"
