"""What several cohorts want of one thing: merged where that is lawful, left to the others by who leaves, never fought over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.cohorts import ROLES, Cohorts, Membership, account, people
from support.words import message

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause
from eiginfra.core.finding import Severity
from eiginfra.core.reason import reason
from eiginfra.core.resource import Resource
from eiginfra.engine.drift import drifted

MARCH, DECEMBER = date(2020, 3, 31), date(2020, 12, 31)
BOB = Address("test.account", "bob")


@pytest.fixture
def site() -> Cohorts:
    """Both want bob, until March and until December; both applied."""
    cohorts = Cohorts(wanted={"ca": [account("bob", MARCH)], "cb": [account("bob", DECEMBER)]})
    cohorts.apply("ca")
    cohorts.apply("cb")
    return cohorts


def silent(site: Cohorts, *cohorts: str) -> None:
    for cohort in cohorts or site.names:
        plan = site.plan(cohort)
        assert (plan.acting, drifted(plan)) == ((), ()), cohort


def test_the_later_end_counts_and_nobody_undoes_it(site: Cohorts) -> None:
    assert site.standing() == {"bob": (True, "2020-12-31")}
    silent(site)


def test_a_cohort_that_comes_second_changes_what_the_first_reached_and_it_is_pending() -> None:
    site = Cohorts(wanted={"ca": [account("bob", MARCH)]})
    site.apply("ca")
    site.wanted["cb"] = [account("bob", DECEMBER)]
    for cohort in site.names:
        [change] = site.plan(cohort).changes
        assert (change.cause, [diff.after for diff in change.diffs]) == (Cause.PENDING, ["2020-12-31"])
        assert drifted(site.plan(cohort)) == ()


def test_what_somebody_changed_by_hand_is_drift_for_both(site: Cohorts) -> None:
    site.accounts.objects["bob"]["until"] = "2020-05-01"
    for cohort in site.names:
        assert [change.cause for change in drifted(site.plan(cohort))] == [Cause.DRIFT]


@pytest.mark.parametrize("last", ["ca", "cb"])
def test_who_leaves_last_disables_whoever_created_it(site: Cohorts, last: str) -> None:
    first = "cb" if last == "ca" else "ca"
    site.wanted[first] = []
    [change] = site.plan(first).changes
    assert (change.release, change.reason) == (True, reason("left-to-others", cohorts=[last]))
    site.apply(first)
    site.apply(last)
    assert site.standing() == {"bob": (True, "2020-03-31" if last == "ca" else "2020-12-31")}
    silent(site)
    site.wanted[last] = []
    site.apply(last)
    assert site.standing()["bob"][0] is False
    silent(site)


def test_somebody_who_comes_back_in_the_other_cohort_is_released_by_the_first(site: Cohorts) -> None:
    site.wanted = {}
    site.apply("ca")
    site.apply("cb")
    assert site.standing()["bob"][0] is False
    site.wanted = {"cb": [account("bob", DECEMBER)]}
    site.apply("cb")
    site.apply("ca")
    assert site.standing()["bob"][0] is True
    silent(site)


def test_protect_holds_while_its_cohort_wants_it() -> None:
    site = Cohorts(wanted={"ca": [people("all", protect=True)], "cb": [people("all")]})
    site.apply("ca")
    site.apply("cb")
    site.wanted["cb"] = []
    site.apply("cb", prune=True)
    assert "all" in site.lists.objects
    site.wanted["ca"] = []
    [change] = site.plan("ca", prune=True).changes
    assert change.reason == reason("left-inventory-protected")
    site = Cohorts(wanted={"ca": [people("all", protect=True)], "cb": [people("all")]})
    site.apply("ca")
    site.apply("cb")
    site.wanted["ca"] = []
    site.apply("ca", prune=True)
    site.apply("cb")
    site.wanted["cb"] = []
    site.apply("cb", prune=True)
    assert site.lists.objects == {}


def test_lists_hold_what_either_cohort_wants_with_the_stronger_role_and_the_later_end() -> None:
    amy, zoe = (Membership(username=name, access="reporter", expires=MARCH) for name in ("amy", "zoe"))
    bob = {"username": "bob", "access": "developer", "expires": MARCH}
    site = Cohorts(
        wanted={
            "ca": [people("all", Membership(**bob), amy)],
            "cb": [people("all", Membership(**bob | {"access": "maintainer"}), zoe)],
        }
    )
    for cohort in site.names:
        site.apply(cohort)
    found = {entry["username"]: entry["access"] for entry in site.lists.objects["all"]["people"]}  # type: ignore[index, union-attr, call-overload]
    assert found == {"amy": "reporter", "bob": "maintainer", "zoe": "reporter"}
    silent(site)


def test_other_values_that_differ_are_one_error_in_each_cohort_that_names_both() -> None:
    site = Cohorts(wanted={"ca": [account("bob", title="A")], "cb": [account("bob", title="B")]})
    for cohort in site.names:
        [found] = site.plan(cohort).findings
        assert (found.severity, found.code, found.field) == (Severity.ERROR, "claims-clash", "title")
        assert "by the cohort ca" in message(found)
        assert "by the cohort cb" in message(found)


def test_a_cohort_that_only_the_journal_knows_keeps_its_people_until_their_last_day(site: Cohorts) -> None:
    site.unread = {"ca"}
    site.wanted["cb"] = []
    [change] = site.plan("cb").changes
    assert change.release
    site.today = DECEMBER + timedelta(days=1)
    [change] = site.plan("cb").changes
    assert (change.release, change.step) == (False, "disable")


def test_what_a_cohort_elsewhere_disabled_is_no_claim(site: Cohorts) -> None:
    site.wanted["ca"] = site.wanted["cb"] = []
    site.apply("ca")
    site.unread = {"ca"}
    site.wanted["cb"] = [account("bob", DECEMBER)]
    site.apply("cb")
    site.wanted["cb"] = []
    site.journals["ca"].kept[BOB].values["enabled"]
    [change] = site.plan("cb").changes
    assert change.step == "disable"


def test_a_difference_from_a_record_is_a_warning() -> None:
    site = Cohorts(wanted={"ca": [account("bob", DECEMBER, title="A")]}, unread={"ca"})
    site.apply("ca")
    site.wanted["cb"] = [account("bob", MARCH, title="B")]
    plan = site.plan("cb")
    assert [(found.severity, found.code) for found in plan.findings] == [(Severity.WARNING, "claimed-elsewhere")]
    assert [diff.field for change in plan.changes for diff in change.diffs] == ["title"]  # the later end is kept


def test_a_lost_journal_takes_nothing_from_the_other_cohort_nor_what_it_cannot_know(site: Cohorts) -> None:
    site.lose_journal()
    site.wanted["ca"] = []
    site.apply("ca", prune=True)
    assert site.standing() == {"bob": (True, "2020-12-31")}
    site.apply("cb")
    site.wanted["cb"] = []
    site.apply("cb", prune=True)  # on record by now, but nobody knows who created it
    assert site.standing()["bob"][0] is True
    assert site.plan("cb").acting == ()


def test_what_was_forgotten_is_known_anew_by_the_next_apply(site: Cohorts) -> None:
    site.journals["cb"].forget("cb", BOB)
    [change] = site.plan("cb").changes
    assert (change.action, change.acts, change.created) == (Action.ADOPT, False, True)
    site.wanted["ca"] = []
    site.apply("ca")
    site.apply("cb")
    assert site.standing() == {"bob": (True, "2020-12-31")}
    site.wanted["cb"] = []
    site.apply("cb")
    assert site.standing()["bob"][0] is False


PEOPLE = ["amy", "bob", "eve"]
Wishes = dict[str, tuple[int, str]]
WISHES: st.SearchStrategy[Wishes] = st.dictionaries(st.sampled_from(PEOPLE), st.tuples(st.integers(0, 9), st.sampled_from(ROLES)))


@dataclass(frozen=True)
class Round:
    """What each cohort wants of whom, for how many days and as what; who writes the shared list, applies first, is forgotten."""

    wishes: dict[str, Wishes]
    lists: set[str]
    first: str
    days: int
    forgotten: tuple[str, str]

    def of(self, cohort: str, today: date) -> list[Resource]:
        wishes = {name: (today + timedelta(days), role) for name, (days, role) in self.wishes[cohort].items()}
        entries = [Membership(username=name, access=role, expires=until) for name, (until, role) in wishes.items()]
        accounts = [account(name, until) for name, (until, _) in wishes.items()]
        return [*accounts, people(cohort, *entries), *([people("all", *entries)] if cohort in self.lists else [])]

    def ends(self, today: date) -> dict[str, str]:
        """The last day of everybody whom some cohort wants."""
        days = {name: max(wishes[name][0] for wishes in self.wishes.values() if name in wishes) for name in self.named(self.wishes)}
        return {name: (today + timedelta(more)).isoformat() for name, more in days.items()}

    def named(self, cohorts: Iterable[str]) -> set[str]:
        return {name for cohort in cohorts for name in self.wishes[cohort]}


ROUNDS = st.builds(
    Round,
    wishes=st.fixed_dictionaries({"ca": WISHES, "cb": WISHES}),
    lists=st.sets(st.sampled_from(["ca", "cb"])),
    first=st.sampled_from(["ca", "cb"]),
    days=st.integers(0, 4),
    forgotten=st.tuples(st.sampled_from(["ca", "cb"]), st.sampled_from(PEOPLE)),
)


@settings(max_examples=15)
@given(st.lists(ROUNDS, min_size=30, max_size=30))
def test_each_person_has_exactly_what_some_cohort_wants(rounds: list[Round]) -> None:
    site = Cohorts()
    for asked in rounds:
        site.today += timedelta(asked.days)
        site.wanted = {cohort: asked.of(cohort, site.today) for cohort in site.names}
        who, name = asked.forgotten
        if name in asked.wishes[who]:
            site.journals[who].forget(who, Address("test.account", name))
        for cohort in sorted(site.names, key=lambda cohort: cohort != asked.first):
            site.apply(cohort, prune=True)
        ends = asked.ends(site.today)
        assert {name: until for name, (enabled, until) in site.standing().items() if enabled} == ends
        lists = {name: {entry["username"] for entry in values["people"]} for name, values in site.lists.objects.items()}  # type: ignore[index, union-attr, call-overload]
        shared = {"all": asked.named(asked.lists)} if asked.lists else {}
        assert lists == {"ca": asked.named(["ca"]), "cb": asked.named(["cb"]), **shared}
        for cohort in site.names:
            plan = site.plan(cohort, prune=True)
            assert (plan.acting, drifted(plan), plan.errors) == ((), (), ()), cohort
