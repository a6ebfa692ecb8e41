"""The verbs `subdomain` and `subdomain-remove`."""

from eiginfra.lab.gateway.call import EndedError, ProgramCall
from eiginfra.lab.gateway.data import RefusedByProgramError
from eiginfra.lab.gateway.nginx import MAIN, RefusedByNginxError, load
from eiginfra.lab.gateway.render import SubdomainBlock
from eiginfra.lab.gateway.state import SHARED, SITES

_OWN = "# eiginfra "


def file_of(host: str) -> str:
    """A sub-domain's file."""
    return f"{SITES}/eiginfra-{host}.conf"


def has_certificate(call: ProgramCall, host: str) -> bool:
    """Whether certificate and key of a sub-domain can be read."""
    return bool(call.limits.certificate) and call.limits.folder(host) in call.state.certificates


def nginx_error(call: ProgramCall, error: RefusedByNginxError) -> str:
    """What `nginx -t` says on standard error, as Debian builds it."""
    return f"{call.lab.clock.now():%Y/%m/%d %H:%M:%S} [emerg] 4711#4711: {error}\nnginx: configuration file {MAIN} test failed"


def write_subdomain(call: ProgramCall) -> None:
    """Writes the server block; puts the file back where nginx refuses it."""
    call.need("nginx")
    call.need_setup(SHARED)
    host, given = call.given["name"], call.given
    block = SubdomainBlock(
        host,
        given["owner"],
        given["address"],
        int(given["port"]),
        given["websocket"] == "yes",
        int(given["max-body"]),
        int(given["timeout"]),
        given.all("source"),
    )
    old, new = _own(call, host), block.text(call.limits, certificate=has_certificate(call, host))
    if new == old and f"subdomain:{host}" not in call.state.pending:
        return
    if elsewhere := _elsewhere(call, host):
        raise RefusedByProgramError("name", f"{elsewhere} has a server of that name")
    _replace(call, host, old, new)


def remove_subdomain(call: ProgramCall) -> None:
    """Takes the file away."""
    call.need("nginx")
    host = call.given["name"]
    old = _own(call, host)
    if file_of(host) in call.state.files or f"subdomain:{host}" in call.state.pending:
        _replace(call, host, old, "")


def _own(call: ProgramCall, host: str) -> str:
    """The file as it is; refuses one that is not eiginfra's."""
    text = call.text(file_of(host))
    if text and not text.startswith(_OWN):
        raise RefusedByProgramError("name", f"{file_of(host)} is not eiginfra's")
    return text


def _elsewhere(call: ProgramCall, host: str) -> str:
    """The other file that has a server of that name; where nginx refuses its configuration, none is known."""
    try:
        servers = load(call.state.files).servers()
    except RefusedByNginxError:
        return ""
    named = (each for server in servers if server.file != file_of(host) for each in server.all("server_name"))
    return next((each.file for each in named if {host, f".{host}"} & {name.lower() for name in each.arguments}), "")


def _replace(call: ProgramCall, host: str, old: str, new: str) -> None:
    path, note = file_of(host), f"subdomain:{host}"
    call.begin(note, old)
    try:
        if new:
            call.write(path, new)
        else:
            call.drop(path)
        load(call.state.files)
    except (EndedError, RefusedByNginxError) as error:
        before = call.state.pending.pop(note)
        if before:
            call.state.files[path] = before
        else:
            call.drop(path)
        raise error if isinstance(error, EndedError) else EndedError(74, nginx_error(call, error)) from None
    call.finish()
