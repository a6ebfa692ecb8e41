"""What refusals mean; statuses and phrases are those of a Proxmox VE 9.1 and 9.2."""

import pytest

from eiginfra.core.errors import (
    AlreadyExistsError,
    HeldError,
    LostAnswerError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    StaleError,
    TransientError,
)
from eiginfra.providers.proxmox.errors import BusyError, ErrorBody, NodeSilentError, meaning, refusal

REFUSALS: list[tuple[int, str, type[ProviderError]]] = [
    (401, "No ticket", PermissionDeniedError),
    (401, "invalid token value!", PermissionDeniedError),
    (401, "no such token 'nope' for user 'eiginfra@pve'", PermissionDeniedError),
    (403, "Permission check failed (/vms/120, VM.Clone)", PermissionDeniedError),
    (403, "Permission check failed", PermissionDeniedError),
    (403, "Permission check failed (pool 'nopool' does not exist)", NotFoundError),
    (400, "no such task", NotFoundError),
    (500, "Configuration file 'nodes/pve1/qemu-server/110.conf' does not exist", NotFoundError),
    (500, "unable to find configuration file for VM 999 on node 'pve1'", NotFoundError),
    (500, "pool 'nope' does not exist", NotFoundError),
    (500, "unable to create VM 100 - VM 100 already exists on node 'pve1'", AlreadyExistsError),
    (500, "CT 201 already exists on node 'pve1'", AlreadyExistsError),
    (500, "unable to create VM 100: config file already exists", AlreadyExistsError),
    (500, "create pool failed: pool 'x' already exists", AlreadyExistsError),
    (500, "close (rename) atomic file '/etc/pve/nodes/pve1/qemu-server/201.conf' failed: File exists", AlreadyExistsError),
    (500, "checksum mismatch (file change by other user?)", StaleError),
    (500, "detected modified configuration - file changed by other user? Try again.", StaleError),
    (500, "can't lock file '/var/lock/qemu-server/lock-104.conf' - got timeout", BusyError),
    (500, "VM is locked (backup)", HeldError),
    (500, "CT is locked (create)", HeldError),
    (500, "error with cfs lock 'storage-nfs': got lock request timeout", BusyError),
    (500, "cluster not ready - no quorum?", TransientError),
    (500, "unable to shrink disk size", PermanentError),
    (500, "CT 201 already running", PermanentError),
    (501, "Method 'GET /nope' not implemented", PermanentError),
    (595, "Connection refused", NodeSilentError),
    (596, "Broken pipe", NodeSilentError),
    (597, "Connection reset by peer", NodeSilentError),
    (599, "Too many redirections", NodeSilentError),
    (500, "storage 'local-lvm' is not available on node 'pve2'", NotFoundError),
    (500, "storage 'local' is not online", PermanentError),
    (500, "403 Permission check failed (/storage/local, Datastore.Allocate)", PermissionDeniedError),
    (500, "update pools failed: 403 Permission check failed (/vms/100, Permissions.Modify|VM.Allocate)", PermissionDeniedError),
    (500, "create failed: 403 Permission check failed (pool 'nopool' does not exist)", NotFoundError),
    (500, "400 Parameter verification failed.", PermanentError),
    (500, "ACL update failed: 400 Parameter verification failed.", PermanentError),
    (500, "401 No ticket", PermissionDeniedError),
    (500, "501 Method not implemented", PermanentError),
    (500, "596 Connection timed out", NodeSilentError),
    (500, "unable to remove CT 403 - protection mode enabled", PermanentError),
    (500, "no such vzdump job", NotFoundError),
    (403, "Permission check failed (changing feature flags (except nesting) is only allowed for root@pam)", PermissionDeniedError),
]


@pytest.mark.parametrize(("status", "reason", "kind"), REFUSALS)
def test_a_refusal_has_its_type_and_keeps_the_servers_words(status: int, reason: str, kind: type[ProviderError]) -> None:
    problem = refusal(status, reason, None, "GET", "proxmox: read guest 110")
    assert type(problem) is kind
    assert reason in str(problem)
    assert str(problem).startswith("proxmox: read guest 110: ")


