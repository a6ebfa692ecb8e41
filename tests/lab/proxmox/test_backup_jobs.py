"""Backup jobs: who may make and change them, and what they may say (9.2: backup-job-permissions; API2/Backup.pm)."""

import pytest

from eiginfra.lab.proxmox.calendar import is_calendar_event

JOB = {"id": "job1", "schedule": "02:30", "storage": "local", "vmid": "140"}
NO = "400 Parameter verification failed."
DENIED = "Permission check failed (/storage/local, Datastore.Allocate)"


@pytest.fixture
def keeper(pve):
    """A token that may change the datacenter, and nothing on its storages."""
    pve.ok("POST", "/access/roles", {"roleid": "Keeper", "privs": "Sys.Audit,Sys.Modify,VM.Audit,VM.Backup"})
    return pve.token("job", _="Keeper")


def test_p1_jobs_want_datastore_allocate_on_their_storage(pve, keeper):
    pve.ok("POST", "/pools", {"poolid": "ci"})
    for params in (JOB, {name: value for name, value in JOB.items() if name != "storage"}, JOB | {"vmid": "", "pool": "ci"}):
        assert pve.call("POST", "/cluster/backup", params, token=keeper).reason == DENIED
    pve.ok("POST", "/cluster/backup", JOB)
    for change in ({"schedule": "03:30"}, {"comment": "d"}, {"enabled": 0}, {"delete": "comment"}):
        answer = pve.call("PUT", "/cluster/backup/job1", change, token=keeper)
        assert (answer.status, answer.reason) == (500, f"403 {DENIED}")
    assert pve.call("PUT", "/cluster/backup/job1", {"storage": "other"}, token=keeper).reason == DENIED.replace("local", "other")
    assert pve.call("PUT", "/cluster/backup/job1", {"delete": "storage"}, token=keeper).reason == DENIED
    pve.ok("DELETE", "/cluster/backup/job1", token=keeper)
    pve.ok("POST", "/access/roles", {"roleid": "Store", "privs": "Datastore.Allocate,Datastore.AllocateSpace"})
    pve.ok("PUT", "/access/acl", {"path": "/storage/local", "users": "job@pve", "roles": "Store"})
    pve.ok("POST", "/cluster/backup", JOB, token=keeper)
    pve.ok("PUT", "/cluster/backup/job1", {"comment": "d"}, token=keeper)


def test_p1_the_pool_of_a_job_must_be_there_and_backed_up_by_right(pve):
    pve.ok("POST", "/access/roles", {"roleid": "Keeper", "privs": "Sys.Audit,Sys.Modify,Datastore.Allocate"})
    token = pve.token("job", _="Keeper")
    job = {"id": "job4", "schedule": "sat 04:00", "pool": "ci"}
    assert pve.call("POST", "/cluster/backup", job, token=token).reason == "Permission check failed (pool 'ci' does not exist)"
    pve.ok("POST", "/pools", {"poolid": "ci"})
    assert pve.call("POST", "/cluster/backup", job, token=token).reason == "Permission check failed (/pool/ci, VM.Backup)"
    pve.ok("POST", "/cluster/backup", job)
    gone = pve.call("PUT", "/cluster/backup/job4", {"pool": "gone"})
    assert (gone.status, gone.reason) == (403, "Permission check failed (pool 'gone' does not exist)")


@pytest.mark.parametrize("option", ["script", "dumpdir", "tmpdir"])
def test_options_of_root_alone(pve, option):
    pve.ok("POST", "/cluster/backup", JOB)
    for method, path, params in (("POST", "/cluster/backup", JOB | {"id": "job2"}), ("PUT", "/cluster/backup/job1", {})):
        assert pve.call(method, path, params | {option: "/tmp"}).errors == {option: "Only root may set this option."}
    assert pve.call("PUT", "/cluster/backup/job1", {"delete": option}).errors == {option: "Only root may set this option."}


def test_one_choice_of_guests_replaces_another(pve):
    pve.ok("POST", "/pools", {"poolid": "ci"})
    pve.ok("POST", "/cluster/backup", JOB)

    def chosen(**change):
        pve.ok("PUT", "/cluster/backup/job1", change)
        job = pve.ok("GET", "/cluster/backup/job1")
        return {name: job[name] for name in ("vmid", "pool", "all", "exclude") if name in job}

    assert chosen(pool="ci") == {"pool": "ci"}
    assert chosen(all=1) == {"all": 1}
    assert chosen(exclude="141") == {"all": 1, "exclude": "141"}
    assert chosen(vmid="140") == {"vmid": "140"}
    both = pve.call("PUT", "/cluster/backup/job1", {"vmid": "140", "pool": "ci"})
    assert (both.status, both.body["message"]) == (500, f"{NO}\npool: option conflicts with option 'vmid'\n")
    none = pve.call("PUT", "/cluster/backup/job1", {"delete": "vmid"})
    assert (none.status, none.body["message"]) == (500, f"{NO}\nvmid: property is missing\n")


