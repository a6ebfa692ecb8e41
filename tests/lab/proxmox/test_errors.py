"""Status, reason and body of refusals, as recorded (basics, auth, container-create, vm-create-config)."""

import pytest

NO = "Parameter verification failed."
UNKNOWN = "property is not defined in schema and the schema does not allow additional properties"
MISSING = "property is missing and it is not optional"
FORMAT = "invalid format - format error\n"


@pytest.mark.parametrize(
    ("method", "path", "params", "expected"),
    [
        ("GET", "/nope", None, (501, "Method 'GET /nope' not implemented")),
        ("POST", "/version", None, (501, "Method 'POST /version' not implemented")),
        ("POST", "/nodes/pve1/lxc/100/config", {"memory": 300}, (501, "Method 'POST /nodes/pve1/lxc/100/config' not implemented")),
        ("GET", "/pools/x/sub", None, (501, "Method 'GET /pools/x/sub' not implemented")),
        ("GET", "/storage/nope", None, (500, "storage 'nope' does not exist")),
        ("GET", "/access/roles/nope", None, (500, "role 'nope' does not exist")),
        ("GET", "/access/users/nobody@pve", None, (500, "no such user ('nobody@pve')")),
        ("GET", "/nodes/pve1/qemu/110/config", None, (500, "Configuration file 'nodes/pve1/qemu-server/110.conf' does not exist")),
        ("GET", "/nodes/pve1/lxc/999/status/current", None, (500, "Configuration file 'nodes/pve1/lxc/999.conf' does not exist")),
        ("DELETE", "/nodes/pve1/lxc/999", None, (500, "Configuration file 'nodes/pve1/lxc/999.conf' does not exist")),
        ("POST", "/nodes/pve1/qemu/999/clone", {"newid": 160}, (500, "unable to find configuration file for VM 999 on node 'pve1'")),
        ("POST", "/nodes/pve1/lxc/999/status/stop", None, (500, "CT 999 not running")),
        ("POST", "/nodes/pve1/lxc/999/status/reboot", None, (500, "VM 999 not running")),
        ("GET", "/pools/nope", None, (500, "pool 'nope' does not exist")),
        ("PUT", "/nodes/pve1/lxc/999/config", None, (500, "no options specified")),
    ],
)
def test_reason_and_message_are_the_same(pve, method, path, params, expected):
    answer = pve.call(method, path, params)
    assert (answer.status, answer.reason) == expected
    assert answer.body == {"data": None, "message": f"{expected[1]}\n"}


LXC = {"vmid": 201, "ostemplate": "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz", "rootfs": "nostore:1"}


