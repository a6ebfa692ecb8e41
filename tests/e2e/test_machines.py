"""The life of machines at the command line: restarts with leave, new names, the end in steps."""

from datetime import datetime, timedelta
from typing import Any

import pytest

WEB = "proxmox.container[eig3/adler/web]"


@pytest.fixture
def applied(place: Any) -> Any:
    answer = place.call("apply", "--yes")
    assert answer.code == 0, answer.out + answer.err
    return place


def restart_of(place: Any, *options: str) -> Any:
    plan = place.call("plan", "--format", "json", *options)
    assert plan.code == 0, plan.err
    [change] = [change for change in plan.json["changes"] if change["address"] == WEB]
    return change["restart"]


def test_what_waits_for_a_restart_is_no_difference_and_gets_it_with_leave(applied: Any) -> None:
    applied.edit("adler", "docker: true", "docker: false")
    text = applied.call("plan").out
    assert "nesting: yes → no\n" in text
    assert "in force after a restart: nesting\n" in text
    assert applied.call("apply", "--yes").code == 0
    waiting = applied.call("plan", "--detailed-exitcode")
    assert (waiting.code, "nesting waits for a restart" in waiting.out) == (0, True)
    asked = applied.call("plan", "--restart", "--detailed-exitcode")
    assert (asked.code, "will be restarted, for nesting" in asked.out) == (2, True)
    assert applied.call("apply", "--restart", "--yes").code == 0
    done = applied.call("plan", "--restart", "--format", "json")
    assert done.json["changes"] == []


def test_in_the_sites_hours_a_plan_restarts_without_being_asked(applied: Any) -> None:
    applied.edit("adler", "docker: true", "docker: false")
    now = datetime.now().astimezone()
    hours = [f"{now + timedelta(hours=shift):%H:%M}" for shift in (-2, 2, 3, 4)]
    applied.site(proxmox={"restart_window": f"{hours[0]}-{hours[1]}"})
    assert restart_of(applied) == {"fields": ["nesting"], "window": f"{hours[0]}-{hours[1]}"}
    applied.site(proxmox={"restart_window": f"{hours[2]}-{hours[3]}"})
    assert restart_of(applied) is None
    assert f"in force after a restart in the window {hours[2]}-{hours[3]}: nesting\n" in applied.call("plan").out


def test_a_machine_that_is_renamed_is_the_same_guest(applied: Any) -> None:
    vmid = applied.guest("adler-web")
    applied.edit("adler", "- name: web\n", "- name: www\n    was: web\n")
    plan = applied.call("plan", "--format", "json")
    changes = {change["address"]: change for change in plan.json["changes"]}
    renamed = changes["proxmox.container[eig3/adler/www]"]
    assert (renamed["action"], renamed["cause"]) == ("update", "pending")
    assert {diff["field"] for diff in renamed["diffs"]} == {"mark", "name"}
    assert WEB not in changes
    assert applied.call("apply", "--yes").code == 0
    assert applied.guest("adler-www") == vmid
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_a_machine_that_left_goes_in_steps(applied: Any) -> None:
    vmid = applied.guest("adler-web")
    text = applied.team("adler").read_text(encoding="utf-8")
    start, end = text.index("  - name: web\n"), text.index("  - name: graph")
    applied.team("adler").write_text(text[:start] + text[end:], encoding="utf-8")
    assert "with --prune it is stopped and backed up, and removed 30 days later" in applied.call("plan").out
    first = applied.call("apply", "--prune", "--yes", "--allow-removals", "9")
    assert first.code == 0, first.out + first.err
    assert "will be stopped and backed up; removed after 2019-10-31" in first.out
    assert applied.proxmox("GET", f"/nodes/eig/lxc/{vmid}/status/current")["status"] == "stopped"
    waiting = applied.call("plan", "--prune")
    assert "stopped and backed up; --prune removes it after 2019-10-31" in waiting.out
    last = applied.call("apply", "--prune", "--yes", "--allow-removals", "9", "--as-of", "2019-11-01")
    assert last.code == 0, last.out + last.err
    assert vmid not in [guest["vmid"] for guest in applied.proxmox("GET", "/nodes/eig/lxc")]


def test_a_saved_plan_about_a_disk_of_an_odd_size_can_be_verified_and_applied(applied: Any) -> None:
    vmid = applied.guest("adler-web")
    applied.proxmox("PUT", f"/nodes/eig/lxc/{vmid}/resize", disk="rootfs", size="+512M")
    text = applied.team("adler").read_text(encoding="utf-8")
    start, end = text.index("  - name: web\n"), text.index("  - name: graph")
    applied.team("adler").write_text(text[:start] + text[end:], encoding="utf-8")
    assert applied.call("plan", "--prune", "--allow-removals", "9", "--out", "plan.json").code == 0
    verified = applied.call("plan", "--verify", "plan.json")
    assert (verified.code, "stale" in verified.out) == (0, False), verified.out + verified.err
    assert applied.call("apply", "plan.json").code == 0
    assert applied.proxmox("GET", f"/nodes/eig/lxc/{vmid}/status/current")["status"] == "stopped"


def test_a_volume_is_mounted_and_counts(applied: Any) -> None:
    applied.edit("adler", "    docker: true\n", "    docker: true\n    mounts: [{path: /srv/data, size: 2GiB}]\n")
    assert "+ mounts[/srv/data]" in applied.call("plan").out
    assert applied.call("apply", "--yes").code == 0
    config = applied.proxmox("GET", f"/nodes/eig/lxc/{applied.guest('adler-web')}/config")
    assert "mp=/srv/data" in config["mp0"]
    assert applied.call("plan", "--detailed-exitcode").code == 0
