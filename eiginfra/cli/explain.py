"""`eiginfra explain`: what a team's file means, or a finding's code."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eiginfra.cli import completion, options
from eiginfra.core.errors import InputError, UsageError
from eiginfra.render.format import Format
from eiginfra.wiring.asked import Paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eiginfra.core.finding import Finding
    from eiginfra.render.explain import Explained
    from eiginfra.wiring.workspace import Workspace


@options.files
def run(
    *,
    paths: Paths,
    what: Annotated[
        str, typer.Argument(metavar="TEAM|CODE", help="A team, or the code of a finding as JSON gives it.", autocompletion=completion.teams)
    ],
    format_: options.TextOrJson = Format.TEXT,
) -> int:
    """Say what a team's file gives, or what a finding means. Offline, in plain words; also quota and what was refused."""
    from eiginfra.core.finding import Severity
    from eiginfra.render.catalogue import codes, spoken
    from eiginfra.render.console import out
    from eiginfra.render.explain import print_team, team_output
    from eiginfra.render.outputs.base import write_document
    from eiginfra.render.phrases import not_today
    from eiginfra.wiring.workspace import Workspace

    if what in codes():
        return _code(what, format_)
    try:
        loaded = Workspace.load(paths, offline=True)
    except InputError as problem:
        return _refused(what, problem, format_)
    with loaded as workspace:
        told, day = _explained(workspace, what), workspace.clock.today()
        if format_ is Format.JSON:
            write_document(team_output(told, day, is_today=workspace.clock.is_today))
        else:
            print_team(out(), told, spoken(), not_today(day, spoken(), is_today=workspace.clock.is_today))
        return InputError.exit_code if any(found.severity is Severity.ERROR for found in told.findings) else 0


def _explained(workspace: "Workspace", team_id: str) -> "Explained":
    """What there is to say of a team. Raises UsageError where there is none of that name."""
    from eiginfra.core.suggest import suggest
    from eiginfra.core.usage import Usage
    from eiginfra.engine.quota import requested
    from eiginfra.render.catalogue import codes, spoken
    from eiginfra.render.explain import Explained

    teams = {team.id: team for team in workspace.cohort.teams}
    if team_id not in teams:
        meant = suggest(team_id, [*teams, *codes()])
        raise UsageError(f"there is no team and no finding {team_id!r}{f'; {spoken().told(meant)}' if meant else ''}")
    team = teams[team_id]
    try:
        findings = workspace.check()
    except InputError as problem:
        sizes = workspace.site.file.sizes
        known = [machine for machine in team.machines if machine.size is None or machine.size in sizes]
        others = Usage(projects=len(team.projects), machines=len(team.machines) - len(known))
        asked = [others, *map(workspace.site.amounts, known)]
        kinds, usage, findings = Counter[str](), Usage.total(asked), list(problem.findings)
    else:
        own = [resource for resource in workspace.compiled.resources if resource.team == team_id]
        kinds = Counter(resource.address.kind for resource in own)
        usage = requested(workspace.registry, own).get(team_id, Usage())
    return Explained(workspace.cohort, workspace.site, team, kinds, usage, _about(team_id, workspace, findings))


def _about(team_id: str, workspace: "Workspace", findings: "Sequence[Finding]") -> "list[Finding]":
    """The findings that are the team's own: of it, or at a line of its file."""
    file = workspace.cohort.where(team_id).file
    return [found for found in findings if found.team == team_id or any(at.file == file for at in (found.location, *found.also) if at)]


def _refused(team_id: str, problem: InputError, format_: Format) -> int:
    """What is wrong with the team's file, where that cannot be read. Raises the error where something else is wrong."""
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.console import out
    from eiginfra.render.findings import print_findings
    from eiginfra.render.outputs.base import findings_output, write_document
    from eiginfra.render.outputs.team import ExplainOutput

    own = [found for found in problem.findings if found.location is not None and Path(found.location.file).name == f"{team_id}.yml"]
    if not own:
        raise problem
    if format_ is Format.JSON:
        write_document(ExplainOutput(team=team_id, findings=findings_output(own), as_of=None, as_of_is_today=None))
    else:
        out().print(spoken().say("explain-unreadable"))
        print_findings(out(), own)
    return InputError.exit_code


def _code(code: str, format_: Format) -> int:
    from eiginfra.render.catalogue import spoken
    from eiginfra.render.code_page import code_output, code_text
    from eiginfra.render.console import write_page
    from eiginfra.render.outputs.base import write_document

    if format_ is Format.JSON:
        write_document(code_output(code, spoken()))
    else:
        write_page(code_text(code, spoken()))
    return 0
