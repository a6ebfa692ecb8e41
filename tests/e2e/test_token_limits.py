"""`doctor --token-limits` on a lab, whose tokens are an administrator's."""

from typing import Any


def test_what_the_labs_tokens_may_beyond_their_needs_is_told_and_nothing_is_to_do_after(place: Any) -> None:
    assert place.call("apply", "--yes").code == 0
    told = place.call("doctor", "--token-limits", "--format", "json")
    assert told.code == 0
    findings = told.json["findings"]
    assert [found["code"] for found in findings if found["severity"] == "error"] == []
    assert {found["code"] for found in findings if found["severity"] == "warning"} == {
        "token-may-act-as-others", "token-may-too-much", "token-may-give-rights", "token-may-make-users", "token-may-change-guest",
    }  # fmt: skip
    assert [found["params"]["result"] for found in findings if found["code"] == "token-limits-tried"] == ["gitlab 0/1", "proxmox 0/4"]
    words = place.call("doctor", "--token-limits", "--read-only", "--lang", "fr")
    assert words.code == 0
    assert "le jeton peut écrire sur GitLab" in words.out + words.err
    assert place.call("plan", "--detailed-exitcode").code == 0
    assert place.call("drift").code == 0


def test_what_is_for_reading_is_asked_of_tokens_only(place: Any) -> None:
    wrong = place.call("doctor", "--read-only")
    assert wrong.code == 64
    assert "--read-only goes with --token-limits" in wrong.err
