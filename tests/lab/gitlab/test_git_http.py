"""Real git against the lab: what it fetches and pushes is what the API says, and who may not is refused in GitLab's words."""

import json
import subprocess

import pytest
import requests
from support.lab_git import GitRefusedError, address, clone, run_git


@pytest.fixture
def url(gitlab_lab):
    return gitlab_lab.urls["gitlab"]


@pytest.fixture
def token(gitlab_lab):
    return gitlab_lab.served["gitlab"].service.token


@pytest.fixture
def project(gl, group):
    fields = {"name": "infra", "namespace_id": group.id, "visibility": "private", "initialize_with_readme": True}
    return gl.projects.create(fields)


@pytest.fixture
def path(project):
    return project.path_with_namespace


@pytest.fixture
def member(project, person):
    """Makes a member with a level and a token of some scopes."""

    def make(level=30, *scopes):
        user = person()
        if level:
            project.members.create({"user_id": user.id, "access_level": level})
        return user.personal_access_tokens.create({"name": "git", "scopes": list(scopes or ("write_repository",))}).token

    return make


@pytest.fixture
def cloned(tmp_path, url, path, token):
    """Clones the project, by the administrator or somebody else."""
    return lambda secret=token: clone(tmp_path / secret, url, path, secret)


@pytest.fixture
def work(cloned, member):
    """A developer's clone."""
    return cloned(member())


@pytest.fixture
def ask(tmp_path, url, path):
    """Asks by git with a token, or without, what a project has."""
    return lambda secret=None, wanted=path, ending=".git": run_git(
        tmp_path, "ls-remote", address(url, wanted, secret).removesuffix(".git") + ending
    )


def test_a_clone_is_what_the_api_says(cloned, project):
    actions = [
        {"action": "create", "file_path": "teams/adler.yml", "content": "title: ADLER\n"},
        {"action": "create", "file_path": "run.sh", "content": "#!/bin/sh\n", "execute_filemode": True},
    ]
    made = project.commits.create({"branch": "main", "commit_message": "teams", "actions": actions})
    work = cloned()
    assert work("rev-parse", "HEAD") == made.id
    assert (work.folder / "teams/adler.yml").read_text() == "title: ADLER\n"
    assert work("ls-tree", "HEAD", "run.sh").startswith("100755 blob")
    assert work("symbolic-ref", "--short", "HEAD") == project.default_branch
    work("fsck", "--strict")


def test_a_push_is_what_the_api_says(work, project):
    (work.folder / "teams").mkdir()
    (work.folder / "link").symlink_to("teams/adler.yml")
    first = work.commit("a team\n\nof four", teams__adler="title: ADLER\n")
    (work.folder / "README.md").chmod(0o755)
    second = work.commit("runs")
    work.push("HEAD:refs/heads/adler")
    branch = project.branches.get("adler")
    assert branch.commit["id"] == second
    commit = project.commits.get(first)
    assert (commit.message, commit.title) == ("a team\n\nof four\n", "a team")
    assert (commit.author_name, commit.author_email) == ("adler-1", "adler-1@example.org")
    assert commit.authored_date == work("log", "-1", "--format=%aI", first).replace("+", ".000+")
    assert commit.stats == {"additions": 2, "deletions": 0, "total": 2}
    assert project.files.get("teams/adler.yml", ref="adler").last_commit_id == first
    assert {item["path"]: item["mode"] for item in project.repository_tree(ref="adler")} == {
        "README.md": "100755",
        "link": "120000",
        "teams": "040000",
    }
    assert [change["new_path"] for change in commit.diff()] == ["link", "teams/adler.yml"]
    assert [one.id for one in project.commits.list(ref_name="adler")][:2] == [second, first]


def test_what_was_pushed_is_fetched_byte_for_byte(cloned, work):
    work("config", "i18n.commitEncoding", "ISO-8859-1")
    work("-c", "user.name=Zoé", "commit", "--quiet", "--allow-empty", "--date=2019-10-01T12:00:00-0330", "--message=été")
    work.commit("a merge's side", a="a: 1\n")
    work("checkout", "--quiet", "-b", "side", "HEAD~1")
    work.commit("its other side", b="b: 1\n")
    work("merge", "--quiet", "--no-ff", "--no-edit", "main")
    work.push("HEAD:refs/heads/adler")
    again = cloned()
    assert again("rev-parse", "origin/adler") == work("rev-parse", "HEAD")
    again("fsck", "--strict")
    assert again("log", "--format=%H", "origin/adler") == work("log", "--format=%H")


def test_a_commit_of_the_api_on_top_of_a_push(work, project):
    work.commit("by git", a="a: 1\n")
    work.push("HEAD:refs/heads/adler")
    project.files.create({"file_path": "b.yml", "branch": "adler", "content": "b: 1\n", "commit_message": "by the API"})
    work("pull", "--quiet", "origin", "adler")
    assert (work.folder / "b.yml").read_text() == "b: 1\n"
    assert work("log", "-1", "--format=%s%n%P").split("\n") == ["by the API", work("rev-parse", "HEAD~1")]


