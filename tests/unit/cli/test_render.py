import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import JsonValue
from support.fakes import META
from support.words import ENGLISH

from eiginfra.cli.apply import exit_code
from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.finding import Finding, Location, error, notice, warning
from eiginfra.core.plan import Plan
from eiginfra.core.reason import RESTART, reason
from eiginfra.core.text import one_line
from eiginfra.core.trace import Activity, Moment, Trace
from eiginfra.engine.report import ApplyReport, Outcome, Result
from eiginfra.render.console import Terminal
from eiginfra.render.findings import counted
from eiginfra.render.plan_markdown import markdown
from eiginfra.render.plan_text import print_plan, totals
from eiginfra.render.values import show

CREATE = Change(
    address=Address("test.thing", "a"),
    action=Action.CREATE,
    cause=Cause.NEW,
    team="adler",
    desired={"name": "a", "text": "t", "labels": []},
)
UPDATE = Change(
    address=Address("test.thing", "b"),
    action=Action.UPDATE,
    cause=Cause.DRIFT,
    team="adler",
    diffs=(
        FieldDiff(field="text", before="old", after="new", cause=Cause.DRIFT),
        FieldDiff(field="key", before="s3cret", after="t0ken", cause=Cause.PENDING, sensitive=True),
        FieldDiff(field="people", entry="u", before=None, after={"username": "u", "access": "owner"}, cause=Cause.DRIFT),
        FieldDiff(field="people", entry="v", before={"username": "v"}, after=None, cause=Cause.DRIFT),
    ),
)
WAITING = Change(address=Address("test.thing", "c"), action=Action.NONE, waiting={"memory": RESTART})
ADOPTED = Change(address=Address("test.thing", "d"), action=Action.ADOPT, desired={})


def _text(plan: Plan) -> str:
    stream = io.StringIO()
    print_plan(Terminal(file=stream, soft_wrap=True, markup=False, highlight=False), plan)
    return stream.getvalue()


def test_a_plan_for_people() -> None:
    assert _text(
        Plan(
            meta=META, changes=(CREATE, UPDATE, WAITING, ADOPTED), findings=(error("c", text="wrong", advice=reason("mend", text="mend")),)
        )
    ) == (
        "the cohort’s own\n"
        "  · test.thing[c]\n"
        "      memory waits for a restart\n"
        "\n"
        "adler\n"
        "  + test.thing[a]  new\n"
        "      text t\n"
        "  ~ test.thing[b]  drift\n"
        "      text: old → new\n"
        "      key: *** → ***  pending\n"
        "      + people[u] u (owner)\n"
        "      - people[v] v\n"
        "\n"
        "1 resource stands already as wanted; the journal will note it.\n"
        "\n"
        "error: wrong\n"
        "    → mend\n"
        "\n"
        "Plan: 1 to add, 1 to change, 0 to remove.\n"
    )


def test_since_when_and_by_whom_stands_with_drift_and_findings() -> None:
    noon = datetime(2019, 10, 1, 12, tzinfo=UTC)
    trace = Trace(in_order=Moment(what="round", number=4, at=noon), activity=(Activity(what="resize", by="al_ice@pve", at=noon),))
    excess = warning("quota-excess", amounts=[reason("amount", measure="cores", value=1)], address="test.thing[b]").model_copy(
        update={"trace": trace}
    )
    plan = Plan(meta=META, changes=(UPDATE.model_copy(update={"trace": trace}),), findings=(excess,))
    told = "since between round 4 (2019-10-01 12:00 UTC, in order) and now; resize by al_ice@pve (2019-10-01 12:00 UTC)"
    text = _text(plan)
    assert f"      - people[v] v\n      {told}\n" in text
    assert f"test.thing[b]: warning: it takes 1 core more than the inventory asks for; {told}\n" in text
    assert markdown(plan, ENGLISH).count(r"resize by al\_ice\@pve \(2019-10-01 12:00 UTC\)") == 2


