"""Findings in the formats of GitLab, GitHub, test reports and notes; whatever people write, the form stays whole."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from eiginfra.core.finding import Finding, Location, error, notice, warning
from eiginfra.core.reason import reason
from eiginfra.core.text import one_line
from eiginfra.render.catalogue import catalogue
from eiginfra.render.formats.codequality import code_quality
from eiginfra.render.formats.files import ReportFiles
from eiginfra.render.formats.github import MOST, SUMMARY, append_summary, workflow_commands
from eiginfra.render.formats.junit import junit
from eiginfra.render.formats.markdown import escaped, escaped_html, findings_document

ENGLISH, FRENCH = catalogue("en"), catalogue("fr")
COHORT, ADLER, SITE = "inventories/eig3/cohort.yml", "inventories/eig3/teams/adler.yml", "infra/lab.yml"
FILES = ReportFiles(cohort=COHORT, read=[COHORT, ADLER, SITE], teams={"adler": ADLER})
NOW = datetime(2019, 10, 1, 12, tzinfo=UTC)
HOSTILE = st.text(max_size=40) | st.text("@adler-1!#~&%$^<>\"'`*_|[](){}\\/:,=-+.w \n\r\t\x00\x0b\x1b\x85\u2028\ufffe\ud800é1", max_size=40)


def unknown_size(line: int = 3, size: str = "huge") -> Finding:
    return error(
        "unknown-size", size=size, advice=reason("did-you-mean", meant="small"), location=Location(file=ADLER, line=line, column=9)
    )


def quality(findings: Sequence[Finding], **given: Any) -> list[dict[str, Any]]:
    body = json.loads(code_quality(findings, given.get("files", FILES), given.get("words", ENGLISH)))
    assert isinstance(body, list)
    return body


def test_code_quality_has_what_gitlab_reads() -> None:
    [entry] = quality([unknown_size()])
    fingerprint = entry.pop("fingerprint")
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint)
    assert entry == {
        "description": "the site has no size 'huge' (did you mean 'small'?)",
        "check_name": "unknown-size",
        "severity": "critical",
        "location": {"path": ADLER, "lines": {"begin": 3}},
    }


def test_code_quality_severities() -> None:
    made = [make("x", location=Location(file=SITE)) for make in (error, warning, notice)]
    assert [entry["severity"] for entry in quality(made)] == ["critical", "minor", "info"]


def test_a_fingerprint_depends_on_what_is_wrong_and_not_on_line_or_language() -> None:
    def fingerprints(*findings: Finding, **given: Any) -> list[str]:
        return [entry["fingerprint"] for entry in quality(findings, **given)]

    known = fingerprints(unknown_size(3))
    assert fingerprints(unknown_size(30)) == known
    assert fingerprints(unknown_size(), words=FRENCH) == known
    assert fingerprints(error("merge-conflict", lines=[1, 2])) == fingerprints(error("merge-conflict", lines=[5, 9]))
    several = fingerprints(unknown_size(3), unknown_size(9), unknown_size(9, size="vast"))
    assert several[0] == known[0]
    assert len({*several}) == 3


def test_what_is_acknowledged_is_left_out() -> None:
    known = [unknown_size().model_copy(update={"acknowledged": "so be it"})]
    assert quality(known) == []
    assert workflow_commands("check", known, FILES, ENGLISH, "done") == "::notice title=eiginfra check::done\n"
    assert "<failure" not in junit("check", known, FILES, ENGLISH, NOW)


def test_a_finding_without_a_place_is_shown_at_the_file_concerned_and_says_its_own() -> None:
    of_team = error("x", text="wrong", team="adler", address="gitlab.group[eig]")
    assert [entry["location"]["path"] for entry in quality([of_team, error("y", text="wrong")])] == [ADLER, COHORT]
    assert quality([of_team])[0]["description"] == "gitlab.group[eig]: wrong"


def test_paths_are_from_the_top_wherever_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "inventories"
    below.mkdir()
    monkeypatch.chdir(below)
    files = ReportFiles(cohort="inventories/eig3/cohort.yml", top=tmp_path)
    places = ["eig3/cohort.yml", str(tmp_path / "infra" / "lab.yml"), "../infra/lab.yml", "../../elsewhere.yml"]
    entries = quality([error("x", text="wrong", location=Location(file=file, line=7)) for file in places], files=files)
    assert [entry["location"]["path"] for entry in entries] == ["inventories/eig3/cohort.yml", SITE, SITE, "inventories/eig3/cohort.yml"]
    assert [entry["location"]["lines"]["begin"] for entry in entries] == [7, 7, 7, 1]
    assert entries[3]["description"] == "../../elsewhere.yml:7:1: wrong"


def read_command(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it: from `::` to the next, properties parted by commas, then unescaped."""
    match = re.fullmatch(r"::([a-z]+)(?: (.*?))?::(.*)", line)
    assert match, line
    properties = dict(part.split("=", 1) for part in match[2].split(","))
    return match[1], {key: _plain(value, ":,") for key, value in properties.items()}, _plain(match[3], "")


def _plain(text: str, further: str) -> str:
    for sign in f"\r\n{further}":
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text.replace("%25", "%")


def test_workflow_commands() -> None:
    found = [unknown_size(), warning("x", text="50%"), notice("y", text="well")]
    lines = workflow_commands("check", found, FILES, ENGLISH, "1 error").splitlines()
    assert [read_command(line) for line in lines] == [
        ("error", {"file": ADLER, "line": "3", "col": "9", "title": "unknown-size"}, "the site has no size 'huge' (did you mean 'small'?)"),
        ("warning", {"file": COHORT, "line": "1", "col": "1", "title": "x"}, "50%"),
        ("notice", {"file": COHORT, "line": "1", "col": "1", "title": "y"}, "well"),
        ("notice", {"title": "eiginfra check"}, "1 error"),
    ]


