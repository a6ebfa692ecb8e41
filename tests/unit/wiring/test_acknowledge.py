"""`acknowledge:` in the site file: known warnings and notices are kept out of what people read."""

from datetime import date
from pathlib import Path

import pytest
from support.words import raises

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.inventory.loader import load_site
from eiginfra.wiring.acknowledge import acknowledge, concerns

TODAY = date(2019, 10, 1)
TEAMS = ("adler", "open-chronic", "open-data")
KNOWN = warning("lacks", text="container 100 lacks keyctl", address="proxmox.container[eig3/adler/web]", team="adler")
OTHER = warning("lacks", text="container 101 lacks keyctl", address="proxmox.container[eig3/open-data/web]", team="open-data")
NODE = notice("node-offline", text="node b is offline")


def marked(folder: Path, entries: str, *findings: Finding, complete: bool = True) -> list[Finding]:
    path = folder / "site.yml"
    path.write_text(f"acknowledge:\n{entries}", encoding="utf-8")
    return acknowledge(findings, load_site(path), TEAMS, TODAY, complete=complete)


def entry(code: str = "lacks", subject: str = "adler", more: str = "") -> str:
    return f"  - {{code: {code}, subject: {subject!r}, reason: root does it in May{more}}}\n"


def test_a_known_warning_has_its_reason_and_others_none(tmp_path: Path) -> None:
    known, other = marked(tmp_path, entry(), KNOWN, OTHER)
    assert (known.acknowledged, other.acknowledged) == ("root does it in May", None)


@pytest.mark.parametrize(
    ("subject", "found", "meant"),
    [
        ("adler", KNOWN, True),
        ("adler", OTHER, False),
        ("open-*", OTHER, True),
        ("all:!adler", KNOWN, False),
        ("all:!adler", OTHER, True),
        ("~open", OTHER, True),
        ("*", NODE, True),
        ("all", NODE, True),
        ("adler", NODE, False),
        ("nobody", KNOWN, False),
        ("proxmox.container[eig3/adler/web]", KNOWN, True),
        ("proxmox.container[eig3/*/web]", OTHER, True),
        ("proxmox.container[*]", KNOWN, True),
        ("proxmox.vm[*]", KNOWN, False),
        ("proxmox.container[eig3/adler/web]", NODE, False),
        ("https://pve.example.org", NODE.model_copy(update={"address": "https://pve.example.org"}), True),
    ],
)
def test_subjects(subject: str, found: Finding, meant: bool) -> None:
    assert concerns(subject, found, TEAMS) is meant


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (entry(more=", until: 2019-09-30"), "acknowledgement-expired"),
        (entry("lacks", "open-chronic"), "acknowledgement-unused"),
        (entry("wrong", "adler"), "error-acknowledged"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told_at_its_line(tmp_path: Path, entries: str, said: str) -> None:
    findings = marked(tmp_path, entries, KNOWN, error("wrong", text="it is wrong", team="adler"))
    assert [found.acknowledged for found in findings] == [None, None, None]
    assert findings[-1].code == said
    assert str(findings[-1].location).endswith("site.yml:2:5")


def test_a_code_that_no_finding_has_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    *_, told = marked(tmp_path, entry("feature-for-rot", "adler"), complete=False)
    assert (told.code, str(told.location).rpartition("site.yml:")[2]) == ("unknown-finding", "2:12")
    assert told.advice is not None
    assert "feature-for-root" in str(told.advice)


def test_the_last_day_counts_and_a_part_of_a_plan_tells_nothing_unused(tmp_path: Path) -> None:
    assert marked(tmp_path, entry(more=", until: 2019-10-01"), KNOWN)[0].acknowledged
    assert marked(tmp_path, entry("lacks", "open-chronic"), KNOWN, complete=False) == [KNOWN]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ("  - {code: lacks, subject: adler}\n", "reason"),
        ("  - {code: Lacks It, subject: adler, reason: r}\n", "is not the code of a finding"),
        ("  - {code: lacks, subject: adler, reason: r, untill: 2019-10-01}\n", "untill"),
        ("  - {code: lacks, subject: adler, reason: r, until: May}\n", "until"),
    ],
)
def test_an_entry_is_checked_by_form(tmp_path: Path, entries: str, said: str) -> None:
    with raises(InputError, match=said):
        marked(tmp_path, entries)