def test_a_400_says_which_parameter_is_wrong_and_why() -> None:
    errors = {
        "vmid": "invalid format - value does not look like a valid VM ID\n",
        "net0": "invalid format - format error\nnet0.tag: too big\n",
    }
    problem = refusal(400, "Parameter verification failed.", errors, "POST", "create container 5")
    assert type(problem) is PermanentError
    assert str(problem) == (
        "create container 5: net0: invalid format - format error net0.tag: too big; "
        "vmid: invalid format - value does not look like a valid VM ID"
    )


# What the server says below the first line: (status, message, errors), what is shown, and whether the token may not do it.
DETAILS: list[tuple[int, str, dict[str, str] | None, str, type[ProviderError]]] = [
    (
        500,
        "ACL update failed: 400 Parameter verification failed.\nrole: Cannot remove role 'PVEAdmin' - requires 'Permissions.Modify'.\n",
        None,
        "ACL update failed: 400 Parameter verification failed.; role: Cannot remove role 'PVEAdmin' - requires 'Permissions.Modify'.",
        PermissionDeniedError,
    ),
    (
        500,
        "400 Parameter verification failed.\ndelete: unknown option 'nope'\n",
        None,
        "400 Parameter verification failed.; delete: unknown option 'nope'",
        PermanentError,
    ),
    (400, "format error\n", {"mp": "missing\n", "volume": "too\nlong"}, "format error; mp: missing; volume: too long", PermanentError),
    (400, "Parameter verification failed.\n", {"id": "invalid format"}, "id: invalid format", PermanentError),
    (500, "Parameter verification failed.\n", {"id": "invalid format"}, "id: invalid format", PermanentError),
]  # fmt: skip


@pytest.mark.parametrize(("status", "said", "errors", "shown", "kind"), DETAILS)
def test_p6_all_that_the_server_says_is_shown(
    status: int, said: str, errors: dict[str, str] | None, shown: str, kind: type[ProviderError]
) -> None:
    problem = refusal(status, said.splitlines()[0], errors, "PUT", "x", message=said)
    assert str(problem).startswith(f"x: {shown}")
    assert type(problem) is kind


@pytest.mark.parametrize("text", ["", "<html>", "[1]", '{"data": null}', '{"message": 5, "errors": "x"}'])
def test_p6_a_body_that_says_nothing_is_no_error_of_its_own(text: str) -> None:
    assert ErrorBody.of(text) == ErrorBody()


@pytest.mark.parametrize("inner", [403, 400])
def test_p6_a_status_within_a_500_decides_as_one_of_its_own(inner: int) -> None:
    phrase = {403: "Permission check failed (/storage/local, Datastore.Allocate)", 400: "Parameter verification failed."}[inner]
    wrapped, bare = (refusal(status, text, None, "PUT", "x") for status, text in ((500, f"{inner} {phrase}"), (inner, phrase)))
    assert type(wrapped) is type(bare)
    assert wrapped.exit_code == {403: 77, 400: 1}[inner]


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ("403 Permission check failed (/storage/local, Datastore.AllocateSpace)", PermissionDeniedError),
        ("clone failed: can't lock file '/var/lock/x' - got timeout", BusyError),
        ("shrinking disks is not supported", PermanentError),
    ],
)
def test_p6_so_does_one_in_the_result_of_a_task(result: str, kind: type[ProviderError]) -> None:
    assert meaning(result) is kind


def test_p6_what_only_root_may_do_is_not_blamed_on_the_token() -> None:
    told = str(refusal(403, "Permission check failed (configuring device passthrough is only allowed for root@pam)", None, "PUT", "x"))
    assert told.endswith("as root")


@pytest.mark.parametrize(("method", "kind"), [("GET", TransientError), ("POST", LostAnswerError)])
def test_a_broken_proxy_may_have_passed_the_request_on(method: str, kind: type[ProviderError]) -> None:
    assert isinstance(refusal(596, "Broken pipe", None, method, "x"), kind)
    assert type(refusal(503, "Service Unavailable", None, method, "x")) is kind


def test_where_no_connection_to_the_node_came_about_nothing_was_done() -> None:
    assert type(refusal(595, "Connection refused", None, "POST", "x")) is NodeSilentError
