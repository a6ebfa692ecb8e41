"""JUnit's XML: a test case for each file that was read, which fails if there is an error in it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from eiginfra.core.clock import Clock
from eiginfra.core.finding import Finding, Severity
from eiginfra.core.text import one_line
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.formats.files import ReportFiles

_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no document of XML 1.0 may have, not even escaped."""


def junit(command: str, findings: Sequence[Finding], files: ReportFiles, words: Catalogue, now: datetime | None = None) -> str:
    """The document. Warnings and notices make no file fail; they are in the suite's output."""
    told: dict[str, list[Finding]] = {path: [] for path in files.read}
    for found in findings:
        if found.acknowledged is None:
            told.setdefault(files.at(found).file, []).append(found)
    wrong = {path: [found for found in listed if found.severity is Severity.ERROR] for path, listed in told.items()}
    suites = Element("testsuites")
    suite = SubElement(
        suites,
        "testsuite",
        {
            "id": "0",
            "package": "eiginfra",
            "name": f"eiginfra {command}",
            "hostname": "localhost",
            "timestamp": f"{(now or Clock().now()).astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
            "tests": str(len(told)),
            "failures": str(sum(map(bool, wrong.values()))),
            "errors": "0",
            "time": "0",
        },
    )
    SubElement(suite, "properties")
    for path, errors in wrong.items():
        folder, _, name = path.rpartition("/")
        case = SubElement(suite, "testcase", {"classname": _legal(folder or "."), "name": _legal(name), "time": "0"})
        if errors:
            said = {"type": errors[0].code, "message": _legal(words.say("errors", count=len(errors)))}
            SubElement(case, "failure", said).text = _lines(errors, files, words)
    others = [found for listed in told.values() for found in listed if found.severity is not Severity.ERROR]
    SubElement(suite, "system-out").text = _lines(others, files, words)
    SubElement(suite, "system-err")
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _lines(findings: Sequence[Finding], files: ReportFiles, words: Catalogue) -> str:
    return "\n".join(
        _legal(f"{files.at(found)}: {words.say('label', label=words.say(f'severity-{found.severity}'))} {files.text(found, words)}")
        for found in findings
    )


def _legal(text: str) -> str:
    return one_line(_ILLEGAL.sub("", text))
