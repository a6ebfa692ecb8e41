"""--quiet: errors only, and the exit code."""

from typing import Any


def test_what_goes_well_is_silent(place: Any) -> None:
    assert place.call("plan", "-q", "--detailed-exitcode", "--out", "plan.json").code == 2
    for command in (
        ["check"],
        ["plan"],
        ["apply", "--yes"],
        ["apply", "--yes"],
        ["plan", "--verify", "plan.json"],
        ["handouts"],
        ["doctor"],
    ):
        answer = place.call(*command, "--quiet")
        assert (answer.out, answer.err) == ("", ""), command
    place.gitlab("PUT", "/projects/eig%2Feig3%2Fadler%2Fapi", visibility="private")
    for command in ("drift", "reconcile --once"):
        drift = place.call(*command.split(), "--quiet")
        assert (drift.code, drift.out, drift.err) == (2, "", ""), command


def test_what_is_wrong_is_still_said(place: Any) -> None:
    place.edit("adler", "image: debian-12", "image: debian-21")
    wrong = place.call("check", "--quiet")
    assert (wrong.code, wrong.out) == (65, "")
    assert "adler.yml" in wrong.err
    assert "notice" not in wrong.err


def test_nobody_is_asked_about_a_plan_that_was_not_shown(place: Any) -> None:
    asked = place.call("apply", "-q")
    assert asked.code == 64
    assert "--yes" in asked.err
    assert place.requests("gitlab") == 0
