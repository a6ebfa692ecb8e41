"""Whatever servers and people write: no output holds a character that moves a cursor, turns or hides text, or breaks a line."""

import io
import json
import logging
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Blocked, Cause, Change, FieldDiff
from eiginfra.core.finding import error
from eiginfra.core.plan import Plan, PlanMeta
from eiginfra.core.reason import reason
from eiginfra.core.text import all_lines, in_json, one_line
from eiginfra.core.trace import Activity, Moment, Trace
from eiginfra.engine.report import ApplyReport, Outcome, Result
from eiginfra.handouts.page import Code, Page, Paragraph, Preformatted
from eiginfra.handouts.rendering import markup
from eiginfra.handouts.rendering.html import render_html
from eiginfra.reconcile.log import JsonFormatter
from eiginfra.render.catalogue import catalogue
from eiginfra.render.console import Terminal
from eiginfra.render.findings import print_findings
from eiginfra.render.outputs.base import document
from eiginfra.render.outputs.plans import PlanOutput
from eiginfra.render.plan_markdown import markdown
from eiginfra.render.plan_text import print_plan
from eiginfra.render.progress import ApplyProgress
from eiginfra.render.report import print_report

ANY = st.text(st.characters(), max_size=20) | st.text("\x1b[31m\a\b\r\n\t\x85\u202e\u2066\u200b\u2028\ufeff\x00\ud800\u3164a]", max_size=20)
SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
AT = datetime(2019, 10, 1, tzinfo=UTC)


def hidden(text: str) -> list[str]:
    """What is in a text and may not be."""
    return [letter for letter in text if not (letter.isprintable() or letter in SPACES or letter == "\n") or letter in "\u3164\u2800\u115f"]


def a_plan(text: str) -> Plan:
    value: JsonValue = {"name": text, "list": [text, {"entry": text}]}
    why = reason("error", text=text)
    found = FieldDiff(field="title", before=text, after=value, cause=Cause.DRIFT)
    change = Change(
        address=Address("test.thing", f"a{text}"),
        action=Action.UPDATE,
        cause=Cause.DRIFT,
        team=text,
        diffs=(found, FieldDiff(field="people", entry=text, before=value)),
        blocked=(Blocked(diff=found, reason=why),),
        waiting={text: why},
        reason=why,
        desired={"title": text},
        observed={"title": text},
        trace=Trace(seen=Moment(what="run", number=1, at=AT), activity=(Activity(what=text, by=text, at=AT),)),
    )
    new = change.model_copy(update={"action": Action.CREATE, "address": Address("test.thing", f"b{text}")})
    meta = PlanMeta(cohort="eig3", site="lab", as_of=date(2019, 10, 1), eiginfra="0")
    return Plan(meta=meta, changes=(change, new), findings=(error("unknown", text=text, team=text), error("gone", text=text, address=text)))


@given(ANY)
def test_attack_9_no_terminal_shows_what_is_hidden(text: str) -> None:
    plan, stream = a_plan(text), io.StringIO()
    terminal = Terminal(file=stream, soft_wrap=True, markup=False, highlight=False, color_system=None)
    results = tuple(Result(change, Outcome.FAILED, reason("error", text=text)) for change in plan.changes)
    print_plan(terminal, plan)
    lines = stream.getvalue().count("\n")
    print_findings(terminal, plan.findings)
    print_report(terminal, plan, ApplyReport(results))
    with ApplyProgress(terminal, 2) as progress:
        for result in results:
            progress.start(result.change)
            progress.end(result)
    assert hidden(stream.getvalue()) == []
    other = io.StringIO()
    print_plan(Terminal(file=other, soft_wrap=True, markup=False, highlight=False, color_system=None), a_plan("x"))
    assert abs(lines - other.getvalue().count("\n")) <= 4  # an empty text leaves lines out; no text adds one for each break
    stream.getvalue().encode()


@given(ANY)
def test_attack_9_no_markdown_json_or_log_holds_what_is_hidden(text: str) -> None:
    plan = a_plan(text)
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s", (text,), None)
    record.facts = {"reason": text}
    for shown in (
        all_lines(markdown(plan, catalogue("fr"))),
        document(PlanOutput.of(plan)),
        plan.to_json(),
        JsonFormatter().format(record),
    ):
        assert hidden(shown) == []
        shown.encode()
    assert json.loads(JsonFormatter().format(record))["reason"] == text


@given(ANY)
def test_attack_9_no_page_holds_what_is_hidden(text: str) -> None:
    page = Page("adler", "fr", text, text, (Paragraph((text, Code(text))), Preformatted(text, text)))
    assert hidden(render_html(page).replace("\n", "") + markup.text(text) + markup.code(text)) == []
    assert "\n" not in markup.text(text)


@given(ANY)
def test_attack_9_json_stays_what_it_was(text: str) -> None:
    written = in_json(json.dumps({"a": text}, ensure_ascii=False))
    assert hidden(written) == []
    assert json.loads(written) == {"a": text}


@pytest.mark.parametrize("letter", ["\x1b", "\x9b", "\u202e", "\u2069", "\u200d", "\u00ad", "\ufeff", "\ud800", "\u3164", "\x7f"])
def test_attack_9_what_is_hidden_is_replaced(letter: str) -> None:
    assert one_line(f"a{letter}b") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("letter", ["\n", "\r", "\t", "\v", "\f", "\x85", "\u2028", "\u2003", "\u3000"])
def test_attack_9_what_breaks_or_widens_a_line_is_a_blank(letter: str) -> None:
    assert one_line(f"a{letter}b") == "a b"


def test_what_people_read_is_left_as_it_is() -> None:
    for text in ("Médiathèque – l’été « oui » 中文 🚀", "a\N{NO-BREAK SPACE}b", unicodedata.normalize("NFD", "é")):
        assert one_line(text) == text


def test_attack_9_whatever_goes_out_passes_the_cleaning() -> None:
    """Modules that write to a stream or a file for people; each of them cleans."""
    package = Path(__file__).parents[3] / "eiginfra"
    calls = ("stdout.write(", "stderr.write(", "Console(", ".write_text(")
    modules = {path: path.read_text(encoding="utf-8") for path in package.rglob("*.py") if "lab" not in path.parts}
    writing = {path.relative_to(package).as_posix() for path, text in modules.items() if any(call in text for call in calls)}
    # Messages that are cleaned, the manual page, the gateway's program, a file without hidden signs in its normal form, git's own files.
    own = {"cli/main.py", "cli/man.py", "cli/doctor.py", "cli/fmt.py", "wiring/git.py"}
    assert {path for path in writing if "core.text import" not in (package / path).read_text(encoding="utf-8")} <= own