def test_a_push_by_what_is_behind_is_refused_by_git(cloned, work, member):
    other = cloned(member())
    work.commit("first", a="a: 1\n")
    work.push("HEAD:refs/heads/adler")
    other.commit("second", b="b: 1\n")
    with pytest.raises(GitRefusedError, match="rejected"):
        other.push("HEAD:refs/heads/adler")
    other.push("--force", "HEAD:refs/heads/adler")
    work.push(":refs/heads/adler")
    assert work("ls-remote", "--heads", "origin").split()[1:] == ["refs/heads/main"]


REFUSED = {
    "push": ("HEAD:refs/heads/main", "GitLab: You are not allowed to push code to protected branches on this project."),
    "delete-the-default": (":refs/heads/main", "GitLab: The default branch of a project cannot be deleted."),
    "delete": (":refs/heads/stable-1", "GitLab: You can only delete protected branches using the web interface."),
    "wildcard": ("HEAD:refs/heads/stable-1", "GitLab: You are not allowed to push code to protected branches on this project."),
    "create": ("HEAD:refs/heads/stable-2", "GitLab: You are not allowed to create protected branches on this project."),
    "hexadecimal": (f"HEAD:refs/heads/{'a' * 40}", "GitLab: You cannot create a branch with a 40-character hexadecimal branch name."),
    "merge-request": ("HEAD:refs/merge-requests/1/head", "deny updating a hidden ref"),
    "tag": ("HEAD:refs/tags/v1", "the lab does not model pushes of refs/tags/v1, only of branches"),
}


@pytest.mark.parametrize(("what", "said"), REFUSED.values(), ids=REFUSED)
def test_what_a_developer_may_not_push(work, project, what, said):
    project.branches.create({"branch": "stable-1", "ref": "main"})
    project.protectedbranches.create({"name": "stable-*"})
    before = work("ls-remote", "origin")
    work.commit("mine", a="a: 1\n")
    with pytest.raises(GitRefusedError) as refused:
        work.push(what, "HEAD:refs/heads/other") if "merge-requests" not in what else work.push(what)
    assert said in str(refused.value)
    assert work("ls-remote", "origin") == before
    assert len(project.commits.list(all=True, get_all=True)) == 1


def test_a_maintainer_pushes_to_a_protected_branch_but_not_by_force(cloned, project, member):
    work = cloned(member(40))
    head = work.commit("theirs", a="a: 1\n")
    work.push()
    assert project.branches.get("main").commit["id"] == head
    work("commit", "--quiet", "--amend", "--message=other")
    with pytest.raises(GitRefusedError, match="You are not allowed to force push code to a protected branch on this project"):
        work.push("--force")
    assert project.branches.get("main").commit["id"] == head
    rule = project.protectedbranches.get("main")
    rule.allow_force_push = True
    rule.save()
    work.push("--force")
    assert project.branches.get("main").commit["title"] == "other"


def test_no_one_is_nobody(cloned, project, api):
    api("DELETE", f"/projects/{project.id}/protected_branches/main")
    project.protectedbranches.create({"name": "main", "push_access_level": 0, "merge_access_level": 40})
    work = cloned()
    work.commit("the administrator's", a="a: 1\n")
    with pytest.raises(GitRefusedError, match="not allowed to push code to protected branches"):
        work.push()


DENIED = "Authentication failed|could not read (Username|Password)"


@pytest.mark.parametrize("secret", ["glpat-wrong", "", None])
def test_who_has_no_valid_token_learns_nothing(ask, path, secret):
    for wanted in (path, "eig/none"):
        with pytest.raises(GitRefusedError, match=DENIED):
            ask(secret, wanted)


def test_a_revoked_token_is_no_token(ask, person, project):
    user = person()
    project.members.create({"user_id": user.id, "access_level": 30})
    made = user.personal_access_tokens.create({"name": "git", "scopes": ["api"]})
    ask(made.token)
    user.manager.gitlab.personal_access_tokens.delete(made.id)
    with pytest.raises(GitRefusedError, match=DENIED):
        ask(made.token)


def test_the_challenge(url, path):
    answer = requests.get(f"{url}/{path}.git/info/refs?service=git-upload-pack", timeout=10)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="GitLab"')
    assert answer.text.startswith("HTTP Basic: Access denied. If a password was provided")
    for what in ("info/refs", "info/refs?service=git-receive-pack&x", "HEAD", "git-upload-pack", "objects/info/packs"):
        assert requests.get(f"{url}/{path}.git/{what}", timeout=10).status_code in {401, 403, 404}


LEVELS = [
    (0, "write_repository", "could not be found or you don't have permission to view it"),
    (10, "write_repository", "You are not allowed to download code from this project."),
    (20, "write_repository", "You are not allowed to push code to this project."),
    (30, "read_repository", "You are not allowed to upload code."),
    (30, "read_api", "You are not allowed to upload code."),
]


@pytest.mark.parametrize(("level", "scope", "said"), LEVELS)
def test_levels_and_scopes(work, member, level, scope, said):
    host = work("remote", "get-url", "origin").partition("@")[2]
    with pytest.raises(GitRefusedError, match=said):
        work("push", f"http://x:{member(level, scope)}@{host}", "HEAD:refs/heads/x")


