"""Who may enter a machine: its whole life, through the lab's gateway."""

from support.machine_ground import Ground, key

from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace


def block(*lines: str) -> str:
    return "# eiginfra: begin; changes in this part are undone\n" + "".join(f"{line}\n" for line in lines) + "# eiginfra: end\n"


ADA, ALAN = f"{key(1)} ada", f"{key(2)} alan"


def test_a_new_machine_gets_its_peoples_keys_by_the_same_apply(ground: Ground) -> None:
    ended = ground.apply()
    assert ended[ground.address()] == "done"
    text = ground.text()
    assert text.startswith('from="192.168.0.254",no-agent-forwarding ')
    assert text.endswith(block(ADA, ALAN))
    plan = ground.plan()
    assert [change for change in plan["changes"] if change["action"] != "none"] == []
    assert ground.change() is None


def test_a_new_member_and_a_leaver_by_one_apply(ground: Ground) -> None:
    ground.machines = {"web": {}, "db": {}}
    ground.apply()
    del ground.members["alan"]
    ground.members["grace"] = [key(3), key(4)]
    plan = ground.plan()
    changes = {change["address"]: change for change in plan["changes"]}
    for machine in ("web", "db"):
        diffs = {diff["entry"]: diff for diff in changes[ground.address(machine)]["diffs"]}
        assert diffs["alan"]["after"] is None
        assert diffs["grace"]["before"] is None
        assert changes[ground.address(machine)]["harm"] == [{"code": "access-lost", "subject": "alan"}]
    ground.apply()
    for machine in ("web", "db"):
        assert ground.text(machine).endswith(block(ADA, f"{key(3)} grace", f"{key(4)} grace"))
    assert ground.change() is None


def test_another_key_of_a_person_takes_the_place_of_the_former(ground: Ground) -> None:
    ground.apply()
    ground.members["ada"] = [key(5)]
    change = ground.change()
    assert [(diff["entry"], diff["before"]["keys"], diff["after"]["keys"]) for diff in change["diffs"]] == [("ada", [key(1)], [key(5)])]
    assert change["harm"] == []
    ground.apply()
    assert ground.text().endswith(block(f"{key(5)} ada", ALAN))


def test_what_somebody_changed_on_the_machine_is_drift(ground: Ground) -> None:
    ground.apply()
    own, before = ground.text().split("\n", 1)[0], ground.text()
    ground.write(f'# mine\n{own}\ncommand="id" {key(1)} ada\n')
    change = ground.change()
    assert change["cause"] == "drift"
    assert [(diff["entry"], diff["before"]) for diff in change["diffs"]] == [("ada", None), ("alan", None)]
    assert ground.call("drift").code == 2
    ground.apply()
    assert ground.text() == f"# mine\n{own}\n{block(ADA, ALAN)}"
    assert before.split("\n", 1)[1] == block(ADA, ALAN)


def test_a_key_that_nobody_knows_is_told_and_removed_where_the_cohort_says_so(ground: Ground) -> None:
    ground.apply()
    ground.write(f"{ground.text()}{key(77)} old laptop\n")
    assert ground.change() is None
    assert "a key of nobody that is known lets into" in ground.findings()["machine-unknown-keys"]
    assert "(old laptop), root" in ground.findings()["machine-unknown-keys"]
    ground.more["authoritative"] = ["keys"]
    change = ground.change()
    assert [diff["entry"][:7] for diff in change["diffs"]] == ["SHA256:"]
    ground.apply()
    assert key(77) not in ground.text()
    assert "machine-unknown-keys" not in ground.findings()
    assert ground.change() is None


def test_a_known_persons_key_that_was_put_there_by_hand_goes(ground: Ground) -> None:
    """It was on another machine of the cohort once: the journal knows whose it is."""
    ground.members["grace"] = [key(3)]
    ground.machines = {"web": {}, "db": {"state": "stopped"}}
    ground.apply()
    ground.write(f"{ground.text()}{key(3)} somebody\n")
    del ground.members["grace"]
    ground.apply()
    ground.write(f"no-pty {key(3)} again\n{ground.text()}")
    change = ground.change()
    assert change is None or [diff["entry"] for diff in change["diffs"]] == ["grace"]


def test_a_machine_that_is_off_waits_and_keeps_its_leaver_in_the_count(ground: Ground) -> None:
    ground.machines = {"web": {}, "db": {}}
    ground.apply()
    ground.guest("web").running = False
    del ground.members["alan"]
    plan = ground.plan()
    assert plan["remaining"] == {ground.address(): ["alan"]}
    ended = ground.apply()
    assert ended[ground.address("db")] == "done"
    assert key(2) in ground.text("web")
    assert key(2) not in ground.text("db")
    waiting = ground.change()["waiting"]
    assert {reason["code"] for reason in waiting.values()} == {"machine-off"}
    assert f"1 person still has access where nobody can be let out now: alan to {ground.cohort}/adler/web." in ground.call("plan").out
    assert "still has access" in ground.call("drift").out
    assert ground.call("drift", "--format", "json").json["remaining"] == {ground.address(): ["alan"]}
    ground.guest("web").running = True
    assert ground.plan()["remaining"] == {}
    ground.apply()
    assert key(2) not in ground.text("web")
    assert ground.plan()["remaining"] == {}
    assert ground.change() is None


def test_more_than_few_leavers_are_refused_as_a_whole(ground: Ground) -> None:
    ground.members = {f"p{number}": [key(number)] for number in range(10, 22)}
    ground.apply()
    ground.members = {"p10": [key(10)]}
    refused = ground.call("apply", "--yes")
    assert refused.code == 1
    assert "removal" in refused.err or "remove" in refused.err
    assert key(11) in ground.text()
    ground.apply("--allow-removals", "11")
    assert ground.text().endswith(block(f"{key(10)} p10"))


