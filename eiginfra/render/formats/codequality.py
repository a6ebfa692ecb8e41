"""GitLab's Code Quality report: findings at their lines, in the widget of a merge request and among its changes."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from pydantic import JsonValue

from eiginfra.core.finding import Finding, Severity
from eiginfra.core.text import in_json, one_line
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.formats.files import ReportFiles

SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTICE: "info"}
_OF_LINES = frozenset({"line", "lines", "column"})
"""Parameters that say where in a file something is: they are no part of what is wrong."""


def code_quality(findings: Sequence[Finding], files: ReportFiles, words: Catalogue) -> str:
    """The document: an array with an entry for each finding that is not acknowledged."""
    entries: list[JsonValue] = []
    alike: Counter[str] = Counter()
    for found in findings:
        if found.acknowledged is not None:
            continue
        at = files.at(found)
        same = _digest(found, at.file)
        entries.append(
            {
                "description": one_line(files.text(found, words)),
                "check_name": found.code,
                "fingerprint": same if not alike[same] else _sha256([same, alike[same]]),
                "severity": SEVERITIES[found.severity],
                "location": {"path": at.file, "lines": {"begin": at.line}},
            }
        )
        alike[same] += 1
    return in_json(json.dumps(entries, ensure_ascii=False, indent=2)) + "\n"


def _digest(found: Finding, path: str) -> str:
    """What stays the same when lines move and when the report is in another language: GitLab compares branches by it."""
    params = {name: value for name, value in sorted(found.params.items()) if name not in _OF_LINES}
    return _sha256([found.code, path, found.address, found.team, found.field, params])


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
