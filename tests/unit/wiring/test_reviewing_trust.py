"""Reviews of anybody's branch: what the head cannot decide, what no branch may bring in, and that nothing of it is written anywhere."""

import os
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from support.repository import ADLER, COHORT, FILE, InventoryRepository, addresses, codes

from eiginfra.core.errors import InputError, UsageError
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.reviewing import reviewer


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> InventoryRepository:
    return InventoryRepository.made(tmp_path_factory.mktemp("template"))


@pytest.fixture
def there(template: InventoryRepository, tmp_path: Path) -> InventoryRepository:
    copied = template.copied(tmp_path / "repository")
    copied.branch("topic")
    return copied


DECIDES = {
    "playbooks/site.yml": "- name: Nothing\n  tasks: []\n",
    "infra/lab.yml": "gitlab: {url: 'https://elsewhere.example.org', token: {command: [touch, /tmp/canary]}, root_group: eig}\n",
    "eiginfra.yml": "inventory: elsewhere/x\nplaybook: elsewhere/site.yml\nsite: elsewhere/site.yml\n",
}


@pytest.mark.parametrize("file", DECIDES)
@pytest.mark.parametrize("text", ["written", "broken", "gone"])
def test_playbook_site_and_settings_are_the_bases(there: InventoryRepository, file: str, text: str) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.commit({file: {"written": DECIDES[file], "broken": "a: [", "gone": None}[text]})
    review = there.review()
    (cohort,) = review.cohorts
    assert addresses(cohort) == ["update proxmox.container[eig3/adler/graph]"]
    assert codes(review) == []
    assert [need.by for need in review.needs if need.edit.file == file] == [("link-1",)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("approvals: {by: [link-1]}", "approvals: {by: [mallory]}"),
        ("approvals: {by: [link-1]}", "approvals: {by: [link-1], rules: [{key: mentors, free: true, authors: [members]}]}"),
        ("adler-1: {gitlab_id: 11}", "adler-1: {gitlab_id: 666}"),
        ("repository: {", "caps: {members: 100%}\nrepository: {"),
        ("repository: {", "authoritative: [keys]\nrepository: {"),
        ('repository: {url: "http://127.0.0.1:8929/eig/inventory"}', 'repository: {url: "https://elsewhere.example.org/a/b"}'),
        ("repository: {", "grants: [{team: adler, key: 'machines[].id', value: 120, reason: mine}]\nrepository: {"),
    ],
)
def test_what_decides_in_cohort_yml_is_the_bases_and_a_change_needs_an_approval(
    there: InventoryRepository, before: str, after: str
) -> None:
    there.edit(FILE, (before, after))
    there.edit(ADLER, ("email: adler-mentor@", "email: mentor@"))
    there.commit()
    review = there.review()
    (cohort,) = review.cohorts
    assert {each.kind for each in (change.address for change in cohort.changes)} <= {"gitlab.user", "proxmox.user", "gateway.account"}
    assert {need.by for need in review.needs} == {("link-1",)}
    assert {need.edit.file for need in review.needs} == {FILE, ADLER}


def test_a_grant_that_the_head_writes_for_itself_grants_nothing(there: InventoryRepository) -> None:
    there.edit(ADLER, ("- name: graph ", "- name: graph\n    id: 120 "))
    there.edit(FILE, ("repository: {", "grants: [{team: adler, key: 'machines[].id', value: 120, reason: mine}]\nrepository: {"))
    there.commit()
    assert "grant-missing" in codes(there.review())


def test_quota_and_dates_of_the_head_count(there: InventoryRepository) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 2GiB"))
    there.commit()
    assert "quota-exceeded" in codes(there.review())
    there.edit(FILE, ("memory: 2GiB", "memory: 3GiB"), ("capacity: {memory: 5GiB", "capacity: {memory: 9GiB"), ("2020-07-01", "2020-08-01"))
    there.commit()
    review = there.review()
    assert not review.failed
    assert any("2020-08-01" in str(change.desired) for change in review.cohorts[0].changes)


def test_a_broken_playbook_of_the_base_is_told_as_such(there: InventoryRepository) -> None:
    there.on("main")
    sound = there.text("playbooks/site.yml")
    there.commit({"playbooks/site.yml": "- tasks: ["})
    there.git("branch", "--force", "topic")
    there.on("topic")
    there.commit({"playbooks/site.yml": sound, ADLER: there.text(ADLER).replace("1GiB", "512MiB")})
    with pytest.raises(InputError) as problem:
        there.review()
    assert {found.location.file for found in problem.value.findings if found.location} == {"playbooks/site.yml"}


