"""Workflow commands of GitHub Actions: annotations at lines, and the job's summary. Neither needs a token."""

import os
from collections.abc import Sequence
from pathlib import Path

from eiginfra.core.errors import UsageError
from eiginfra.core.finding import Finding, Severity
from eiginfra.core.text import all_lines, one_line
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.formats.files import ReportFiles

SUMMARY = "GITHUB_STEP_SUMMARY"
"""The environment's variable for the file that becomes the job's summary."""
MOST = 2**20
"""Bytes: of a longer summary GitHub shows nothing."""
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "notice"}
_CUT = "\n\n…\n"


def workflow_commands(command: str, findings: Sequence[Finding], files: ReportFiles, words: Catalogue, conclusion: str) -> str:
    """A line for each finding that is not acknowledged, and one for what it all comes to."""
    lines = []
    for found in findings:
        if found.acknowledged is None:
            at = files.at(found)
            properties = {"file": at.file, "line": str(at.line), "col": str(at.column), "title": found.code}
            lines.append(_line(_COMMANDS[found.severity], properties, files.text(found, words)))
    lines.append(_line("notice", {"title": f"eiginfra {command}"}, conclusion))
    return "\n".join(lines) + "\n"


def _line(name: str, properties: dict[str, str], message: str) -> str:
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {written}::{_data(message)}"


def _data(text: str) -> str:
    """As the runner's own toolkit escapes a message. Nothing in it begins a line, so nothing in it is a command."""
    return one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def append_summary(markdown: str) -> None:
    """Append a document to the job's summary, as far as there is one and it has space. Raises UsageError if it cannot be written."""
    path = os.environ.get(SUMMARY)
    if not path:
        return
    try:
        with Path(path).open("ab") as file:
            left = MOST - file.tell()
            written = all_lines(markdown).encode()
            if len(written) > left:
                kept = written[: max(left - len(_CUT.encode()), 0)].decode(errors="ignore").rpartition("\n")[0]
                written = f"{kept}{_CUT}".encode() if kept else b""
            file.write(written)
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the path
        msg = f"the job's summary, {SUMMARY}, cannot be written: {getattr(problem, 'strerror', None) or problem}"
        raise UsageError(msg) from problem
