"""Progress of an apply: a bar on a terminal, a plain line for every action elsewhere."""

import threading
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from eiginfra.core.change import Change
from eiginfra.core.text import one_line
from eiginfra.engine.report import Outcome, Result
from eiginfra.render.catalogue import spoken
from eiginfra.render.console import Terminal
from eiginfra.render.plan_text import SIGNS

_STYLES = {Outcome.FAILED: "bold red", Outcome.REFUSED: "red", Outcome.SKIPPED: "yellow", Outcome.WAITING: "cyan"}


class ApplyProgress:
    """Shows what is under way and how it ended; a context manager. Called from several threads."""

    def __init__(self, console: Terminal, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        self._lock = threading.Lock()
        self._bar: Progress | None = None
        if console.is_terminal:
            columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=console, transient=True)
            self._task = self._bar.add_task(spoken().say("applying"), total=total)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def start(self, change: Change) -> None:
        """An action begins."""
        if self._bar is not None:
            self._bar.update(self._task, description=one_line(str(change.address))[:50])

    def end(self, result: Result) -> None:
        """An action ended; on a terminal only what did not simply succeed gets a line."""
        if not result.change.acts:
            return
        with self._lock:
            self._done += 1
            if self._bar is not None:
                self._bar.update(self._task, completed=self._done)
            if self._bar is None or result.outcome is not Outcome.DONE:
                self._console.print(self._line(result))

    def _line(self, result: Result) -> Text:
        sign, style = SIGNS[result.change.action]
        shown = Text(f"[{self._done}/{self._total}] ", style="dim")
        shown.append(f"{sign} ", style=style).append(str(result.change.address), style="default")
        shown.append(f"  {spoken().say(f'outcome-{result.outcome}')}", style=_STYLES.get(result.outcome, "dim"))
        if result.reason:
            shown.append(f": {spoken().told(result.reason)}")
        return shown
