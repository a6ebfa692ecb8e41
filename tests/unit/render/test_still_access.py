"""People who still have access, in every summary."""

import io
import json

from support.fakes import META

from eiginfra.core.plan import Plan
from eiginfra.engine.report import ApplyReport
from eiginfra.render.catalogue import catalogue
from eiginfra.render.console import Terminal
from eiginfra.render.outputs.base import document
from eiginfra.render.outputs.plans import ApplyOutput, PlanOutput
from eiginfra.render.plan_markdown import markdown
from eiginfra.render.plan_text import print_plan
from eiginfra.render.report import print_report
from eiginfra.render.still_access import still_access

WEB, DB = "machine.access[eig3/adler/web]", "machine.access[eig3/adler/db]"
PLAN = Plan(meta=META, remaining={WEB: ("alan", "grace"), DB: ("alan",)})
SAID = "2 people still have access where nobody can be let out now: alan to eig3/adler/db and eig3/adler/web, grace to eig3/adler/web."


def test_each_is_named_once_with_every_machine() -> None:
    assert still_access(PLAN.remaining, catalogue("en")) == SAID
    assert "1 personne a encore accès" in still_access({DB: ["alan"]}, catalogue("fr"))
    assert still_access({}, catalogue("en")) == ""


def test_plans_and_reports_say_it() -> None:
    for tell in (lambda console: print_plan(console, PLAN), lambda console: print_report(console, PLAN, ApplyReport(()))):
        stream = io.StringIO()
        tell(Terminal(file=stream, width=400))
        assert SAID in stream.getvalue()
    assert "2 people still have access" in markdown(PLAN, catalogue("en"))
    for body in (PlanOutput.of(PLAN), ApplyOutput.of(PLAN, ApplyReport(()), PLAN.fingerprint)):
        assert json.loads(document(body))["remaining"] == {DB: ["alan"], WEB: ["alan", "grace"]}
    assert Plan.from_json(document(PlanOutput.of(PLAN))).remaining == PLAN.remaining
