"""What refusals mean; statuses and phrases are those of a Proxmox VE 9.1."""

import pytest

from eiginfra.core.errors import (
    AlreadyExistsError,
    LostAnswerError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    StaleError,
    TransientError,
)
from eiginfra.providers.proxmox.errors import BusyError, NodeSilentError, refusal

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
    (500, "VM is locked (backup)", BusyError),
    (500, "CT is locked (create)", BusyError),
    (500, "unable to shrink disk size", PermanentError),
    (500, "CT 201 already running", PermanentError),
    (501, "Method 'GET /nope' not implemented", PermanentError),
    (595, "Connection refused", NodeSilentError),
    (596, "Broken pipe", NodeSilentError),
    (597, "Connection reset by peer", NodeSilentError),
    (599, "Too many redirections", NodeSilentError),
    (500, "storage 'local-lvm' is not available on node 'pve2'", NotFoundError),
    (500, "storage 'local' is not online", PermanentError),
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


@pytest.mark.parametrize(("method", "kind"), [("GET", TransientError), ("POST", LostAnswerError)])
def test_a_broken_proxy_may_have_passed_the_request_on(method: str, kind: type[ProviderError]) -> None:
    assert isinstance(refusal(596, "Broken pipe", None, method, "x"), kind)
    assert type(refusal(503, "Service Unavailable", None, method, "x")) is kind


def test_where_no_connection_to_the_node_came_about_nothing_was_done() -> None:
    assert type(refusal(595, "Connection refused", None, "POST", "x")) is NodeSilentError