def test_the_totals() -> None:
    assert totals(Plan(meta=META), ENGLISH) == "Nothing to do: what stands is what the inventory asks for."
    assert totals(Plan(meta=META, changes=(WAITING,)), ENGLISH) == "Nothing to do; 1 still waiting."
    gone = CREATE.model_copy(update={"action": Action.DELETE})
    again = UPDATE.model_copy(update={"action": Action.REPLACE})
    taken = ADOPTED.model_copy(update={"marked": False})
    assert (
        totals(Plan(meta=META, changes=(gone, again, taken)), ENGLISH)
        == "Plan: 0 to add, 0 to change, 1 to adopt, 1 to replace, 1 to remove."
    )


def test_what_is_left_undone_is_counted_by_why() -> None:
    orphan = WAITING.model_copy(update={"waiting": {}, "cause": Cause.ORPHAN, "reason": RESTART})
    alone = orphan.model_copy(update={"cause": None})
    told = totals(Plan(meta=META, changes=(WAITING, orphan, alone)), ENGLISH)
    assert told == "Nothing to do; 1 still waiting, 1 left the inventory, 1 left alone."


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (["a", "b"], ["b", "c"], "added c; removed a"),
        (["a", "b"], ["a"], "removed b"),
        (["a"], ["b"], "a → b"),
        (["a", "b"], ["b", "a"], "a, b → b, a"),
        (None, ["a"], "– → a"),
        ("a", "b", "a → b"),
    ],
)
def test_of_two_lists_the_difference_is_told(before: JsonValue, after: JsonValue, told: str) -> None:
    update = UPDATE.model_copy(update={"diffs": (FieldDiff(field="guests", before=before, after=after, cause=Cause.DRIFT),)})
    assert f"      guests: {told}\n" in _text(Plan(meta=META, changes=(update,)))
    assert f"guests: {told}" in markdown(Plan(meta=META, changes=(update,)), ENGLISH).replace("\\", "")


def test_no_secret_is_shown() -> None:
    plan = Plan(meta=META, changes=(UPDATE,))
    for text in (_text(plan), markdown(plan, ENGLISH)):
        assert "s3cret" not in text
        assert "t0ken" not in text


@given(st.text(max_size=40))
def test_what_a_team_wrote_cannot_move_the_cursor(text: str) -> None:
    change = CREATE.model_copy(update={"desired": {"text": f"{text}."}, "address": Address("test.thing", text or "x")})
    shown = _text(Plan(meta=META, changes=(change,)))
    assert "\x1b" not in shown
    assert shown.count("\n") == 5


@given(st.text(alphabet="<>&*_`|[]()!#\\~ab \n", max_size=30))
def test_what_a_team_wrote_is_no_markdown(text: str) -> None:
    change = CREATE.model_copy(update={"desired": {"text": text}})
    tokens = MarkdownIt("commonmark").parse(markdown(Plan(meta=META, changes=(change,), findings=(error("c", text=text),)), ENGLISH))
    html = [token.content for token in tokens if token.type == "html_block"]
    inline = [child.type for token in tokens for child in token.children or []]
    assert all(block.startswith(("<details", "<summary", "</details", "<sub>")) for block in html)
    assert not {"image", "link_open"} & set(inline)


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (True, "yes"), (["a", 1], "a, 1"), ({"a": "x", "b": None, "c": 2}, "x (2)"), ([], "–")]
)
def test_values_in_one_line(value: object, shown: str) -> None:
    assert show(value, ENGLISH) == shown  # type: ignore[arg-type]


def test_control_characters_are_replaced() -> None:
    assert one_line("a\x1b[31mb\nc\u202e") == "a�[31mb c�"


@pytest.mark.parametrize(
    ("results", "interrupted", "code"),
    [
        ([(Outcome.DONE, 0), (Outcome.WAITING, 0)], False, 0),
        ([(Outcome.DONE, 0), (Outcome.FAILED, 77)], False, 77),
        ([(Outcome.FAILED, 77), (Outcome.FAILED, 69), (Outcome.SKIPPED, 0)], False, 1),
        ([(Outcome.REFUSED, 1)], False, 1),
        ([(Outcome.FAILED, 1)], True, 130),
    ],
)
def test_the_exit_code_of_an_apply(results: list[tuple[Outcome, int]], interrupted: bool, code: int) -> None:
    report = ApplyReport(tuple(Result(CREATE, outcome, exit_code=exit_code) for outcome, exit_code in results), interrupted)
    assert exit_code(report) == code


