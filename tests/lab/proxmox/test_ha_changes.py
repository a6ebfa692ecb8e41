"""PUT /cluster/ha/resources/{sid}, as the official description has it."""

import pytest


@pytest.fixture
def kept(pve):
    """A guest that the manager keeps."""
    pve.vm(310)
    pve.ok("POST", "/cluster/ha/resources", {"sid": "vm:310", "state": "ignored", "comment": "before", "max_restart": 3})
    return pve


def test_a_change_leaves_the_rest(kept):
    kept.ok("PUT", "/cluster/ha/resources/310", {"comment": "after", "delete": "max_restart"})
    shown = kept.ok("GET", "/cluster/ha/resources/vm:310")
    assert (shown["comment"], shown["state"], shown.get("max_restart")) == ("after", "ignored", None)


def test_refused_changes(kept):
    stale = kept.call("PUT", "/cluster/ha/resources/vm:310", {"comment": "x", "digest": "0" * 40})
    assert (stale.status, stale.reason) == (500, "detected modified configuration - file changed by other user? Try again.")
    assert kept.call("PUT", "/cluster/ha/resources/vm:311", {"comment": "x"}).reason == "no such resource 'vm:311'"
    assert set(kept.call("PUT", "/cluster/ha/resources/vm:310", {"type": "vm", "state": "gone"}).errors) == {"type", "state"}
