"""The template of the projects whose websites are the cohort's pages, run as it is written."""

from pathlib import Path
from typing import Any

import pytest


def _pipeline(served: Any, source: str = "schedule", **more: str) -> Any:
    return served.pushed(source, "pages.yml", EIGINFRA_REPOSITORY=f"file://{served.origin}", **more)


def _built(pipeline: Any) -> set[str]:
    folder: Path = pipeline.kept / "public"
    return {path.name for path in folder.iterdir()}


def test_pages_are_built_in_schedules_and_by_hand(project: Any) -> None:
    for source in ("schedule", "web"):
        assert _pipeline(project, source).jobs == {"pages": "on_success"}
        assert _pipeline(project, source, CI_COMMIT_REF_PROTECTED="false").jobs == {}
    for source in ("push", "merge_request_event", "trigger", "api"):
        assert _pipeline(project, source).jobs == {}


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_each_project_publishes_the_pages_of_its_audience(served: Any, shell: str) -> None:
    served.shell = shell
    internal = _pipeline(served)
    done = internal.run("pages")
    assert done.code == 0, done.log
    assert {"index.html", "machines.html", "team-adler.html", "feed.xml"} <= _built(internal)
    public = _pipeline(served, EIGINFRA_AUDIENCE="public")
    shown = public.run("pages", EIGINFRA_AUDIENCE="public")
    assert shown.code == 0, shown.log
    assert "index.html" in _built(public)
    assert "machines.html" not in _built(public)
    assert "adler-1" not in (public.kept / "public" / "team-adler.html").read_text(encoding="utf-8")
    for secret in served.secrets.values():
        assert secret not in done.log + shown.log


def test_attack_ci_an_unknown_audience_publishes_nothing(project: Any) -> None:
    done = _pipeline(project, EIGINFRA_AUDIENCE="everybody").run("pages", EIGINFRA_AUDIENCE="everybody")
    assert done.code == 64, done.log
