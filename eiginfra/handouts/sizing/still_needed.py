"""The machines that a team is asked about once a quarter: whether they are still needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from eiginfra.core.address import Address
from eiginfra.core.change import Action
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.sizing.machine_sizing import MachineSizing, SizingVerdict

QUARTER: Final = timedelta(days=91)
"""A cohort of ten months is asked three times: often enough that nothing lies about, seldom enough to be answered."""


class AskReason(StrEnum):
    """Why a machine is asked about, the strongest reason first.

    NO_COMMITS: none for a quarter in any of the team's projects. OLD: not changed through eiginfra for a quarter.
    """

    STOPPED = "stopped"
    IDLE = "idle"
    NO_COMMITS = "no-commits"
    OLD = "old"


@dataclass(frozen=True)
class MachineQuestion:
    """A machine that may not be needed any more. last_commit: the team's; changed: the last day on which eiginfra made or changed it."""

    machine: MachineSizing
    reasons: tuple[AskReason, ...]
    last_commit: date | None = None
    changed: date | None = None


def still_needed(team: str, machines: Sequence[MachineSizing], facts: Facts) -> tuple[MachineQuestion, ...]:
    """The machines of a team to ask about, those with the strongest reasons first. machines: judged, of any team.

    A reason that nothing is known of is none: without a journal no machine is old, without activity no team is quiet.
    """
    commit, found = _last_commit(team, facts), []
    for machine in machines:
        if machine.team == team:
            changed = _changed(machine.address, facts)
            if reasons := tuple(_reasons(machine, commit, changed, facts.day)):
                found.append(MachineQuestion(machine, reasons, commit, changed))
    order = [*AskReason]
    return tuple(sorted(found, key=lambda each: ([order.index(reason) for reason in each.reasons], each.machine.host)))


def next_question(starts: date, day: date) -> date:
    """The next day on which a cohort that began on `starts` is asked: every quarter, the first one after a quarter; `day` itself counts."""
    quarters = max(1, -((starts - day) // QUARTER))
    return starts + quarters * QUARTER


def _reasons(machine: MachineSizing, commit: date | None, changed: date | None, day: date) -> Iterator[AskReason]:
    if machine.verdict is SizingVerdict.STOPPED:
        yield AskReason.STOPPED
    if machine.verdict is SizingVerdict.IDLE:
        yield AskReason.IDLE
    if commit is not None and day - commit >= QUARTER:
        yield AskReason.NO_COMMITS
    if changed is not None and day - changed >= QUARTER:
        yield AskReason.OLD


def _last_commit(team: str, facts: Facts) -> date | None:
    """The newest in the team's projects; None where one of them has none, or does not tell it: the team may have just begun."""
    projects = [each.address for each in facts.of_team(team) if each.address.kind == "gitlab.project"]
    known = [facts.activity[address].last_commit for address in projects if address in facts.activity]
    days = [at.date() for at in known if at is not None]
    return max(days) if days and len(days) == len(projects) else None


def _changed(address: Address, facts: Facts) -> date | None:
    done = (each.at.date() for each in facts.done if each.address == address and each.outcome == "done" and each.action is not Action.NONE)
    return max(done, default=None)