def test_reading_needs_a_reporter_or_a_public_project(ask, project, member):
    ask(member(20, "read_repository"))
    with pytest.raises(GitRefusedError, match="You are not allowed to download code"):
        ask(member(30, "read_api"))
    project.visibility = "public"
    project.save()
    assert "refs/heads/main" in ask()
    assert "refs/heads/main" in ask(ending="")


def test_an_archived_project_is_for_reading(project, work):
    work.commit("late", a="a: 1\n")
    project.archive()
    work("fetch", "--quiet")
    with pytest.raises(GitRefusedError, match="You are not allowed to push code to this project"):
        work.push("HEAD:refs/heads/late")


def test_the_first_push_makes_and_protects_the_default_branch(tmp_path, gl, group, url, token):
    made = gl.projects.create({"name": "empty", "namespace_id": group.id})
    work = clone(tmp_path / "work", url, made.path_with_namespace, token)
    work("checkout", "--quiet", "-b", "trunk")
    work.commit("first", a="a: 1\n")
    work.push()
    found = gl.projects.get(made.id)
    assert (found.default_branch, found.empty_repo) == ("trunk", False)
    assert [rule.name for rule in found.protectedbranches.list()] == ["trunk"]


def test_malformed_objects_are_refused_as_gitlab_does(work):
    tree = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        cwd=work.folder,
        input=b"100644 .git\0" + bytes.fromhex(work("rev-parse", "HEAD:README.md")),
        capture_output=True,
        check=True,
    ).stdout.decode()
    commit = work("commit-tree", "-p", "HEAD", "-m", "x", tree.strip())
    with pytest.raises(GitRefusedError, match="hasDotgit"):
        work.push(f"{commit}:refs/heads/x")


def test_an_embedded_repository_is_kept_as_it_is(cloned, path, project, work):
    work("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},inner")
    work("commit", "--quiet", "--message=inner")
    work.push("HEAD:refs/heads/inner")
    (item,) = [item for item in project.repository_tree(ref="inner") if item["path"] == "inner"]
    assert (item["type"], item["mode"], item["id"]) == ("commit", "160000", "1" * 40)
    assert project.commits.get("inner").diff()[0]["diff"] == f"@@ -0,0 +1 @@\n+Subproject commit {'1' * 40}\n"
    again = cloned()
    assert again("rev-parse", "origin/inner") == work("rev-parse", "HEAD")


def test_shallow_and_large(tmp_path, url, path, work, token):
    (work.folder / "large.bin").write_bytes(bytes(range(256)) * 8192)  # above the size at which git sends in chunks
    work.commit("large")
    work("-c", "core.compression=0", "push", "--quiet", "origin", "HEAD:refs/heads/large")
    again = tmp_path / "again"
    run_git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=large", address(url, path, token), "again")
    assert (again / "large.bin").read_bytes() == (work.folder / "large.bin").read_bytes()
    assert run_git(again, "rev-list", "--count", "HEAD") == "1"


def test_what_was_pushed_outlasts_a_restart(cloned, work, gitlab_lab):
    head = work.commit("kept", a="a: 1\n")
    work.push("HEAD:refs/heads/kept")
    service = gitlab_lab.served["gitlab"].service
    service.load(json.loads(json.dumps(service.dump())))
    again = cloned()
    assert again("rev-parse", "origin/kept") == head
    again("fsck", "--strict")


def test_git_is_not_asked_for_what_is_no_push(url, path, token):
    for body in (b"", b"0000", b"zzzz", b"00", b"0009a b c", b"ffff"):
        answer = requests.post(f"{url}/{path}.git/git-receive-pack", data=body, auth=("x", token), timeout=10)
        assert answer.status_code in {200, 400}, body
    answer = requests.post(
        f"{url}/{path}.git/git-upload-pack", data=b"x", headers={"content-encoding": "gzip"}, auth=("x", token), timeout=10
    )
    assert answer.status_code == 400


def test_what_the_store_cannot_hold_is_refused(work):
    blob = bytes.fromhex(work("rev-parse", "HEAD:README.md"))
    empty = bytes.fromhex("4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    trees = [b"100644 \xff\0" + blob, b"40000 folder\0" + empty]
    work("mktree", "--missing", "-z")  # the empty tree
    for content in trees:
        made = subprocess.run(
            ["git", "hash-object", "-t", "tree", "-w", "--stdin"], cwd=work.folder, input=content, capture_output=True, check=True
        ).stdout.decode()
        commit = work("commit-tree", "-m", "x", made.strip())
        with pytest.raises(GitRefusedError, match="the lab does not model this commit or tree"):
            work.push(f"{commit}:refs/heads/x")
    work("commit", "--quiet", "--allow-empty", "--message=late", "--date=@300000000000 +0000")
    with pytest.raises(GitRefusedError, match="the lab does not model this commit or tree"):
        work.push("HEAD:refs/heads/x")
    assert work("ls-remote", "--heads", "origin").split()[1:] == ["refs/heads/main"]