def test_options_name_paths_that_are_looked_up_in_the_base(there: InventoryRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.commit({"playbooks/site.yml": None, "infra/lab.yml": None, "eiginfra.yml": None})
    monkeypatch.chdir(there.folder / "infra" if (there.folder / "infra").exists() else there.folder)
    here = Path(os.path.relpath(there.folder))
    named = Paths(inventory=here / "inventories/eig3", playbook=here / "playbooks/site.yml", site=here / "infra/lab.yml")
    with reviewer(replace(named), "main") as reviews:
        (cohort,) = reviews.review(reviews.resolved("topic")).cohorts
    assert "update proxmox.container[eig3/adler/graph]" in addresses(cohort)


def test_the_packaged_playbook_is_named_as_such(there: InventoryRepository) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.commit()
    cohort = there.review(paths=replace(there.paths, playbook=Path("eiginfra:site"))).cohorts[0]
    assert addresses(cohort) == ["update proxmox.container[eig3/adler/graph]"]


@pytest.mark.parametrize("option", ["inventory", "playbook", "site"])
def test_what_the_base_lacks_is_told(there: InventoryRepository, option: str) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.commit({f"new/{name}": there.text(name) for name in ("playbooks/site.yml", "infra/lab.yml")})
    path = there.folder / {"inventory": "../elsewhere", "playbook": "new/playbooks/site.yml", "site": "new/infra/lab.yml"}[option]
    with pytest.raises((InputError, UsageError)):
        there.review(paths=Paths(settings=there.paths.settings, **{option: path}))


def test_nothing_of_the_head_is_written_and_nothing_of_the_checkout_changes(there: InventoryRepository, tmp_path: Path) -> None:
    there.edit(ADLER, ("memory: 1GiB", "memory: 512MiB"))
    there.commit({".gitattributes": "* filter=x\n", "inventories/eig3/teams/new.yml": "title: [secret-of-the-head\n"})
    there.on("main")
    there.write(ADLER, "edited by hand\n")
    before = there.snapshot()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with mock.patch("tempfile.tempdir", str(temporary)):
        there.review("topic")
    assert there.snapshot() == before
    assert [*temporary.iterdir()] == []


@pytest.mark.parametrize("path", [ADLER, FILE, "inventories/eig3/teams", "inventories/eig3/teams/linked.yml"])
def test_a_link_is_not_followed(there: InventoryRepository, path: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yml"
    secret.write_text("title: Not to be read\n")
    target = there.folder / path
    if target.is_dir():
        there.git("rm", "-r", "--quiet", path)
    elif target.exists():
        target.unlink()
    target.parent.mkdir(exist_ok=True)
    target.symlink_to(secret)
    there.commit()
    review = there.review()
    assert "file-is-link" in codes(review)
    assert "Not to be read" not in review.model_dump_json()


def test_a_file_that_becomes_a_program_says_the_same_and_needs_an_approval(there: InventoryRepository) -> None:
    (there.folder / ADLER).chmod(0o755)
    there.commit()
    review = there.review()
    assert (review.cohorts[0].changes, review.every_finding) == ((), ())
    assert [(need.edit.edited, need.reason.code, need.by) for need in review.needs] == [("mode", "edit-of-mode", ("link-1",))]


@pytest.mark.parametrize("name", ["sub/.GIT/config", ".gitmodules", "x/.git\u200c/hooks/pre-commit", "a/git~1", ".eiginfra/journal.db"])
def test_what_git_or_eiginfra_would_take_for_its_own_is_refused(there: InventoryRepository, name: str) -> None:
    blob = there.git("hash-object", "-w", ADLER)
    # git itself refuses some of these names in the index, but takes them in trees, as a hostile server gives them.
    tree = blob
    for depth, part in enumerate(reversed(name.split("/"))):
        kind = "100644 blob" if depth == 0 else "040000 tree"
        (there.folder / "entry").write_text(f"{kind} {tree}\t{part}\n", encoding="utf-8")
        if depth == name.count("/"):
            listed = there.git("ls-tree", "HEAD")
            (there.folder / "entry").write_text(f"{listed}\n{kind} {tree}\t{part}\n", encoding="utf-8")
        tree = there.git("-c", "core.protectNTFS=false", "-c", "core.protectHFS=false", "mktree", given=there.folder / "entry")
    head = there.git("commit-tree", tree, "-p", "HEAD", "-m", "hostile")
    review = there.review(head)
    assert codes(review)[0] == "file-refused"
    assert review.failed


def test_a_folder_of_another_repository_is_refused(there: InventoryRepository) -> None:
    there.git("update-index", "--add", "--cacheinfo", f"160000,{there.git('rev-parse', 'HEAD')},inventories/eig3/teams/other.yml")
    there.git("commit", "--quiet", "--message", "embedded")
    assert "file-refused" in codes(there.review())


def test_a_team_file_without_an_end_is_refused_unread(there: InventoryRepository) -> None:
    there.commit({"inventories/eig3/teams/large.yml": "#" * 3_000_000})
    review = there.review()
    assert "file-too-large" in codes(review)
    assert "large" in review.cohorts[0].incomplete


def test_a_cohort_that_is_new_decides_nothing_of_others(there: InventoryRepository) -> None:
    there.commit({"inventories/eig4/cohort.yml": COHORT.replace("eig3", "eig4").replace("[link-1]", "[mallory]")})
    assert {need.by for need in there.review().needs} == {("link-1",)}
