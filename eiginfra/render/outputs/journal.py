"""The documents of `eiginfra journal`."""

from typing import Literal

from eiginfra.core.change import Change
from eiginfra.journal.reports import Run, RunStep
from eiginfra.render.outputs.base import Output


class JournalListOutput(Output):
    """`journal list --format json`: the latest runs, newest first."""

    format_version: Literal[1] = 1
    type: Literal["journal.list"] = "journal.list"
    runs: tuple[Run, ...]


class JournalShowOutput(Output):
    """`journal show --format json`: a run, and its actions in the order they were begun."""

    format_version: Literal[1] = 1
    type: Literal["journal.show"] = "journal.show"
    run: Run
    actions: tuple[RunStep, ...]


class JournalDiffOutput(Output):
    """`journal diff --format json`: what a run changed, by its number."""

    format_version: Literal[1] = 1
    type: Literal["journal.diff"] = "journal.diff"
    run: int
    changes: tuple[Change, ...]
