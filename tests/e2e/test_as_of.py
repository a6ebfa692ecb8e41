"""Who set the clock by hand is told so by every output."""

from typing import Any

TOLD = "as of 2019-10-01 (not today)"
CALLS = ["check", "plan --out plan.json", "apply plan.json", "drift", "handouts"]


def test_every_output_says_that_the_day_is_not_today(place: Any) -> None:
    silent = [call for call in CALLS if TOLD not in place.call(*call.split()).out.replace("As of", "as of")]
    assert silent == []
    assert "au 2019-10-01 (ce n’est pas aujourd’hui)" in place.call("plan", "--format", "markdown").out
    assert "en prenant le" in (place.folder / "handouts" / "index.md").read_text(encoding="utf-8")
    assert f'"as_of": "{TOLD}"' in place.call("reconcile", "--once").err


def test_json_says_it_too(place: Any) -> None:
    assert "en prenant le" in place.call("bulletin").out.replace("\u00a0", " ")
    for command in (["check"], ["apply", "--yes"], ["handouts"], ["bulletin"]):
        told = place.call(*command, "--format", "json").json
        assert (told["as_of"], told["as_of_is_today"]) == ("2019-10-01", False)
    for command in (["plan"], ["drift"]):
        assert place.call(*command, "--format", "json").json["meta"]["as_of_is_today"] is False


def test_a_day_that_is_today_is_nothing_to_tell(place: Any) -> None:
    settings = place.folder / "eiginfra.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("as_of: 2019-10-01\n", ""), encoding="utf-8")
    assert "not today" not in place.call("check").out
    assert place.call("check", "--format", "json").json["as_of_is_today"] is True
