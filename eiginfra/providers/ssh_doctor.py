"""What `eiginfra doctor` says of a way in over SSH: whether the server is there, shows the right host key, and lets the user in."""

from eiginfra.core.errors import PermissionDeniedError, ProviderError
from eiginfra.core.finding import Finding, error, notice
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_host_keys import HostKeyError


def examine_entry(connection: SshConnection) -> Finding:
    """A notice with the host key for a server that lets the user in, else the error that keeps everybody out."""
    server = f"ssh://{connection.target}"
    try:
        shown = connection.host_key
    except HostKeyError as problem:
        code = "ssh-host-key-revoked" if problem.revoked else "ssh-host-key-differs"
        return error(code, seen=problem.seen, pinned=list(problem.pinned), service=connection.target.service, address=server)
    except PermissionDeniedError as problem:
        return error("ssh-not-let-in", text=str(problem), address=server)
    except ProviderError as problem:
        return error("ssh-not-reached", text=str(problem), address=server)
    return notice("ssh-entered", type=shown.type, fingerprint=shown.fingerprint, address=server)
