"""The one door to git, with real repositories."""

from pathlib import Path

import pytest
from support.attacks import Attack, Ground, of_kind
from support.attacks.git import TRAPS, Repositories, Trap, trapped

from eiginfra.core.errors import PermanentError
from eiginfra.reconcile.pull import WorkingCopy
from eiginfra.wiring.git import Checkout
from eiginfra.wiring.revision import revision
from eiginfra.wiring.trees import refused


@pytest.fixture
def there(tmp_path: Path) -> Repositories:
    return Repositories(tmp_path)


@pytest.mark.parametrize("attack", of_kind(1), ids=str)
def test_attack_1_git_runs_nothing_of_the_checkout(attack: Attack, tmp_path: Path) -> None:
    attack.run(Ground(tmp_path).fresh())


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_attack_1_each_trap_would_be_sprung(trap: Trap, tmp_path: Path) -> None:
    with trapped(tmp_path, trap) as there:
        there.carelessly()
        assert there.canary.exists()


def test_attack_1_the_checkout_is_that_of_eiginfras_own_file(there: Repositories) -> None:
    (there.cohort / ".git").mkdir()
    (there.cohort / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    found = Checkout.of(there.anchor)
    assert found is not None
    assert found.top == there.copy
    assert Checkout.of(there.folder) is None


def test_the_commit_and_whether_there_are_changes(there: Repositories) -> None:
    commit = there.git(there.copy, "rev-parse", "HEAD")[:12]
    assert revision(there.anchor, there.cohort) == (commit, False)
    (there.cohort / "cohort.yml").write_text("cohort: eig4\n")
    assert revision(there.anchor, there.cohort) == (commit, True)
    there.git(there.copy, "checkout", "--quiet", ".")
    (there.copy / "infra.yml").write_text("outside of the cohort's folder")
    assert revision(there.anchor, there.cohort) == (commit, False)
    (there.cohort / "new.yml").write_text("")
    assert revision(there.anchor, there.cohort) == (commit, True)
    assert revision(there.anchor, there.folder) == (None, False)


def test_no_commit_yet(tmp_path: Path, there: Repositories) -> None:
    there.git(tmp_path, "init", "--quiet", "empty")
    assert revision(tmp_path / "empty", tmp_path / "empty") == (None, False)


def test_a_fast_forward_leaves_a_checkout_as_git_would(there: Repositories) -> None:
    copy = WorkingCopy(there.anchor, "main")
    there.git(there.upstream, "rm", "--quiet", "inventories/eig3/cohort.yml")
    there.commit("inventories/eig3/é.yml", "é\n")
    assert copy.bring_forward()
    assert there.git(there.copy, "rev-parse", "HEAD") == there.git(there.upstream, "rev-parse", "main")
    assert there.git(there.copy, "status", "--porcelain", "--branch").splitlines()[1:] == []
    assert (there.cohort / "é.yml").read_text(encoding="utf-8") == "é\n"
    assert not (there.cohort / "cohort.yml").exists()
    assert not copy.bring_forward()
    assert there.git(there.copy, "fsck") == ""


def test_what_was_edited_by_hand_is_not_overwritten(there: Repositories) -> None:
    (there.cohort / "cohort.yml").write_text("by hand")
    there.commit("inventories/eig3/cohort.yml", "changed\n")
    with pytest.raises(PermanentError, match="cannot be fast-forwarded to main"):
        WorkingCopy(there.anchor, "main").bring_forward()
    assert (there.cohort / "cohort.yml").read_text() == "by hand"


@pytest.mark.parametrize("path", ["README.md", ".gitignore", ".gitattributes", ".gitlab-ci.yml", "a/.github/x", "venv/x", "eiginfra.yml"])
def test_what_repositories_have_is_not_refused(path: str) -> None:
    assert not any(refused("100644", name.encode()) for name in path.split("/"))
