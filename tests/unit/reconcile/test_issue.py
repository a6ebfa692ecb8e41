"""One issue while there is drift, and none after."""

from dataclasses import dataclass, field

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.reconcile.issue import KeptIssue, issue_text, keep_issue, label
from eiginfra.render.catalogue import catalogue


@dataclass
class Kept:
    iid: int
    text: str

    @property
    def web_url(self) -> str:
        return f"issues/{self.iid}"


@dataclass
class Tracker:
    issues: list[Kept] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    made: int = 0

    def open(self) -> list[Kept]:
        return [*self.issues]

    def create(self, title: str, text: str) -> Kept:
        self.made += 1
        self.titles.append(title)
        self.issues.append(Kept(self.made, text))
        return self.issues[-1]

    def edit(self, iid: int, text: str) -> Kept:
        [found] = [issue for issue in self.issues if issue.iid == iid]
        found.text = text
        return found

    def close(self, iid: int) -> None:
        self.issues = [issue for issue in self.issues if issue.iid != iid]


def test_it_is_opened_once_edited_as_the_drift_changes_and_closed_when_it_ends() -> None:
    tracker = Tracker()
    assert keep_issue(tracker, "drift", "one") == [KeptIssue("issue-opened", "issues/1")]
    assert keep_issue(tracker, "drift", "one\n") == [KeptIssue("issue-unchanged", "issues/1")]
    assert keep_issue(tracker, "drift", "two") == [KeptIssue("issue-edited", "issues/1")]
    assert [issue.text for issue in tracker.issues] == ["two"]
    assert keep_issue(tracker, "drift", None) == [KeptIssue("issue-closed", "issues/1")]
    assert keep_issue(tracker, "drift", None) == []
    assert keep_issue(tracker, "drift", "again") == [KeptIssue("issue-opened", "issues/2")]
    assert tracker.titles == ["drift", "drift"]


def test_of_two_that_were_opened_at_once_the_older_one_stays() -> None:
    tracker = Tracker([Kept(3, "one"), Kept(4, "one")])
    assert keep_issue(tracker, "drift", "one") == [KeptIssue("issue-unchanged", "issues/3"), KeptIssue("issue-closed", "issues/4")]
    assert [issue.iid for issue in tracker.issues] == [3]


def test_cohorts_have_issues_of_their_own() -> None:
    assert label("eig3") == "eiginfra-drift-eig3"
    assert label("eig3") != label("eig4")


def test_its_text_escapes_what_people_wrote_and_names_no_day() -> None:
    wild = FieldDiff(field="title", before="<img src=x> @all [a](b)", after="API", cause=Cause.DRIFT)
    change = Change(address=Address("gitlab.project", "eig/eig3/adler/api"), action=Action.UPDATE, team="adler", diffs=(wild,))
    text = issue_text([change], catalogue("fr"))
    assert text is not None
    assert text.startswith("Quelqu’un a changé ceci sur les serveurs")
    assert "<summary>adler (1)</summary>" in text
    assert r"\<img src=x\> \@all \[a\]\(b\)" in text
    assert issue_text([], catalogue("fr")) is None
