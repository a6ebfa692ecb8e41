"""What a plan finds stands at the line of the team's file that can be changed (users' report B1)."""

import re
from typing import Any


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_b1_keyctl_a_disk_that_shrinks_and_a_missing_account(place: Any) -> None:
    assert place.call("apply", "--yes").code == 0
    file = place.team("adler")
    text = file.read_text(encoding="utf-8").replace("disk: 20GiB", "disk: 8GiB").replace("adler-2", "adler-new")
    file.write_text(text, encoding="utf-8")
    site = place.folder / "site" / "site.yml"
    site.write_text(re.sub("accounts: .*", "accounts: require", site.read_text(encoding="utf-8")), encoding="utf-8")
    found = {finding["code"]: finding for finding in place.call("plan", "--format", "json").json["findings"] if finding["team"] == "adler"}

    def lines(code: str) -> list[str]:
        return [f"{at['file'].rpartition('/')[2]}:{at['line']}" for at in (found[code]["location"], *found[code]["also"])]

    for code, part in (("feature-for-root", "docker: true"), ("immutable-field", "disk: 8GiB"), ("account-missing", "username: adler-new")):
        first, second = lines(code)
        assert first == f"adler.yml:{line_of(text, part)}", code
        assert second.startswith("site.yml:"), code
