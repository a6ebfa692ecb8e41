"""Inventories in git as reviews read them: a checkout with three teams of the example, and branches of its own to edit."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from support.lab_git import run_git

from eiginfra.review.model import CohortReview, Review
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.reviewing import Request, reviewer

ROOT = Path(__file__).parents[2]
TEAMS = ("acoss-plateforme", "adler", "cartobio")
FILE = "inventories/eig3/cohort.yml"
ADLER, CARTOBIO, ACOSS = (f"inventories/eig3/teams/{team}.yml" for team in ("adler", "cartobio", "acoss-plateforme"))
COHORT = """\
cohort: eig3
title: Promotion 3
starts: 2019-09-02
ends: 2020-07-01
language: en
contacts: [{role: EIG Link, email: eig-link@example.org}]
quota:
  default: {machines: 3, cores: 4, memory: 2GiB, disk: 40GiB, projects: 10}
capacity: {memory: 5GiB, cores: 8, disk: 200GiB}
approvals: {by: [link-1]}
people:
  link-1: {gitlab_id: 1}
  adler-1: {gitlab_id: 11}
repository: {url: "http://127.0.0.1:8929/eig/inventory"}
"""
SETTINGS = "inventory: inventories/eig3\nplaybook: playbooks/site.yml\nsite: infra/lab.yml\nas_of: 2019-10-01\n"


@dataclass(frozen=True)
class InventoryRepository:
    """A checkout on its branch main, and beside it whatever a test commits."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "InventoryRepository":
        """With one commit: settings, site, playbook and the cohort."""
        made = cls(folder)
        (folder / "inventories/eig3/teams").mkdir(parents=True)
        made.git("init", "--quiet", "--initial-branch=main")
        for key, value in (("user.name", "a"), ("user.email", "a@example.org"), ("commit.gpgsign", "false"), ("gc.auto", "0")):
            made.git("config", key, value)
        for file in ("infra/lab.yml", "playbooks/site.yml", ADLER, CARTOBIO, ACOSS):
            (folder / file).parent.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / file, folder / file)
        made.commit({"eiginfra.yml": SETTINGS, FILE: COHORT})
        return made

    def copied(self, folder: Path) -> "InventoryRepository":
        """The same somewhere else, to be edited."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return type(self)(folder)

    def git(self, *arguments: str, given: Path | None = None) -> str:
        """What git answers; given: a file with what it reads."""
        return run_git(self.folder, *arguments, given=given)

    def text(self, file: str) -> str:
        """What a file has now."""
        return (self.folder / file).read_text(encoding="utf-8")

    def write(self, file: str, text: str | bytes | None) -> None:
        """A file of the working tree; None: no more."""
        path = self.folder / file
        if text is None:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def edit(self, file: str, *changes: tuple[str, str]) -> None:
        """Replace texts that are there once or more, each in its first place."""
        text = self.text(file)
        for old, new in changes:
            assert old in text, f"{file} has no {old!r}"
            text = text.replace(old, new, 1)
        self.write(file, text)

    def commit(self, files: dict[str, str | bytes | None] | None = None) -> str:
        """Everything that is in the working tree, and these files; the commit."""
        for file, text in (files or {}).items():
            self.write(file, text)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "main") -> None:
        """A new branch, checked out."""
        self.git("checkout", "--quiet", "-b", name, start)

    def on(self, branch: str) -> None:
        """Check a branch out."""
        self.git("checkout", "--quiet", branch)

    @property
    def paths(self) -> Paths:
        """All from its eiginfra.yml."""
        return Paths(settings=self.folder / "eiginfra.yml")

    def review(self, head: str = "HEAD", base: str = "main", *, paths: Paths | None = None, request: Request | None = None) -> Review:
        """The review of a commit against another."""
        with reviewer(paths or self.paths, base) as reviews:
            return reviews.review(reviews.resolved(head), request)

    def cohort(self, head: str = "HEAD", base: str = "main") -> CohortReview:
        """The review of the one cohort that a commit edits."""
        (cohort,) = self.review(head, base).cohorts
        return cohort

    def snapshot(self) -> dict[str, tuple[int, int, bytes | str]]:
        """Every file of the checkout and of its `.git`: mode, time of the last change, contents.

        git gives objects that are made a second time a new time, so theirs does not count.
        """
        found: dict[str, tuple[int, int, bytes | str]] = {}
        for above, _, names in os.walk(self.folder):
            for name in names:
                path = Path(above) / name
                about = path.lstat()
                contents = os.readlink(path) if path.is_symlink() else path.read_bytes()  # noqa: PTH115 - as it is written
                within = str(path.relative_to(self.folder))
                found[within] = (about.st_mode, 0 if within.startswith(".git/objects/") else about.st_mtime_ns, contents)
        return found


def codes(review: Review | CohortReview) -> list[str]:
    """The codes of the findings that are new."""
    return [found.code for found in (review.every_finding if isinstance(review, Review) else review.findings)]


def addresses(cohort: CohortReview) -> list[str]:
    """What changes, each with its sign."""
    return [f"{change.action.value} {change.address}" for change in cohort.changes]