def test_other_places_of_a_finding_stand_on_lines_of_their_own() -> None:
    def place(file: str, line: int) -> Location:
        return Location(file=file, line=line, column=3)

    found = error(
        "twice",
        text="two of it",
        advice=reason("mend", text="rename one"),
        location=place("a.yml", 9),
        also=(place("a.yml", 4), place("b.yml", 2)),
    )
    assert _text(Plan(meta=META, findings=(found,))).splitlines()[:4] == [
        "a.yml:9:3: error: two of it",
        "    → rename one",
        "    first at a.yml:4:3",
        "    also at b.yml:2:3",
    ]
    assert "a.yml:9:3<br>a.yml:4:3<br>b.yml:2:3<br>two of it" in markdown(Plan(meta=META, findings=(found,)), ENGLISH)


def test_above_a_long_plan_stands_a_line_for_every_team() -> None:
    more = [CREATE.model_copy(update={"address": Address("test.thing", f"n{number}"), "team": "plume"}) for number in range(20)]
    short, long = (_text(Plan(meta=META, changes=(UPDATE, CREATE, WAITING, *added))) for added in (more[:3], more))
    assert short.startswith("the cohort’s own\n")
    assert long.startswith("the cohort’s own: nothing to do\nadler: 1 to add, 1 to change\nplume: 20 to add\n\nthe cohort’s own\n")


def _lacking(count: int) -> list[Finding]:
    return [
        warning(
            "feature-for-root",
            id=100 + n,
            features=["keyctl"],
            node="eig",
            command=f"pct set {100 + n}",
            address=f"test.thing[eig/t{n}]",
            team=f"t{n}",
        )
        for n in range(count)
    ]


def test_known_notices_of_one_code_are_one_line_with_count_names_and_remedy() -> None:
    plan = Plan(meta=META, findings=(*_lacking(7), error("c", text="wrong"), error("c", text="wrong too")))
    assert _text(plan).splitlines()[:4] == [
        (
            "warning: container … lacks keyctl, which Proxmox lets only root switch on"
            " (7 times: eig/t0, eig/t1, eig/t2, eig/t3, eig/t4 and 2 more)"
        ),
        "    → as root on eig: …; then restart it",
        "error: wrong",
        "error: wrong too",
    ]
    assert markdown(plan, ENGLISH).count("lacks keyctl") == 1
    assert [found["address"] for found in json.loads(plan.to_json())["findings"][:7]] == [f"test.thing[eig/t{n}]" for n in range(7)]


def test_what_is_about_a_line_stands_alone_and_what_names_no_subject_is_named_by_its_words() -> None:
    lines = [notice("spelling", text=f"write it {n}", location=Location(file="a.yml", line=n)) for n in (1, 2)]
    guests = [warning("guest-without-backup", id=n, name=f"old{n}", pool="eig3-adler") for n in (7, 8)]
    assert _text(Plan(meta=META, findings=(*lines, *guests))).splitlines()[:3] == [
        "a.yml:1:1: notice: write it 1",
        "a.yml:2:1: notice: write it 2",
        "warning: guest … (…) in pool eig3-adler was made by hand, and no backup job covers it (2 times: 7 old7, 8 old8)",
    ]


def test_the_acknowledged_are_counted_and_not_told() -> None:
    known, other = (found.model_copy(update={"acknowledged": "root does it"}) for found in _lacking(2))
    plan = Plan(meta=META, findings=(known, other))
    assert _text(plan) == "2 acknowledged.\n\nNothing to do: what stands is what the inventory asks for.\n"
    assert "2 acknowledged.\n" in markdown(plan, ENGLISH)
    assert "keyctl" not in markdown(plan, ENGLISH)
    assert counted([known, warning("c", text="w")]) == "1 warning, 1 acknowledged"
    assert json.loads(plan.to_json())["findings"][0]["acknowledged"] == "root does it"