def test_access_that_left_the_inventory_is_emptied_while_the_machine_stays(ground: Ground) -> None:
    ground.apply()
    ground.machines = {}
    change = ground.change()
    assert (change["action"], change["step"]) == ("update", "empty")
    ground.apply()
    assert [line for line in ground.text().splitlines() if not line.startswith("from=")] == []


def test_an_older_machine_without_eiginfras_key_waits_for_one_command(ground: Ground) -> None:
    ground.apply()
    line = ground.text().splitlines()[0]
    assert ground.call("forget", ground.address()).code == 0
    ground.write(f"{key(1)} ada\n")
    told = ground.findings()["machine-without-key"]
    number = next(number for number, guest in ground.guests.items() if guest is ground.guest())
    assert f"pct exec {number} -- sh -c " in told
    assert line in told
    assert {reason["code"] for reason in ground.change()["waiting"].values()} == {"machine-key-refused"}
    ground.write(f"{line}\n{key(1)} ada\n")  # as the command does
    change = ground.change()
    assert (change["action"], [diff["entry"] for diff in change["diffs"]]) == ("adopt", ["alan"])
    ground.apply()
    assert ground.text() == f"{line}\n{block(ADA, ALAN)}"


def test_a_virtual_machine_is_entered_as_its_images_user(ground: Ground) -> None:
    ground.kind, ground.logins = "vm", "[root, debian]"
    ground.apply()
    assert ground.text(login="debian").endswith(block(ADA, ALAN))
    root = ground.text(login="root")
    assert root.startswith("no-port-forwarding")
    assert root.endswith(block(ADA, ALAN))
    assert ground.change() is None
    ground.guest().inside["sudo"] = False
    assert "may not become root" in ground.findings()["machine-sudo-refused"]
    assert {reason["code"] for reason in ground.change()["waiting"].values()} == {"machine-sudo-refused"}


def test_a_full_disk_fails_that_machine_alone(ground: Ground) -> None:
    ground.machines = {"web": {}, "db": {}}
    ground.apply()
    ground.members["grace"] = [key(3)]
    ground.guest("web").inside["disk_full"] = True
    ended = ground.apply()
    assert (ended[ground.address("web")], ended[ground.address("db")]) == ("waiting", "done")
    del ground.guest("web").inside["disk_full"]
    ground.apply()
    assert key(3) in ground.text("web")


def test_facts_of_a_machine_are_observed(ground: Ground) -> None:
    ground.apply()
    ground.guest().inside["listening"] = ["tcp 22", "tcp 8080"]
    ground.plan()
    with Workspace.load(Paths()) as workspace:
        facts = {str(there.address): there.facts for there in workspace.standing(remembering=True)}[ground.address()]
    assert facts["listening"] == [22, 8080]
    assert str(facts["host_key"]).startswith("SHA256:")
    assert facts["disk_total"] == 8 * 2**30
    assert facts["uptime"] == 86_400


def test_keys_go_before_a_machine_that_leaves_is_stopped(ground: Ground) -> None:
    ground.apply()
    machine, ground.machines = ground.guest(), {}
    ended = ground.apply("--prune")
    assert ended[ground.address()] == "done"
    assert not machine.running
    assert key(1) not in machine.inside["authorized_keys"]["root"]
    assert ground.plan()["remaining"] == {}


def test_a_machine_that_is_wanted_stopped_waits_to_be_started(ground: Ground) -> None:
    ground.machines = {"web": {"state": "stopped"}}
    assert ground.address() not in ground.apply()
    assert {reason["code"] for reason in ground.change()["waiting"].values()} == {"machine-off"}


def test_access_is_renamed_with_its_machine(ground: Ground) -> None:
    ground.apply()
    number = ground.guest().vmid
    ground.machines = {"site": {"was": "web"}}
    del ground.members["alan"]
    changes = {change["address"]: change for change in ground.plan()["changes"]}
    assert changes[ground.address("site")]["was"] == ground.address("web")
    assert ground.address("web") not in changes
    ground.apply()
    assert ground.guests[number].inside["authorized_keys"]["root"].endswith(block(ADA))
    assert ground.plan()["changes"] == []


def test_a_further_login_gets_the_keys(ground: Ground) -> None:
    ground.kind, ground.logins = "vm", "[debian]"
    ground.apply()
    assert key(1) not in ground.text(login="root")
    ground.logins = "[root, debian]"
    assert [diff["entry"] for diff in ground.change()["diffs"]] == ["ada", "alan"]
    ground.apply()
    assert ground.text(login="root").endswith(block(ADA, ALAN))
    assert ground.change() is None
    ground.logins = "[root, debian, ubuntu]"
    assert "has no account ubuntu" in ground.findings()["machine-login-missing"]
    assert ground.change() is None


def test_files_that_are_not_as_they_must_be_block_that_machine_and_count_its_leavers(ground: Ground) -> None:
    ground.machines = {"web": {}, "db": {}}
    ground.apply()
    ground.guest("web").inside["refused"] = {"root": "refused symbolic-link"}
    del ground.members["alan"]
    assert "is a symbolic link" in ground.findings()["machine-keys-refused"]
    assert ground.plan()["remaining"] == {ground.address("web"): ["alan"]}
    assert {reason["code"] for reason in ground.change("web")["waiting"].values()} == {"machine-keys-refused"}
    assert ground.apply() == {ground.address("db"): "done"}
    del ground.guest("web").inside["refused"]
    ground.apply()
    assert key(2) not in ground.text("web")
    assert ground.plan()["remaining"] == {}
