"""`acknowledge:` in the site file, from the file to what the commands print."""

from typing import Any

ENTRY = "acknowledge:\n  - {code: datacenter-firewall-off, subject: '*', reason: the cluster is behind another, until: 2019-12-31}\n"


def test_a_known_notice_is_counted_and_kept_in_json_until_its_day(place: Any) -> None:
    path = place.folder / "site" / "site.yml"
    path.write_text(path.read_text(encoding="utf-8") + ENTRY, encoding="utf-8")
    for options, counted, told in (
        ((), "1 acknowledged.", "until the datacenter"),
        (("--format", "markdown"), "1 constat déjà connu.", "pare-feu du centre"),
    ):
        text = place.call("plan", *options).out
        assert counted in text
        assert told not in text
    findings = place.call("plan", "--format", "json").json["findings"]
    assert [found["acknowledged"] for found in findings if found["code"] == "datacenter-firewall-off"] == ["the cluster is behind another"]
    later = place.call("plan", "--as-of", "2020-01-01").out
    assert "until the datacenter" in later
    assert "site.yml:" in later
    assert "ended on 2019-12-31" in later