@pytest.mark.parametrize(
    ("method", "path", "params", "errors"),
    [
        ("POST", "/nodes/pve1/lxc", {}, {"vmid": MISSING, "ostemplate": MISSING}),
        ("POST", "/nodes/pve1/lxc", LXC | {"vmid": 99}, {"vmid": "invalid format - value does not look like a valid VM ID\n"}),
        ("POST", "/nodes/pve1/lxc", LXC | {"vmid": "abc"}, {"vmid": "type check ('integer') failed - got 'abc'"}),
        ("POST", "/nodes/pve1/lxc", LXC | {"bogus": 1}, {"bogus": UNKNOWN}),
        (
            "POST",
            "/nodes/pve1/lxc",
            LXC | {"hostname": "bad_name"},
            {"hostname": "invalid format - value does not look like a valid DNS name\n"},
        ),
        ("POST", "/nodes/pve1/lxc", LXC | {"hostname": "x" * 256}, {"hostname": "value may only be 255 characters long"}),
        ("POST", "/nodes/pve1/lxc", LXC | {"memory": 15}, {"memory": "value must have a minimum value of 16"}),
        ("POST", "/nodes/pve1/lxc", LXC | {"cores": 9999}, {"cores": "value must have a maximum value of 8192"}),
        ("POST", "/nodes/pve1/lxc", LXC | {"password": "abc"}, {"password": "value must be at least 5 characters long"}),
        ("POST", "/nodes/pve1/lxc", LXC | {"onboot": "true"}, {"onboot": "type check ('boolean') failed - got 'true'"}),
        (
            "POST",
            "/nodes/pve1/lxc",
            LXC | {"cmode": "x"},
            {"cmode": "value 'x' does not have a value in the enumeration 'shell, console, tty'"},
        ),
        ("POST", "/nodes/pve1/lxc", LXC | {"tags": "bad!"}, {"tags": "invalid format - invalid characters in tag\n"}),
        (
            "POST",
            "/nodes/pve1/lxc",
            LXC | {"timezone": "Mars/Olympus"},
            {"timezone": "invalid format - invalid time zone 'Mars/Olympus'\n"},
        ),
        ("POST", "/nodes/pve1/lxc", LXC | {"net0": "bridge=vmbr0"}, {"net0": f"{FORMAT}net0.name: {MISSING}\n"}),
        ("POST", "/nodes/pve1/lxc", LXC | {"net0": "name=eth0,bogus=1"}, {"net0": f"{FORMAT}net0.bogus: {UNKNOWN}\n"}),
        (
            "POST",
            "/nodes/pve1/lxc",
            LXC | {"net0": "eth0"},
            {"net0": "invalid format - value without key, but schema does not define a default key\n"},
        ),
        (
            "POST",
            "/nodes/pve1/lxc",
            LXC | {"net0": "name=eth0,ip=10.0.0.5"},
            {"net0": f"{FORMAT}net0.ip: invalid format - value does not look like a valid ipv4 network configuration\n\n"},
        ),
        (
            "PUT",
            "/nodes/pve1/qemu/100/config",
            {"memory": "15"},
            {"memory": f"{FORMAT}memory.current: value must have a minimum value of 16\n"},
        ),
        (
            "PUT",
            "/nodes/pve1/qemu/100/config",
            {"cpu": "nocpu"},
            {"cpu": "invalid format - Built-in cputype 'nocpu' is not defined (missing 'custom-' prefix?)\n"},
        ),
        ("PUT", "/nodes/pve1/qemu/100/config", {"sshkeys": "a b"}, {"sshkeys": "invalid format - invalid urlencoded string: a b\n"}),
        ("PUT", "/nodes/pve1/qemu/100/resize", {"disk": "scsi0", "size": "big"}, {"size": "value does not match the regex pattern"}),
        ("GET", "/pools", {"type": "qemu"}, {"poolid": "missing property required by 'type'"}),
        (
            "GET",
            "/cluster/resources",
            {"type": "pool"},
            {"type": "value 'pool' does not have a value in the enumeration 'vm, storage, node, sdn'"},
        ),
        ("GET", "/nodes/pve1/storage/nope/status", None, {"storage": "No such storage."}),
        ("POST", "/access/ticket", {}, {"username": MISSING, "password": MISSING}),
        ("GET", "/nodes/pve1/tasks/notaupid/status", None, {"upid": "unable to parse worker upid"}),
    ],
)
def test_400_names_every_parameter(pve, method, path, params, errors):
    answer = pve.call(method, path, params)
    assert (answer.status, answer.reason) == (400, NO)
    assert answer.body == {"data": None, "message": f"{NO}\n", "errors": errors}


def test_schema_comes_before_permission_and_permission_before_existence(pve):
    nobody = pve.token("nil")
    assert pve.call("POST", "/nodes/pve1/qemu", {"vmid": "abc"}, token=nobody).status == 400
    assert pve.call("DELETE", "/nodes/pve1/qemu/9999", token=nobody).reason == "Permission check failed (/vms/9999, VM.Allocate)"


