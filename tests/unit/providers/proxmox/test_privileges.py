"""The table of privileges against what it names: Proxmox' own API description, and what real servers refused."""

import json
import re
from typing import Any

import pytest
from support.proxmox_contract import FILE

from eiginfra.providers.proxmox.privileges import NEEDS, Evidence, Use

RECORDINGS = FILE.parents[1] / "recordings"
EACH = [pytest.param(name, use, id=f"{need.role}-{name}") for need in NEEDS for name, use in need.privileges.items()]


def described(privilege: str, use: Use) -> bool:
    """Whether the API description asks for it, or says so in words."""
    method, path = use.request.split()
    return privilege in json.dumps(json.loads(FILE.read_text(encoding="utf-8"))["paths"][path][method]["permissions"])


def tried(privilege: str, use: Use) -> bool:
    """Whether the request was refused without it, or its answer lacked what was asked for, and was done with the set that has it."""
    trials = json.loads((RECORDINGS / "proxmox/least-privilege.json").read_text(encoding="utf-8"))["trials"]
    same = [trial for trial in trials if trial["method"] == use.request.split()[0] and _is(trial["path"], use)]
    return any(trial["ok"] and privilege in {need["privilege"] for need in trial["needs"]} for trial in same)


def tried_later(privilege: str, use: Use) -> bool:
    """The same on 9.2: refused to a token, and done for one with more; of roles it is all their privileges that are asked for."""
    rows = [
        json.loads(line)
        for file in sorted((RECORDINGS / "proxmox-9.2").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if '"method"' in line
    ]
    same: list[dict[str, Any]] = [row for row in rows if row["method"] == use.request.split()[0] and _is(row["path"], use)]
    said = [row["body"]["message"] for row in same if row["status"] >= 400]
    return any(row["status"] == 200 for row in same) and any(privilege in text or "superset of privileges" in text for text in said)


def _is(path: str, use: Use) -> bool:
    pattern = re.sub(r"\{[a-z]+\}", "[^/]+", use.request.split()[1])
    return re.fullmatch(f"/api2/json{pattern}", path.partition("?")[0]) is not None


@pytest.mark.skipif(not FILE.exists(), reason="neither the description nor the recordings are beside this checkout")
@pytest.mark.parametrize(("privilege", "use"), EACH)
def test_p1_each_right_has_the_evidence_that_the_table_names(privilege: str, use: Use) -> None:
    known = {Evidence.DESCRIBED: described, Evidence.TRIED: tried, Evidence.TRIED_LATER: tried_later}[use.evidence]
    assert known(privilege, use)