def test_objects_are_strings_when_sent_and_objects_when_read(pve):
    pve.ok(
        "POST", "/cluster/backup", JOB | {"fleecing": "1,storage=local", "prune-backups": "keep-daily=3", "performance": "max-workers=4"}
    )
    job = pve.ok("GET", "/cluster/backup/job1")
    assert job["fleecing"] == {"enabled": 1, "storage": "local"}
    assert (job["prune-backups"], job["performance"]) == ({"keep-daily": "3"}, {"max-workers": "4"})
    assert pve.ok("GET", "/cluster/backup")[0]["fleecing"] == job["fleecing"]


@pytest.mark.parametrize(
    ("params", "errors"),
    [
        ({"schedule": "nonsense"}, {"schedule": "invalid format - invalid calendar event 'nonsense' - unable to parse calendar event\n\n"}),
        ({"schedule": "25:00"}, {"schedule": "invalid format - invalid calendar event '25:00' - unable to parse calendar event\n\n"}),
        (
            {"prune-backups": "daily=3"},
            {
                "prune-backups": "invalid format - format error\nprune-backups.daily: property is not defined in schema and the schema does"
                " not allow additional properties\n"
            },
        ),
        (
            {"prune-backups": "keep-all=1,keep-last=2"},
            {"prune-backups": "invalid format - keep-all cannot be set together with other options.\n"},
        ),
        ({"fleecing": "1"}, {"fleecing": "invalid format - 'storage' parameter is required when 'enabled' is set\n"}),
        ({"starttime": "1:00", "dow": "mon,xyz"}, {"dow": "invalid format - invalid day 'xyz'\n"}),
        ({"starttime": "1:00", "schedule": "2:00"}, {"starttime": "'starttime' and 'schedule' cannot both be set"}),
        (
            {"protected": 1, "notes-template": "x"},
            {
                "storage": r"missing property required by 'protected'\nmissing property required by 'notes-template'",
            },
        ),
    ],
)
def test_what_a_job_may_not_say(pve, params, errors):
    pve.ok("POST", "/cluster/backup", JOB)
    answer = pve.call("PUT", "/cluster/backup/job1", params)
    assert (answer.status, answer.errors) == (400, errors)


def test_what_is_refused_while_the_file_is_locked_is_a_text(pve):
    pve.ok("POST", "/cluster/backup", JOB)
    for params, text in (
        ({"delete": "nope"}, f"{NO}\ndelete: unknown option 'nope'"),
        ({"delete": "schedule"}, f"{NO}\ndelete: unknown option 'schedule'"),
        ({"storage": "local", "notes-template": "{{x}}"}, f"{NO}\nnotes-template: found unknown: variable 'x' at char 4"),
        ({}, "no options specified"),
    ):
        answer = pve.call("PUT", "/cluster/backup/job1", params)
        assert (answer.status, answer.body["message"]) == (500, f"{text}\n")
    assert pve.call("PUT", "/cluster/backup/none", {"comment": "x"}).reason == "no such vzdump job"
    assert pve.call("DELETE", "/cluster/backup/none").body["message"] == f"{NO}\nid: No such job 'none'\n"


def test_what_the_caller_may_not_see_is_not_told(pve, keeper):
    pve.vm(140, scsi0="local:1")
    pve.vm(141)
    pve.ok("POST", "/cluster/backup", JOB | {"vmid": "140,999"})
    rows = pve.ok("GET", "/cluster/backup/job1/included_volumes")["children"]
    assert [(row["id"], row["type"], row["leaf"]) for row in rows] == [(140, "qemu", 0), (999, "unknown", 1)]
    assert [row["vmid"] for row in pve.ok("GET", "/cluster/backup-info/not-backed-up", token=keeper)] == [141]
    pve.ok("PUT", "/access/acl", {"path": "/vms", "users": "job@pve", "roles": "NoAccess"})
    assert pve.ok("GET", "/cluster/backup/job1/included_volumes", token=keeper) == {"children": []}
    assert pve.ok("GET", "/cluster/backup-info/not-backed-up", token=keeper) == []


@pytest.mark.parametrize(
    "text", ["02:30", "mon..fri 8..17,22:0/15", "*:0/10", "*/5", "sat", "2015-10-21", "monthly", "*-1-1 02:30:30", "Sunday 1:00", "30"]
)
def test_calendar_events(text):
    assert is_calendar_event(text)


@pytest.mark.parametrize("text", ["nonsense", "24:00", "12:60", "mon 8:00 tue", "1:2:3:4", "2015-13-01", "*-*-32", "mon..", "8-", ":"])
def test_no_calendar_events(text):
    assert not is_calendar_event(text)