def test_a_delete_with_a_body_is_not_implemented(pve):
    answer = pve.call("DELETE", "/pools", headers={"Content-Type": "application/x-www-form-urlencoded"}, data="poolid=x")
    assert (answer.status, answer.reason) == (501, "Unexpected content for method 'DELETE'")


def test_json_bodies_and_their_booleans(pve):
    assert pve.call("POST", "/pools", json={"poolid": "p"}).status == 200
    pve.container(201)
    pve.ok("PUT", "/nodes/pve1/lxc/201/config", json={"onboot": True, "memory": 64})
    assert pve.ok("GET", "/nodes/pve1/lxc/201/config")["onboot"] == 1


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "No ticket"),
        ("Bearer abc", "No ticket"),
        ("pveapitoken=eiginfra@pve!ci=x", "No ticket"),
        ("PVEAPIToken=eiginfra@pve", "no tokenid specified"),
        ("PVEAPIToken=eiginfra@pve!ci=abc", "invalid token value!"),
        ("PVEAPIToken=eiginfra@pve!nope=abc", "no such token 'nope' for user 'eiginfra@pve'"),
        ("PVEAPIToken=ghost@pve!ci=abc", "no such user ('ghost@pve')"),
    ],
)
def test_401_has_no_body_and_says_why_until_9_1(start, header, reason):
    for release, said in (("9.1", reason), ("9.2", reason if reason == "No ticket" else "Authentication failed!")):
        answer = start(release=release).call("GET", "/version", token=None, headers={"Authorization": header})
        assert (answer.status, answer.reason, answer.body) == (401, said, "")


def test_realms_are_public_and_unknown_paths_are_not(pve):
    assert {realm["realm"] for realm in pve.ok("GET", "/access/domains", token=None)} == {"pam", "pve"}
    assert pve.call("GET", "/nope", token=None).status == 401


def test_tickets_need_the_csrf_token_for_changes(start):
    pve = start(release="9.1")
    pve.ok("POST", "/access/users", {"userid": "aud@pve", "password": "auditorpw1"})
    pve.ok("PUT", "/access/acl", {"path": "/", "users": "aud@pve", "roles": "PVEAdmin"})
    made = pve.ok("POST", "/access/ticket", {"username": "aud", "realm": "pve", "password": "auditorpw1"}, token=None)
    cookie = {"Cookie": f"PVEAuthCookie={made['ticket']}"}
    assert pve.call("GET", "/version", token=None, headers=cookie).status == 200
    refused = pve.call("POST", "/pools", {"poolid": "t"}, token=None, headers=cookie)
    assert (refused.status, refused.reason) == (401, "Permission denied - invalid csrf token")
    assert (
        pve.call(
            "POST", "/pools", {"poolid": "t"}, token=None, headers=cookie | {"CSRFPreventionToken": made["CSRFPreventionToken"]}
        ).status
        == 200
    )
    wrong = pve.call("POST", "/access/ticket", {"username": "aud@pve", "password": "bad"}, token=None)
    assert (wrong.status, wrong.reason) == (401, "authentication failure")
    bad = pve.call("GET", "/version", token=None, headers={"Cookie": "PVEAuthCookie=PVE:aud@pve:00000000::abc"})
    assert bad.reason == "permission denied - invalid PVE ticket"


def test_disabled_and_expired_users_and_tokens(start):
    pve = start(release="9.1")
    token = pve.token("aud")
    pve.ok("PUT", "/access/users/aud@pve", {"enable": 0})
    assert pve.call("GET", "/version", token=token).reason == "user 'aud@pve' is disabled"
    pve.ok("PUT", "/access/users/aud@pve", {"enable": 1, "expire": 1000})
    assert pve.call("GET", "/version", token=token).reason == "user 'aud@pve' access expired"
    pve.ok("PUT", "/access/users/aud@pve", {"expire": 0})
    pve.ok("PUT", "/access/users/aud@pve/token/tk", {"expire": 1000})
    assert pve.call("GET", "/version", token=token).reason == "token 'tk' access expired"
