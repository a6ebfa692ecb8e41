"""Reviews of two commits of a real repository: what is compared, and what is said of it."""

from pathlib import Path

import pytest
from support.repository import ACOSS, ADLER, CARTOBIO, FILE, InventoryRepository, addresses, codes

from eiginfra.core.errors import UsageError


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> InventoryRepository:
    return InventoryRepository.made(tmp_path_factory.mktemp("template"))


@pytest.fixture
def there(template: InventoryRepository, tmp_path: Path) -> InventoryRepository:
    copied = template.copied(tmp_path / "repository")
    copied.branch("topic")
    return copied


def test_nothing_changes_where_nothing_is_edited(there: InventoryRepository) -> None:
    review = there.review()
    assert (review.cohorts, review.edits, review.needs, review.every_finding) == ((), (), (), ())
    assert not review.failed
    assert not review.changes


def test_comments_and_order_change_nothing_that_is_wished_for(there: InventoryRepository) -> None:
    there.write(ADLER, f"# A comment\n{there.text(ADLER)}")
    there.commit()
    cohort = there.cohort()
    assert (cohort.changes, cohort.findings, cohort.amounts, cohort.access) == ((), (), (), ())


def test_what_others_merged_meanwhile_is_no_part_of_the_difference(there: InventoryRepository) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.commit()
    there.on("main")
    there.edit(CARTOBIO, ("disk: 30GiB", "disk: 20GiB"))
    there.edit(ADLER, ("town: Paris", "town: Lyon"))
    there.commit()
    cohort = there.cohort("topic")
    assert addresses(cohort) == ["update proxmox.container[eig3/adler/graph]"]
    assert [(diff.field, diff.before, diff.after) for diff in cohort.changes[0].diffs] == [("memory", "1GiB", "512MiB")]


def test_a_contradiction_in_the_same_lines_is_told_with_its_files(there: InventoryRepository) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.commit()
    there.on("main")
    there.edit(ADLER, ("memory: 1GiB", "memory: 768MiB"))
    there.commit()
    review = there.review("topic")
    assert review.failed
    assert review.findings[0].code == "merge-conflicts"
    assert review.findings[0].params["files"] == [ADLER]


def test_a_clone_without_the_common_commit_is_told_what_it_lacks(there: InventoryRepository, tmp_path: Path) -> None:
    there.commit({"README.md": "one"})
    there.on("main")
    there.commit({"README.md": "other"})
    there.git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{there.folder}", str(tmp_path / "shallow"))
    shallow = InventoryRepository(tmp_path / "shallow")
    with pytest.raises(UsageError, match=r"no common ancestor here: fetch the whole history \(in a CI job: GIT_DEPTH 0\)"):
        shallow.review("origin/topic", "origin/main")


@pytest.mark.parametrize("name", ["nothing", "--all", "main..topic", "main:eiginfra.yml", ""])
def test_a_name_that_is_no_commit_is_told_with_what_to_do(there: InventoryRepository, name: str) -> None:
    for call in (lambda: there.review(name), lambda: there.review("topic", name)):
        with pytest.raises(UsageError, match=r"fetch it, e\.g\. git fetch origin"):
            call()


def test_outside_of_a_checkout_a_review_is_refused(there: InventoryRepository) -> None:
    (there.folder / ".git").rename(there.folder.parent / "git")
    with pytest.raises(UsageError, match="clone the inventory's repository"):
        there.review()


@pytest.mark.parametrize("where", ["base", "head"])
def test_a_broken_file_hides_nothing_of_the_other_teams(there: InventoryRepository, where: str) -> None:
    sound = there.text(ADLER)
    there.on("main" if where == "base" else "topic")
    there.commit({ADLER: "title: [\n"})
    there.git("branch", "--force", "topic") if where == "base" else None
    there.on("topic")
    there.edit(CARTOBIO, ("disk: 30GiB", "disk: 20GiB"), ("email: cartobio-2@example.org", "email: nobody"))
    there.edit(ACOSS, ("visibility: public", "visibility: private") if "visibility" in there.text(ACOSS) else ("MIT", "MIT2"))
    if where == "base":
        there.write(ADLER, sound)
    there.commit()
    cohort = there.cohort()
    assert {found.location.file for found in cohort.findings if found.location} == {CARTOBIO, ACOSS, *([ADLER] if where == "head" else [])}
    assert "adler" in cohort.incomplete
    assert all(change.team != "adler" for change in cohort.changes)


def test_a_broken_team_leaves_the_changes_of_the_others(there: InventoryRepository) -> None:
    there.edit(CARTOBIO, ("disk: 30GiB", "disk: 20GiB"))
    there.commit({ADLER: "title: [\n"})
    cohort = there.cohort()
    assert cohort.incomplete == ("adler",)
    assert addresses(cohort) == ["update proxmox.container[eig3/cartobio/db]"]


