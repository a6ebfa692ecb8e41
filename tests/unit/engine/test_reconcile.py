"""What of a plan may be healed, when, how much, and what of it is news."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fakes import META

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.plan import Plan
from eiginfra.core.reason import reason
from eiginfra.engine.healing import (
    HOUR,
    LONGEST_REST,
    Failure,
    HealingPolicy,
    HealingRule,
    LoopMemory,
    Mode,
    fingerprint,
    remember,
    select_healing,
)
from eiginfra.engine.report import ApplyReport, Outcome, Result

NOW = datetime(2019, 10, 1, 12, tzinfo=UTC)
HEAL = HealingPolicy(Mode.HEAL)


def diff(field: str = "memory", cause: Cause = Cause.DRIFT, **more: Any) -> FieldDiff:
    return FieldDiff(field=field, before="b", after="a", cause=cause, **more)


def update(name: str = "a", *diffs: FieldDiff, cause: Cause | None = None, kind: str = "test.thing", **more: Any) -> Change:
    diffs = diffs or (diff(),)
    return Change(
        address=Address(kind, name),
        action=more.pop("action", Action.UPDATE),
        cause=cause or diffs[0].cause,
        diffs=diffs,
        desired={found.field: found.after for found in diffs},
        observed={found.field: found.before for found in diffs},
        **more,
    )


def gone(name: str, *depends_on: str, cause: Cause = Cause.DRIFT) -> Change:
    on = tuple(Address("test.thing", other) for other in depends_on)
    return Change(address=Address("test.thing", name), action=Action.CREATE, cause=cause, desired={"name": name}, depends_on=on)


def plan(*changes: Change, findings: tuple[Finding, ...] = ()) -> Plan:
    return Plan(meta=META, changes=changes, findings=findings)


def healed(given_plan: Plan, policy: HealingPolicy = HEAL, memory: LoopMemory | None = None) -> list[str]:
    return [change.address.key for change in select_healing(given_plan, policy, memory or LoopMemory(), NOW).plan.changes]


def report(*ends: tuple[Change, Outcome]) -> ApplyReport:
    return ApplyReport(tuple(Result(change, end, exit_code=int(end is Outcome.FAILED)) for change, end in ends))


def test_drift_alone_is_healed() -> None:
    changes = {
        "drift": update("drift"),
        "gone": gone("gone"),
        "new": gone("new", cause=Cause.NEW),
        "pending": update("pending", diff(cause=Cause.PENDING)),
        "conflict": update("conflict", diff(cause=Cause.CONFLICT)),
        "both": update("both", diff(), diff("cores", Cause.PENDING), cause=Cause.CONFLICT),
        "unknown": update("unknown", diff(cause=Cause.UNKNOWN), action=Action.ADOPT),
        "orphan": Change(
            address=Address("test.thing", "orphan"),
            action=Action.NONE,
            cause=Cause.ORPHAN,
            reason=reason("left-inventory-stays", kind="test.thing"),
        ),
        "retired": update("retired", diff(cause=Cause.ORPHAN)),
        "pruned": Change(address=Address("test.thing", "pruned"), action=Action.DELETE, cause=Cause.ORPHAN),
        "closed": Change(address=Address("test.thing", "closed"), action=Action.NONE, cause=Cause.DRIFT, reason=reason("cohort-closed")),
        "anew": update("anew", action=Action.REPLACE),
    }
    healing = select_healing(plan(*changes.values()), HEAL, LoopMemory(), NOW)
    assert [change.address.key for change in healing.plan.changes] == ["drift", "gone"]
    assert {address.key for address in healing.held} == changes.keys() - {"drift", "gone", "new", "pending"}
    assert healing.held[Address("test.thing", "closed")] == reason("cohort-closed")


def test_detect_heals_nothing_and_tells_all_drift() -> None:
    healing = select_healing(plan(update("a"), gone("b")), HealingPolicy(), LoopMemory(), NOW)
    assert healing.plan.empty
    assert [change.address.key for change in healing.drift] == ["a", "b"]


def test_a_kind_may_be_left_to_people_or_be_nobodys_business() -> None:
    policy = HealingPolicy(Mode.HEAL, {"test.alert": HealingRule.ALERT, "test.ignore": HealingRule.IGNORE})
    healing = select_healing(plan(update("a", kind="test.alert"), update("b", kind="test.ignore"), update("c")), policy, LoopMemory(), NOW)
    assert [change.address.key for change in healing.drift] == ["a", "c"]
    assert [change.address.key for change in healing.plan.changes] == ["c"]


def test_ignored_fields_stay_as_they_are() -> None:
    policy = HealingPolicy(Mode.HEAL, ignored={"test.thing": frozenset({"text", "title"})})
    healing = select_healing(
        plan(update("a", diff("text"), diff("title", Cause.PENDING), diff("cores")), update("b", diff("text"))), policy, LoopMemory(), NOW
    )
    (change,) = healing.plan.changes
    assert [found.field for found in change.diffs] == ["cores"]
    assert change.desired == {"text": "b", "title": "b", "cores": "a"}
    assert [found.address.key for found in healing.drift] == ["a"]


def test_what_hangs_on_something_missing_waits_for_it() -> None:
    assert healed(plan(gone("new", cause=Cause.NEW), gone("on-new", "new"), gone("base"), gone("on-base", "base"))) == ["base", "on-base"]
    first, second = select_healing(plan(gone("base"), gone("on-base", "base", "other")), HEAL, LoopMemory(), NOW).plan.changes
    assert second.depends_on == (first.address,)


def test_what_hangs_on_something_that_only_differs_does_not_wait() -> None:
    assert healed(plan(update("base", diff(cause=Cause.PENDING)), gone("on-base", "base"))) == ["on-base"]


def test_heals_in_any_hour_are_counted() -> None:
    memory = LoopMemory(heals=[NOW - HOUR, NOW - timedelta(minutes=59), NOW])
    policy = HealingPolicy(Mode.HEAL, heals_per_hour=4)
    healing = select_healing(plan(gone("a"), gone("b"), gone("c"), gone("d", "c")), policy, memory, NOW)
    assert [change.address.key for change in healing.plan.changes] == ["a", "b"]
    assert healing.held[Address("test.thing", "c")] == reason("heals-used-up", limit=4)
    assert healing.held[Address("test.thing", "d")] == reason("dependency-missing", address="test.thing[c]")


@pytest.mark.parametrize(
    ("findings", "left"),
    [
        ((error("removal-cap", text="too many"),), ["plain"]),
        ((error("some-guard", text="no", address="test.thing[plain]"),), ["stranger"]),
        ((error("some-guard", text="no"),), []),
        ((warning("some-warning", text="careful"),), ["stranger", "plain"]),
    ],
    ids=["a cap on lists", "one resource", "the whole plan", "no error"],
)
def test_a_guard_holds_back_what_it_is_about(findings: tuple[Finding, ...], left: list[str]) -> None:
    stranger = FieldDiff(field="members", entry="x", before={"username": "x"}, cause=Cause.DRIFT)
    healing = select_healing(plan(update("stranger", stranger), update("plain"), findings=findings), HEAL, LoopMemory(), NOW)
    assert [change.address.key for change in healing.plan.changes] == left
    assert not healing.plan.errors


@pytest.mark.parametrize(
    ("times", "rest"),
    [
        (1, timedelta()),
        (2, timedelta(minutes=20)),
        (3, timedelta(minutes=40)),
        (7, timedelta(minutes=640)),
        (9, LONGEST_REST),
        (999, LONGEST_REST),
    ],
)
def test_what_fails_again_and_again_rests_longer_and_longer(times: int, rest: timedelta) -> None:
    memory = LoopMemory(failures={"test.thing[a]": Failure(times=times, last=NOW - rest, code=1)})
    assert healed(plan(update("a")), memory=memory) == ["a"]
    if rest:
        memory = LoopMemory(failures={"test.thing[a]": Failure(times=times, last=NOW - rest + timedelta(seconds=1), code=1)})
        assert healed(plan(update("a"), update("b")), memory=memory) == ["b"]


def test_a_failure_is_told_once_and_forgotten_when_it_is_over() -> None:
    memory, change = LoopMemory(), update("a")
    healing = select_healing(plan(change), HEAL, memory, NOW)
    failed = report((change, Outcome.FAILED))
    assert [result.change for result in remember(memory, healing, failed, NOW).failing] == [change]
    assert remember(memory, healing, failed, NOW).failing == ()
    assert memory.failures["test.thing[a]"].times == 2
    news = remember(memory, select_healing(plan(), HEAL, memory, NOW), None, NOW)
    assert news.recovered == ("test.thing[a]",)
    assert not memory.failures
    assert not memory.known


def test_drift_is_news_once_until_it_changes() -> None:
    memory, change = LoopMemory(), update("a")
    for expected in (1, 0, 0):
        assert len(remember(memory, select_healing(plan(change), HealingPolicy(), memory, NOW), None, NOW).found) == expected
    more = update("a", diff(), diff("cores"))
    assert remember(memory, select_healing(plan(more), HealingPolicy(), memory, NOW), None, NOW).found == (more,)
    assert remember(memory, select_healing(plan(), HealingPolicy(), memory, NOW), None, NOW).recovered == ("test.thing[a]",)


def test_what_was_healed_is_no_longer_known_and_counts_for_an_hour() -> None:
    memory, change = LoopMemory(heals=[NOW]), update("a")
    news = remember(memory, select_healing(plan(change), HEAL, memory, NOW), report((change, Outcome.DONE)), NOW)
    assert [result.change for result in news.healed] == [change]
    assert news.found == (change,)
    assert not news.standing
    assert not news.recovered
    assert memory.heals == [NOW]
    later = remember(memory, select_healing(plan(change), HEAL, memory, NOW), None, NOW + HOUR)
    assert later.found == (change,)
    assert memory.heals == []


def test_what_our_own_try_left_half_done_is_no_news() -> None:
    memory, change = LoopMemory(), update("a", diff(), diff("cores"))
    remember(memory, select_healing(plan(change), HEAL, memory, NOW), report((change, Outcome.FAILED)), NOW)
    assert remember(memory, select_healing(plan(update("a")), HEAL, memory, NOW), None, NOW).found == ()


def test_what_was_skipped_stands_and_did_not_fail() -> None:
    memory, change = LoopMemory(), update("a")
    news = remember(memory, select_healing(plan(change), HEAL, memory, NOW), report((change, Outcome.SKIPPED)), NOW)
    assert news.standing == (change,)
    assert not memory.failures


def test_sensitive_values_do_not_enter_a_fingerprint() -> None:
    one, other = diff(sensitive=True), diff(sensitive=True).model_copy(update={"before": "c"})
    assert fingerprint(update("a", one)) == fingerprint(update("a", other))
    assert fingerprint(update("a", diff())) != fingerprint(update("a", diff().model_copy(update={"before": "c"})))


CAUSES = st.sampled_from(list(Cause))
CHANGES = st.builds(
    lambda name, action, causes, on: Change(
        address=Address("test.thing", name),
        action=action,
        cause=causes[0],
        diffs=tuple(diff(f"f{place}", cause) for place, cause in enumerate(causes)) if action is not Action.CREATE else (),
        depends_on=tuple(Address("test.thing", other) for other in on),
    ),
    st.sampled_from("abcdef"),
    st.sampled_from(list(Action)),
    st.lists(CAUSES, min_size=1, max_size=3),
    st.sets(st.sampled_from("abcdef"), max_size=2),
)


@given(st.lists(CHANGES, unique_by=lambda change: change.address), st.integers(0, 4), st.sampled_from(list(HealingRule)))
def test_nothing_but_drift_is_ever_healed(changes: list[Change], cap: int, rule: HealingRule) -> None:
    memory = LoopMemory()
    healing = select_healing(plan(*changes), HealingPolicy(Mode.HEAL, {"test.thing": rule}, heals_per_hour=cap), memory, NOW)
    assert len(healing.plan.changes) <= (cap if rule is HealingRule.HEAL else 0)
    for change in healing.plan.changes:
        assert change.action in (Action.CREATE, Action.UPDATE)
        assert change.cause is Cause.DRIFT
        assert {found.cause for found in change.diffs} <= {Cause.DRIFT}
    assert {change.address for change in healing.drift} == healing.held.keys() | {change.address for change in healing.plan.changes}
    remember(memory, healing, None, NOW)
    assert LoopMemory.model_validate_json(memory.model_dump_json()) == memory
    assert remember(memory, select_healing(plan(*changes), HealingPolicy(), memory, NOW), None, NOW).recovered == ()


def test_what_a_lock_kept_from_being_healed_is_not_healed() -> None:
    change, memory = update("a"), LoopMemory()
    held = Result(change, Outcome.WAITING, reason("error", type="HeldError", text="guest is locked (backup)"))
    asked = Result(change, Outcome.WAITING, reason("waits", fields={}))
    healing = select_healing(plan(change), HEAL, memory, NOW)
    news = remember(memory, healing, ApplyReport((held,)), NOW)
    assert (news.healed, news.failing, news.standing) == ((), (), (change,))
    assert remember(memory, healing, ApplyReport((asked,)), NOW).healed == (asked,)