@given(HOSTILE)
def test_no_text_becomes_a_workflow_command(text: str) -> None:
    found = error("x", text=f"a{text}", location=Location(file=f"b{text}"))
    told = workflow_commands("check", [found], FILES, ENGLISH, text)
    said, end = told.splitlines()
    name, properties, message = read_command(said)
    assert (name, {*properties}) == ("error", {"file", "line", "col", "title"})
    assert (properties["file"], message) == (one_line(f"b{text}"), one_line(f"a{text}"))
    assert read_command(end)[2] == one_line(text)


def test_the_jobs_summary_is_appended_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "summary"
    append_summary("nobody asked")
    monkeypatch.setenv(SUMMARY, str(path))
    append_summary("# One\n")
    append_summary("é\x1b\n")
    assert path.read_text(encoding="utf-8") == "# One\né\N{REPLACEMENT CHARACTER}\n"


def test_the_jobs_summary_is_cut_at_what_github_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "summary"
    monkeypatch.setenv(SUMMARY, str(path))
    append_summary("é" * 40 + "\n" + ("é" * 50 + "\n") * 20_000)
    assert MOST - 200 < path.stat().st_size <= MOST
    assert path.read_text(encoding="utf-8").endswith("é\n\n…\n")
    append_summary("more\n" * 100)
    assert path.stat().st_size <= MOST


def suite_of(text: str) -> ET.Element:
    """The suite of a document, which has all that the common schemas ask for and nothing that they do not know."""
    suites = ET.fromstring(text.encode())
    assert suites.tag == "testsuites"
    [suite] = suites
    assert {*suite.attrib} == {"id", "package", "name", "hostname", "timestamp", "tests", "failures", "errors", "time"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
    tags = [child.tag for child in suite]
    assert tags == ["properties", *["testcase"] * int(suite.attrib["tests"]), "system-out", "system-err"]
    failed = [case for case in suite.findall("testcase") if list(case)]
    assert len(failed) == int(suite.attrib["failures"])
    for case in suite.findall("testcase"):
        assert {*case.attrib} == {"classname", "name", "time"}
    for case in failed:
        [failure] = case
        assert (failure.tag, {*failure.attrib}) == ("failure", {"type", "message"})
    return suite


def test_junit_has_a_case_for_each_file() -> None:
    suite = suite_of(junit("check", [unknown_size(), unknown_size(9), warning("x", text="old")], FILES, ENGLISH, NOW))
    cases = {f"{case.attrib['classname']}/{case.attrib['name']}": list(case) for case in suite.findall("testcase")}
    assert {*cases} == {COHORT, ADLER, SITE}
    [failure] = cases[ADLER]
    assert (failure.attrib, cases[SITE]) == ({"type": "unknown-size", "message": "2 errors"}, [])
    assert (failure.text or "").splitlines() == [
        f"{ADLER}:{line}:9: error: the site has no size 'huge' (did you mean 'small'?)" for line in (3, 9)
    ]
    assert suite.findtext("system-out") == f"{COHORT}:1:1: warning: old"


@given(HOSTILE)
def test_junit_is_xml_whatever_is_told(text: str) -> None:
    found = error("x", text=text, location=Location(file=f"a{text}"))
    suite = suite_of(junit("check", [found, warning("y", text=text)], FILES, ENGLISH, NOW))
    assert "x" in {failure.attrib["type"] for failure in suite.iter("failure")}


MARKDOWN = MarkdownIt("commonmark").enable("table")


@given(HOSTILE)
def test_what_others_wrote_is_text_in_markdown(text: str) -> None:
    for before in ("", "- ", "  - x\n  - "):
        tokens = MARKDOWN.parse(f"{before}{escaped(text)}")
        inline = [child for token in tokens for child in token.children or []]
        assert {child.type for child in inline} <= {"text"}
        assert {token.type.rpartition("_")[0] or token.type for token in tokens} <= {"paragraph", "bullet_list", "list_item", "inline"}
        shown = "".join(child.content for child in inline).removeprefix("x" if "x" in before else "")
        assert shown == one_line(text).strip()


@given(HOSTILE)
def test_nobody_and_nothing_is_mentioned_or_linked(text: str) -> None:
    written = escaped(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[@#!~&%$^]", written.replace("\\\\", ""))
    assert not re.search(r"(?<!\\)://|www\.", written)
    assert not written.startswith("/")


@given(HOSTILE)
def test_a_document_of_findings_is_one_table(text: str) -> None:
    findings = [error("x", text=text, location=Location(file=text)), warning("y", text=text, advice=reason("z", text=text))]
    tokens = MARKDOWN.parse(findings_document(text, findings, ENGLISH, text))
    inline = {child.content for token in tokens for child in token.children or [] if child.type == "html_inline"}
    assert inline <= {"<br>"}
    assert not {child.type for token in tokens for child in token.children or []} & {"link_open", "image", "code_inline"}
    assert [token.type for token in tokens].count("tr_open") == 3
    assert not {token.type for token in tokens} & {"html_block", "fence", "code_block"}


@given(HOSTILE)
def test_text_inside_html_is_text(text: str) -> None:
    read = ET.fromstring(f"<summary>{escaped_html(text)}</summary>".encode())
    assert "".join(read.itertext()).split() == one_line(text).split()
    assert {element.tag for element in read.iter()} <= {"summary", "span"}