def test_a_broken_base_does_not_hide_a_new_fault_of_the_head(there: InventoryRepository) -> None:
    there.on("main")
    there.edit(ADLER, ("role: maintainer", "role: nobody"))
    there.commit()
    there.git("branch", "--force", "topic")
    there.on("topic")
    there.edit(ADLER, ("image: debian-12", "image: debian-99"), ("town: Paris", "towm: Paris"))
    there.commit()
    cohort = there.cohort()
    assert [found.severity for found in cohort.known] == ["error"]
    assert len(cohort.findings) >= 1
    assert there.review().failed


def test_a_fault_of_the_base_does_not_fail_the_request_wherever_its_line_moves(there: InventoryRepository) -> None:
    there.on("main")
    there.edit(ADLER, ("image: debian-12", "image: debian-99"))
    there.commit()
    there.git("branch", "--force", "topic")
    there.on("topic")
    there.write(ADLER, f"# One line\n# and another\n{there.text(ADLER)}")
    there.commit()
    review = there.review()
    (cohort,) = review.cohorts
    assert not review.failed
    assert cohort.findings == ()
    (known,) = [found for found in cohort.known if found.severity == "error"]
    assert known.location is not None
    assert "debian-99" in there.text(ADLER).splitlines()[known.location.line - 1]


def test_a_second_fault_of_the_same_sort_is_new(there: InventoryRepository) -> None:
    there.on("main")
    there.edit(ADLER, ("image: debian-12", "image: debian-99"))
    there.commit()
    there.git("branch", "--force", "topic")
    there.on("topic")
    there.edit(ADLER, ("image: debian-12", "image: debian-99"))
    there.commit()
    review = there.review()
    assert review.failed
    assert len([found for found in review.every_finding if found.severity == "error"]) == 1


def test_a_renamed_machine_is_renamed_and_nothing_is_given_up(there: InventoryRepository) -> None:
    there.edit(ADLER, ("- name: graph ", "- name: index\n    was: graph "))
    there.commit()
    changed = there.cohort().changes
    assert "delete" not in {change.action.value for change in changed}
    (renamed,) = [change for change in changed if change.address.kind == "proxmox.container"]
    assert (str(renamed.address), str(renamed.was)) == ("proxmox.container[eig3/adler/index]", "proxmox.container[eig3/adler/graph]")


def test_without_was_the_old_machine_is_given_up(there: InventoryRepository) -> None:
    there.edit(ADLER, ("- name: graph ", "- name: index "))
    there.commit()
    changed = addresses(there.cohort())
    assert "create proxmox.container[eig3/adler/index]" in changed
    assert changed[-1].startswith("delete ")
    assert "delete proxmox.container[eig3/adler/graph]" in changed


def test_a_renamed_team_is_given_up_under_its_old_name(there: InventoryRepository) -> None:
    there.commit({"inventories/eig3/teams/eagle.yml": there.text(ADLER), ADLER: None})
    review = there.review()
    changed = addresses(review.cohorts[0])
    assert "create proxmox.pool[eig3-eagle]" in changed
    assert "delete proxmox.pool[eig3-adler]" in changed
    assert {need.edit.team for need in review.needs} >= {"adler", "eagle"}


def test_amounts_of_the_team_and_the_cohort(there: InventoryRepository) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.edit(FILE, ("capacity: {memory: 5GiB", "capacity: {memory: 6GiB"))
    there.commit()
    mib = 2**20
    team, whole = [use for use in there.cohort().amounts if use.measure == "memory"]
    assert (team.team, team.before, team.after, team.limit_before, team.limit_after) == (
        "adler", 1536 * mib, 1024 * mib, 2048 * mib, 2048 * mib,
    )  # fmt: skip
    assert (whole.team, whole.before - whole.after, whole.limit_before, whole.limit_after) == (None, 512 * mib, 5120 * mib, 6144 * mib)


def test_what_exceeds_a_quota_is_an_error_with_the_lines_that_would_allow_it(there: InventoryRepository) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 4GiB"))
    there.commit()
    review = there.review()
    (cohort,) = review.cohorts
    assert review.failed
    assert "quota-exceeded" in codes(cohort)
    assert [(each.team, each.lines[:2]) for each in cohort.allowances] == [("adler", ("quota:", "  teams:"))]


def test_who_gains_and_who_loses_access(there: InventoryRepository) -> None:
    there.edit(ADLER, ("username: adler-2", "username: adler-3"))
    there.commit()
    found = {(each.person, each.team, each.gained) for each in there.cohort().access}
    assert found == {("adler-2", "adler", False), ("adler-3", "adler", True)}


NEW = {
    "inventories/eig4/cohort.yml": "cohort: eig4\ntitle: Promotion 4\nstarts: 2019-09-02\nends: 2020-07-01\napprovals: {by: [mallory]}\n",
    "inventories/eig4/teams/nova.yml": (
        "title: Nova\nadministration: A\ndescription: D\n"
        "members: [{username: nova-1, name: N, email: nova-1@example.org}]\n"
        "mentors: [{username: nova-m, name: M, email: nova-m@example.org}]\n"
        "projects: [{name: api, title: API}]\n"
    ),
}


