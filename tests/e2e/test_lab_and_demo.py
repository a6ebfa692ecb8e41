"""The lab as a user starts it, and the demo."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eiginfra.cli.main import run

ROOT = Path(__file__).parents[2]


def test_the_lab_is_started_asked_and_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["lab", "status"]) == 1
    assert run(["lab", "down"]) == 0
    assert run(["lab", "up", "--detach", "--port", "0", "--now", "2019-10-01"]) == 0
    try:
        assert run(["lab", "status"]) == 0
        assert (tmp_path / ".eiginfra/lab/site.yml").exists()
        assert run(["lab", "up", "--detach", "--port", "0"]) == 1
        assert "a lab runs already" in capsys.readouterr().err
    finally:
        assert run(["lab", "down"]) == 0
    assert run(["lab", "status"]) == 1


def test_the_demo_shows_it_all(tmp_path: Path) -> None:
    environment = {**os.environ, "NO_COLOR": "1"}
    command = [sys.executable, "-m", "eiginfra", "demo", "--handouts", str(tmp_path / "pages")]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    empty, drift = "Nothing to do: what stands is what the inventory asks for.", "Drift: 4 resources, as of 2019-10-01 (not today)."
    for step in (empty, drift, "No drift, as of", " files written in "):
        assert step in ended.stdout
    fetched = [line.strip() for line in ended.stdout.splitlines() if line.startswith(("  200", "  no answer"))]
    assert [line[:9] for line in fetched] == ["no answer", "200, the ", "no answer", "200, the "]
    assert fetched[-1] == "200, the page of adler-web, port 8080"
    assert len([path for path in (tmp_path / "pages").glob("*.html") if "." not in path.stem]) == 16  # beside those of people


def test_outside_a_checkout_the_demo_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["demo"]) == 64
    assert "eiginfra.yml" in capsys.readouterr().err


def test_help_and_version_end_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("eiginfra 0.")
    assert run(["plan", "--help"]) == 0


def test_a_schema_is_printed_for_every_file(capsys: pytest.CaptureFixture[str]) -> None:
    for what in ("cohort", "team", "site", "settings", "playbook"):
        assert run(["schema", what]) == 0
        assert '"$schema"' in capsys.readouterr().out
