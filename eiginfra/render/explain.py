"""What a team's file gives it, what it uses of its quota, what is wrong, and whose yes a change needs: in plain words, and as JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import JsonValue
from rich.text import Text

from eiginfra.core.finding import Finding
from eiginfra.core.reason import Reason, reason
from eiginfra.core.usage import MEASURES, Usage
from eiginfra.core.values import in_one_unit
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Machine, Member, Mentor, Team
from eiginfra.inventory.site import Site
from eiginfra.render.bars import bar
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.console import Terminal
from eiginfra.render.findings import print_findings
from eiginfra.render.outputs.base import findings_output
from eiginfra.render.outputs.team import ExplainedMachine, ExplainedMeasure, ExplainedPerson, ExplainedProject, ExplainOutput


@dataclass(frozen=True)
class Explained:
    """All that is said of a team. kinds: how many resources of each kind its file becomes; empty where it could not be compiled."""

    cohort: Cohort
    site: Site
    team: Team
    kinds: Counter[str]
    usage: Usage
    findings: Sequence[Finding]


def print_team(console: Terminal, told: Explained, words: Catalogue, day: str) -> None:
    """The whole text. day: `as of …` where the day was set by hand, else empty."""
    file = told.cohort.where(told.team.id).file
    console.print(Text(words.say("explain-title", title=told.team.title, team=told.team.id, cohort=told.cohort.file.title), style="bold"))
    console.print(Text(words.say("explain-file", file=file, day=day or None), style="dim"))
    for heading, lines in (
        ("explain-gives", [*_gives(told, words)]),
        ("explain-quota", [*_amounts(told, words)]),
        ("explain-allowed", [*_allowed(told, words)]),
    ):
        console.print()
        console.print(Text(words.say(heading), style="bold"))
        for line in lines:
            console.print(f"  {line}")
    console.print()
    console.print(Text(words.say("explain-wrong" if told.findings else "explain-sound"), style="bold"))
    print_findings(console, told.findings)
    if told.findings:
        console.print()
        console.print(Text(words.say("explain-more", codes=[*dict.fromkeys(found.code for found in told.findings)]), style="dim"))


def team_output(told: Explained, day: date, *, is_today: bool) -> ExplainOutput:
    """The same as a document."""
    limit = told.cohort.quota_of(told.team.id)
    domain = told.site.file.gateway.domain if told.site.file.gateway else None
    return ExplainOutput(
        as_of=day,
        as_of_is_today=is_today,
        team=told.team.id,
        cohort=told.cohort.id,
        file=told.cohort.where(told.team.id).file,
        people=tuple(
            ExplainedPerson(
                username=person.username,
                role=person.role if isinstance(person, Member) else "mentor",
                until=person.until or told.cohort.file.ends,
                ssh_keys=len(person.ssh_keys),
            )
            for person in told.team.people
        ),
        projects=tuple(ExplainedProject(name=project.name, visibility=project.visibility) for project in told.team.projects),
        machines=tuple(
            ExplainedMachine(
                host=told.team.host(machine),
                type=machine.type,
                image=machine.image,
                published=tuple(f"{entry.subdomain}.{domain}" if domain else entry.subdomain for entry in machine.publish),
                forwarded=tuple(f"{entry.public}/{entry.protocol}" for entry in machine.forward),
            )
            for machine in told.team.machines
        ),
        resources=dict(sorted(told.kinds.items())),
        quota={name: ExplainedMeasure(used=int(getattr(told.usage, name)), limit=_limit(getattr(limit, name))) for name in MEASURES},
        findings=findings_output(told.findings),
    )


def _gives(told: Explained, words: Catalogue) -> Iterator[str]:
    for person in told.team.people:
        yield _person(person, told, words)
    for project in told.team.projects:
        yield words.say("explain-project", name=project.name, title=project.title, visibility=project.visibility, license=project.license)
    for machine in told.team.machines:
        yield from _machine(machine, told, words)
    if told.kinds:
        kinds = [words.say("explain-kind", kind=kind, count=count) for kind, count in sorted(told.kinds.items())]
        yield words.say("explain-resources", count=told.kinds.total(), kinds=[*kinds])


def _person(person: Member | Mentor, told: Explained, words: Catalogue) -> str:
    return words.say(
        "explain-person",
        username=person.username,
        name=person.name,
        role=person.role if isinstance(person, Member) else "mentor",
        until=(person.until or told.cohort.file.ends).isoformat(),
        keys=len(person.ssh_keys),
    )


def _machine(machine: Machine, told: Explained, words: Catalogue) -> Iterator[str]:
    amounts: list[JsonValue] | None = None
    if machine.size is None or machine.size in told.site.file.sizes:
        asked = told.site.amounts(machine)
        amounts = [words.told(_amount(measure, getattr(asked, measure))) for measure in ("cores", "memory", "disk")]
    host = told.team.host(machine)
    yield words.say("explain-machine", host=host, type=machine.type, image=machine.image, size=machine.size, amounts=amounts)
    gateway = told.site.file.gateway
    for entry in machine.publish:
        name = f"https://{entry.subdomain}.{gateway.domain}" if gateway else entry.subdomain
        yield f"  {words.say('explain-published', name=name, port=entry.port, everybody=not entry.sources)}"
    for forward in machine.forward:
        yield f"  {words.say('explain-forwarded', public=f'{forward.public}/{forward.protocol}', port=forward.port)}"


def _amounts(told: Explained, words: Catalogue) -> Iterator[str]:
    limit = told.cohort.quota_of(told.team.id)
    for measure in MEASURES:
        used, most = getattr(told.usage, measure), getattr(limit, measure)
        amount = words.told(_amount(measure, used))
        if most is None:
            yield words.say("explain-unlimited", amount=amount)
            continue
        written = in_one_unit((used, most)) if measure in {"memory", "disk"} else [str(used), str(most)]
        left = words.told(_amount(measure, abs(most - used)))
        what = words.say("explain-used", measure=words.say(f"measure-{measure}"), used=written[0], most=written[1])
        yield f"{bar(used, most)}  {what}, {words.say('explain-over' if used > most else 'explain-left', amount=left, none=used == most)}"


def _allowed(told: Explained, words: Catalogue) -> Iterator[str]:
    yield words.say("explain-yourselves")
    yield words.say("explain-others")
    for grant in told.cohort.file.grants:
        if grant.team == told.team.id:
            until = (grant.until or told.cohort.file.ends).isoformat()
            value = str(grant.max if grant.max is not None else grant.value)
            yield words.say("explain-grant", key=grant.key, value=value, reason=grant.reason, until=until)


def _amount(measure: str, value: int) -> Reason:
    return reason("amount", measure=measure, value=in_one_unit([value])[0] if measure in {"memory", "disk"} else value)


def _limit(value: int | None) -> int | None:
    return None if value is None else int(value)
