"""What Git makes of a repository: diffs, blame, archives, picks; Git itself reads what the lab gives out."""

import io
import subprocess
import tarfile
import zipfile

import pytest


@pytest.fixture
def project(gl, group):
    return gl.projects.create({"name": "git", "namespace_id": group.id, "visibility": "public"})


def commit(project, branch="main", **files):
    """One commit; a file without text goes."""
    tree = {item["path"] for item in project.repository_tree(ref=branch, get_all=True)} if project.branches.list() else set()
    actions = [
        {"file_path": path, "content": text, "action": "update" if path in tree else "create"}
        if text is not None
        else {"file_path": path, "action": "delete"}
        for path, text in files.items()
    ]
    return project.commits.create({"branch": branch, "commit_message": f"change {sorted(files)}", "actions": actions})


@pytest.fixture
def seeded(project):
    first = commit(project, a="one\ntwo\nthree\n", b="b")
    return first, commit(project, a="one\n2\nthree\nfour\n")


def test_git_reads_the_snapshot(project, seeded, tmp_path):
    project.commits.create(
        {
            "branch": "main",
            "commit_message": "deep",
            "actions": [
                {"action": "create", "file_path": "x/y/z.sh", "content": "#!/bin/sh", "execute_filemode": True},
                {"action": "create", "file_path": "x.y", "content": "é"},
            ],
        }
    )
    with tarfile.open(fileobj=io.BytesIO(project.snapshot())) as packed:
        packed.extractall(tmp_path, filter="data")

    def git(*arguments):
        command = ["git", "-c", "safe.directory=*", f"--git-dir={tmp_path}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    git("fsck", "--strict")
    assert git("log", "--format=%H").split() == [one.id for one in project.commits.list()]
    assert git("ls-tree", "main", "x").split()[2] == next(item["id"] for item in project.repository_tree() if item["path"] == "x")
    [change] = seeded[1].diff()
    assert git("diff", seeded[0].id, seeded[1].id, "--", "a").partition("+++ b/a\n")[2] == change["diff"]
    blamed = [one["commit"]["id"] for one in project.files.blame("a", ref="main")]
    assert blamed == [seeded[0].id, seeded[1].id, seeded[0].id, seeded[1].id]
    shown = git("blame", "-l", "--root", "main", "--", "a").splitlines()
    assert [line.split()[0] for line in shown] == blamed


def test_who_takes_snapshots(api, project, seeded, acting, person):
    assert acting(person())("GET", f"/projects/{project.id}/snapshot").status_code == 403
    assert api("GET", f"/projects/{project.id}/snapshot", params={"wiki": "true"}).status_code == 501


def test_diffs(api, project, seeded):
    whole = seeded[0].diff()
    assert whole[1] == {
        "diff": "@@ -0,0 +1 @@\n+b\n\\ No newline at end of file\n", "collapsed": False, "too_large": False, "new_path": "b",
        "old_path": "b", "a_mode": "0", "b_mode": "100644", "new_file": True,
        "renamed_file": False, "deleted_file": False, "generated_file": False,
    }  # fmt: skip
    moved = project.commits.create(
        {"branch": "main", "commit_message": "m", "actions": [{"action": "move", "previous_path": "a", "file_path": "folder/a"}]}
    )
    [change] = moved.diff()
    assert (change["renamed_file"], change["old_path"], change["new_path"], change["diff"]) == (True, "a", "folder/a", "")
    assert len(project.files.blame("folder/a", ref="main")) == 4
    other = [{"action": "move", "previous_path": "folder/a", "file_path": "a", "content": "one\nand more\n"}]
    alike = project.commits.create({"branch": "main", "commit_message": "m", "actions": other})
    answer = api("GET", f"/projects/{project.id}/repository/commits/{alike.id}/diff")
    assert answer.status_code == 501
    assert api("GET", f"/projects/{project.id}/repository/commits/none/diff").json() == {"message": "404 Commit Not Found"}


def test_archives(api, project, seeded):
    base = f"/projects/{project.id}/repository/archive"
    name = f"git-main-{seeded[1].id}"
    answer = api("GET", base)
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.tar.gz"'
    for ending, mode in ((".tar.gz", "r:gz"), (".tbz2", "r:bz2"), (".tar", "r:")):
        body = api("GET", base + ending).content
        with tarfile.open(fileobj=io.BytesIO(body), mode=mode) as packed:
            assert packed.getnames() == [f"{name}/a", f"{name}/b"]
    older = api("GET", f"{base}.zip", params={"sha": seeded[0].id}).content
    with zipfile.ZipFile(io.BytesIO(older)) as packed:
        assert packed.read(f"git-{seeded[0].id}-{seeded[0].id}/a") == b"one\ntwo\nthree\n"
    assert api("GET", base, params={"sha": "none"}).json() == {"message": "404 File Not Found"}
    assert api("GET", base, params={"path": "x"}).status_code == 501


def test_blobs(api, project, seeded):
    number = next(item["id"] for item in project.repository_tree() if item["path"] == "b")
    assert project.repository_raw_blob(number) == b"b"
    assert project.repository_blob(number) == {"size": 1, "encoding": "base64", "content": "Yg==", "sha": number}
    assert api("GET", f"/projects/{project.id}/repository/blobs/none").json() == {"message": "404 Blob Not Found"}


def test_picks(api, project, seeded):
    project.branches.create({"branch": "old", "ref": seeded[0].id})
    base = f"/projects/{project.id}/repository/commits/{seeded[1].id}"
    assert api("POST", f"{base}/cherry_pick", json={"branch": "old", "dry_run": True}).json() == {"dry_run": "success"}
    assert project.branches.get("old").commit["id"] == seeded[0].id
    picked = api("POST", f"{base}/cherry_pick", json={"branch": "old", "message": "mine"})
    assert (picked.status_code, picked.json()["message"], picked.json()["parent_ids"]) == (201, "mine", [seeded[0].id])
    assert project.files.raw("a", ref="old") == b"one\n2\nthree\nfour\n"
    twice = api("POST", f"{base}/cherry_pick", json={"branch": "old", "dry_run": True})
    assert (twice.status_code, twice.json()["error_code"], twice.json()["dry_run"]) == (400, "empty", "error")
    back = api("POST", f"{base}/revert", json={"branch": "main"}).json()
    assert back["message"] == f'Revert "{seeded[1].title}"\n\nThis reverts commit {seeded[1].id}'
    assert project.files.raw("a", ref="main") == b"one\ntwo\nthree\n"
    commit(project, "old", a="else\n")
    assert api("POST", f"{base}/revert", json={"branch": "old"}).status_code == 501
    assert api("POST", f"{base}/revert", json={"branch": "none"}).json() == {"message": "404 Branch Not Found"}


def test_where_commits_are(api, project, seeded):
    project.branches.create({"branch": "side", "ref": seeded[0].id})
    beside = commit(project, "side", c="c")
    assert [one.id for one in project.commits.list(ref_name="side")] == [beside.id, seeded[0].id]
    assert [one.id for one in project.commits.list(query_parameters={"all": True}, get_all=True)] == [
        beside.id, seeded[1].id, seeded[0].id
    ]  # fmt: skip
    assert beside.refs() == [{"type": "branch", "name": "side"}]
    assert [one["name"] for one in seeded[0].refs("all")] == ["main", "side"]
    made = project.mergerequests.create({"title": "m", "source_branch": "side", "target_branch": "main"})
    assert [one["iid"] for one in beside.merge_requests()] == [made.iid]
    assert seeded[0].merge_requests() == []
    base = f"/projects/{project.id}/repository"
    assert project.repository_merge_base(["main", "side"])["id"] == seeded[0].id
    assert api("GET", f"{base}/merge_base", params={"refs": "main"}).json() == {"message": "Provide at least 2 refs"}
    unknown = api("GET", f"{base}/merge_base", params={"refs[]": ["main", "x", "y"]})
    assert (unknown.status_code, unknown.json()) == (400, {"message": "Could not find refs: x, y"})
    assert api("GET", f"{base}/commits/main/signature").json() == {"message": "404 Signature Not Found"}
