"""Host keys of machines: how they are learned, what a changed one stops, and the way out."""

from support.machine_ground import Ground, key


def _changed(ground: Ground, machine: str = "web") -> None:
    """Another host key, as a machine has that was installed again, or another that answers in its place."""
    del ground.guest(machine).inside["host_key"]


def test_a_changed_host_key_stops_everything_on_that_machine(ground: Ground) -> None:
    ground.machines = {"web": {}, "db": {}}
    ground.apply()
    _changed(ground)
    del ground.members["alan"]
    told = ground.findings()["machine-host-key-changed"]
    assert told.count("SHA256:") == 2
    assert f"eiginfra forget --host-key {ground.cohort}/adler/web" in told
    assert ground.plan()["remaining"] == {ground.address(): ["alan"]}
    ground.apply()
    assert key(2) in ground.text("web")
    assert key(2) not in ground.text("db")


def test_forget_has_the_next_host_key_believed(ground: Ground) -> None:
    ground.apply()
    _changed(ground)
    assert "machine-host-key-changed" in ground.findings()
    ground.apply()
    assert "machine-host-key-changed" in ground.findings()
    forgotten = ground.call("forget", "--host-key", f"{ground.cohort}/adler/web")
    assert forgotten.code == 0
    assert "It was SHA256:" in forgotten.out
    del ground.members["alan"]
    assert "machine-host-key-changed" not in ground.findings()
    ground.apply()
    assert key(2) not in ground.text()
    assert ground.plan()["changes"] == []
    _changed(ground)
    assert "machine-host-key-changed" in ground.findings()


def test_forget_alone_is_learned_by_the_next_apply(ground: Ground) -> None:
    ground.apply()
    ground.call("forget", "--host-key", ground.address())
    ground.apply()
    _changed(ground)
    assert "machine-host-key-changed" in ground.findings()


def test_forget_names_a_machine_that_is_known(ground: Ground) -> None:
    ground.apply()
    wrong = ground.call("forget", "--host-key", f"{ground.cohort}/adler/wib")
    assert wrong.code == 64
    assert f"{ground.cohort}/adler/web" in wrong.err


def test_without_a_way_to_know_it_nothing_is_done(ground: Ground) -> None:
    """The gateway is not the node, and the site does not believe first ones."""
    ground.site("machines", host_keys="pinned")
    ground.site("gateway", via=None)
    ended = ground.apply()
    assert ended[ground.address()] == "waiting"
    told = ground.findings()["machine-host-key-unknown"]
    assert f"eiginfra forget --host-key {ground.cohort}/adler/web" in told
    assert {reason["code"] for reason in ground.change()["waiting"].values()} == {"machine-host-key-unknown"}
    assert ground.call("forget", "--host-key", f"{ground.cohort}/adler/web").code == 0
    ground.apply()
    assert key(1) in ground.text()
    assert ground.change() is None


def test_first_use_is_for_machines_that_this_journal_made_and_that_are_isolated(ground: Ground) -> None:
    ground.site("gateway", via=None)
    assert ground.apply()[ground.address()] == "done"
    assert key(1) in ground.text()
    # The same machine for another journal, which did not make it.
    (ground.folder / "journal.db").unlink()
    assert "machine-host-key-unknown" in ground.findings()


def test_first_use_needs_the_filters(ground: Ground) -> None:
    ground.site("gateway", via=None)
    ground.playbook = ground.playbook.replace("macfilter: true", "macfilter: false")
    assert ground.apply()[ground.address()] == "waiting"
    assert "machine-host-key-unknown" in ground.findings()
    ground.playbook = ground.playbook.replace("macfilter: false", "macfilter: true")
    ground.apply()
    assert "machine-host-key-unknown" not in ground.findings()


def test_a_machine_that_was_made_again_is_known_to_be_new(ground: Ground) -> None:
    ground.apply()
    number = next(number for number, guest in ground.guests.items() if guest is ground.guest())
    del ground.guests[number]  # somebody deleted it
    ended = ground.apply()
    assert ended[ground.address()] == "done"
    assert ground.guest().vmid != number
    assert key(1) in ground.text()
    assert ground.plan()["changes"] == []


def test_the_agent_in_a_vm_tells_its_host_keys(ground: Ground) -> None:
    """Nobody needs to believe the first one; it is asked for once, and not again when the journal knows it."""
    ground.kind, ground.logins = "vm", "[debian]"
    ground.site("machines", host_keys="pinned")
    ground.site("gateway", via=None)
    ground.playbook = ground.playbook.replace('state: "{{ item.state }}"', 'state: "{{ item.state }}"\n        agent: true')
    assert ground.apply()[ground.address()] == "waiting"  # while it was planned, there was no VM to ask
    assert ground.apply()[ground.address()] == "done"
    assert key(1) in ground.text(login="debian")
    assert ground.plan()["changes"] == []
    _changed(ground)
    assert "machine-host-key-changed" in ground.findings()


def test_a_vm_whose_agent_may_not_be_asked_is_as_any_machine_whose_key_nobody_knows(ground: Ground) -> None:
    ground.kind, ground.logins = "vm", "[debian]"
    ground.site("machines", host_keys="pinned")
    ground.site("gateway", via=None)
    ground.playbook = ground.playbook.replace('state: "{{ item.state }}"', 'state: "{{ item.state }}"\n        agent: false')
    ground.apply()
    assert {why["code"] for why in ground.change()["waiting"].values()} == {"machine-host-key-unknown"}
