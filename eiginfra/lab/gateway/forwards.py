"""The verbs `forward` and `forward-remove`, and the table as nft lists it."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, summarize_address_range

from eiginfra.lab.gateway.call import EndedError, ProgramCall
from eiginfra.lab.gateway.data import RefusedByProgramError
from eiginfra.lab.gateway.render import ForwardLine, forwards_text, read_forwards, table_text
from eiginfra.lab.gateway.state import FORWARDS


def write_forward(call: ProgramCall) -> None:
    """Saves it, and loads the whole table."""
    call.need("nft", "ss")
    call.need_setup(FORWARDS)
    given = call.given
    if given["closed"] == "no" and f"{given['protocol']} {given['public']}" in call.state.listening:
        raise RefusedByProgramError("public", "this server itself listens there")
    asked = ForwardLine(
        int(given["public"]),
        given["protocol"],
        given["address"],
        int(given["port"]),
        given["closed"] == "yes",
        given["owner"],
        given.all("source"),
    )
    _load(call, asked.note, [*(line for line in _saved(call) if line.note != asked.note), asked])


def remove_forward(call: ProgramCall) -> None:
    """Loads the table without it."""
    call.need("nft")
    note = f"forward:{call.given['public']}:{call.given['protocol']}"
    saved = _saved(call)
    rest = [line for line in saved if line.note != note]
    if len(rest) < len(saved) or note in call.state.pending:
        _load(call, note, rest)


def loaded_text(lines: Iterable[ForwardLine], subnet: str) -> str:
    """The table as `nft list table` prints it."""
    return table_text(lines, subnet, _listed)


def _saved(call: ProgramCall) -> list[ForwardLine]:
    return read_forwards(call.text(FORWARDS))


def _load(call: ProgramCall, note: str, lines: list[ForwardLine]) -> None:
    lines.sort(key=lambda line: (line.public, line.protocol))
    subnet = str(call.limits.subnet)
    call.begin(note)
    try:
        call.write(FORWARDS, forwards_text(lines, subnet))
    except EndedError as error:
        raise call.give_up(error) from None
    call.state.loaded = loaded_text(lines, subnet)
    call.finish()


def _listed(sources: Iterable[str]) -> str:
    """Sources as `nft list` prints them: what touches or overlaps is joined; a single one has no braces."""
    networks = [IPv4Network(source) for source in sources]
    if len(networks) == 1:
        return _short(networks[0])
    ranges: list[tuple[int, int]] = []
    for network in sorted(networks):
        first, last = int(network.network_address), int(network.broadcast_address)
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1] = ranges[-1][0], max(last, ranges[-1][1])
        else:
            ranges.append((first, last))
    return f"{{ {', '.join(_interval(IPv4Address(first), IPv4Address(last)) for first, last in ranges)} }}"


def _interval(first: IPv4Address, last: IPv4Address) -> str:
    whole = list(summarize_address_range(first, last))
    return _short(whole[0]) if len(whole) == 1 else f"{first}-{last}"


def _short(network: IPv4Network) -> str:
    return str(network).removesuffix("/32")