def test_a_new_cohort_is_all_new_and_names_nobody_who_may_approve_it(there: InventoryRepository) -> None:
    there.commit({**NEW})
    review = there.review()
    (cohort,) = review.cohorts
    assert cohort.cohort == "eig4"
    assert {change.action.value for change in cohort.changes} == {"create"}
    assert {need.by for need in review.needs} == {("link-1",)}
    assert not review.failed


def test_a_cohort_that_is_removed_is_given_up(there: InventoryRepository) -> None:
    for file in (FILE, ADLER, CARTOBIO, ACOSS):
        there.write(file, None)
    there.commit()
    review = there.review()
    (cohort,) = review.cohorts
    assert {change.action.value for change in cohort.changes} == {"delete"}
    assert {each.gained for each in cohort.access} == {False}
    assert {need.by for need in review.needs} == {("link-1",)}


def test_two_cohorts_in_one_request_are_told_each(there: InventoryRepository) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.commit({**NEW})
    assert [cohort.cohort for cohort in there.review().cohorts] == ["eig3", "eig4"]


@pytest.mark.parametrize("where", ["base", "head", "both"])
def test_a_broken_cohort_file_does_not_hide_what_the_teams_change(there: InventoryRepository, where: str) -> None:
    sound = there.text(FILE)
    broken = sound.replace("title: Promotion 3", "titel: Promotion 3")
    if where != "head":
        there.on("main")
        there.commit({FILE: broken})
        there.git("branch", "--force", "topic")
        there.on("topic")
    there.edit(CARTOBIO, ("disk: 30GiB", "disk: 20GiB"))
    there.edit(ACOSS, ("image: debian-12", "image: debian-99"))
    there.commit({FILE: sound if where == "base" else broken})
    cohort = there.cohort()
    wrong = {found.location.file for found in cohort.findings if found.location and found.severity == "error"}
    if where == "both":
        assert (addresses(cohort), wrong) == ([], set())
        return
    assert wrong == {ACOSS, FILE} if where == "head" else {ACOSS}
    assert addresses(cohort) == ["update proxmox.container[eig3/cartobio/db]"]
    assert cohort.incomplete == ("acoss-plateforme",)


def test_what_is_wrong_is_told_once(there: InventoryRepository) -> None:
    there.edit(CARTOBIO, ("image: debian-12", "image: debian-99"))
    there.commit({ADLER: "title: [\n"})
    told = [found.model_dump_json() for found in there.review().every_finding]
    assert len(told) == len(set(told))


def test_where_nothing_can_be_compiled_nothing_is_given_up(there: InventoryRepository) -> None:
    there.on("main")
    there.edit("playbooks/site.yml", ("{{ cohort.title }}", "{{ cohort.nothing }}"))
    there.commit()
    there.git("branch", "--force", "topic")
    there.on("topic")
    there.edit(CARTOBIO, ("disk: 30GiB", "disk: 20GiB"))
    there.commit()
    cohort = there.cohort()
    assert (addresses(cohort), cohort.findings) == ([], ())
    assert cohort.known


WELCOME = "inventories/eig3/handouts/welcome.md"


def test_a_text_of_handouts_is_read_at_its_revision_and_asks_for_nothing(there: InventoryRepository) -> None:
    there.commit({WELCOME: "# Hello\n\nHello {team}\n"})
    cohort = there.cohort()
    assert (cohort.changes, cohort.findings) == ((), ())
    review = there.review()
    assert [(need.edit.file, need.reason.code, need.by) for need in review.needs] == [(WELCOME, "edit-of-text", ("link-1",))]


def test_a_mistake_in_a_text_of_handouts_is_an_error_of_the_request_that_brings_it(there: InventoryRepository) -> None:
    there.commit({WELCOME: "# Hello\n\n{temm} <b>\n", "inventories/eig3/handouts/other.md": "# Hello\n"})
    review = there.review()
    assert review.failed
    assert [f"{each.location}: {each.code}" for each in review.errors] == [
        "inventories/eig3/handouts/other.md:1:1: block-unknown",
        f"{WELCOME}:3:1: block-placeholder",
        f"{WELCOME}:3:8: block-html",
    ]


def test_a_mistake_in_a_text_of_the_base_is_known(there: InventoryRepository) -> None:
    there.on("main")
    there.commit({WELCOME: "Hello\n"})
    there.branch("other")
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.commit()
    cohort = there.cohort("other")
    assert codes(cohort) == []
    assert "block-title" in [each.code for each in cohort.known]
    assert cohort.changes


def test_a_text_that_is_a_link_is_not_followed(there: InventoryRepository) -> None:
    (there.folder / WELCOME).parent.mkdir()
    (there.folder / WELCOME).symlink_to("../cohort.yml")
    there.commit()
    assert [each.code for each in there.review().errors] == ["file-is-link"]
