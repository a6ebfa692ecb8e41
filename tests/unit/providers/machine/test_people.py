"""Whose keys are in a machine."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.machine_program import OWN, OWN_LINE, public_key

from eiginfra.core.address import Address
from eiginfra.core.errors import TransientError
from eiginfra.core.resource import Record, Resource, Scope
from eiginfra.providers.machine.answer import parse
from eiginfra.providers.machine.authorized_keys import fingerprint, key_of
from eiginfra.providers.machine.people import keys_seen, owners
from eiginfra.providers.machine.spec import MachineAccessSpec

ADA, ALAN, GRACE, OTHER = (public_key(number) for number in range(1, 5))
KIND = "machine.access"
WEB = "proxmox.container[eig3/adler/web]"


def answer(**texts: str) -> bytes:
    """What the program says where each login has this text."""
    states = "".join(f"{login} present\n" for login in texts).rstrip("\n")
    parts = [f"section logins {len(states)}\n{states}\n"]
    parts += [f"section keys {login} {len(text.encode())}\n{text}\n" for login, text in texts.items()]
    return ("eiginfra-machine 1\n" + "".join(parts) + "end\n").encode()


def seen(
    texts: dict[str, str], wanted: dict[str, list[str]], known: dict[str, str], *, authoritative: bool = False
) -> dict[str, list[str]]:
    full = {person: [f"ssh-ed25519 {blob}" for blob in blobs] for person, blobs in wanted.items()}
    found = keys_seen(parse(answer(**texts)), full, known, OWN, authoritative=authoritative)
    entries = {str(entry["person"]): [str(key).split()[1] for key in entry["keys"]] for entry in found.entries}  # type: ignore[union-attr]
    return entries | ({"?": [one.line.blob for one in found.unknown]} if found.unknown else {})


def test_a_wanted_key_has_to_be_plain_and_in_every_login() -> None:
    line = f"{OWN_LINE}\nssh-ed25519 {ADA}\n"
    assert seen({"root": line, "debian": line}, {"ada": [ADA]}, {}) == {"ada": [ADA]}
    assert seen({"root": line, "debian": OWN_LINE}, {"ada": [ADA]}, {}) == {}
    assert seen({"root": f'command="id" ssh-ed25519 {ADA}\nssh-ed25519 {ADA}\n'}, {"ada": [ADA]}, {}) == {}


def test_any_other_key_is_there_if_any_login_has_it() -> None:
    texts = {"root": f"no-pty ssh-ed25519 {ALAN} x\n", "debian": f"ssh-ed25519 {OTHER}\n"}
    assert seen(texts, {"ada": [ADA]}, {ALAN: "alan"}) == {"alan": [ALAN], "?": [OTHER]}
    assert seen(texts, {}, {}, authoritative=True) == {fingerprint(ALAN): [ALAN], fingerprint(OTHER): [OTHER]}


def test_a_former_key_of_somebody_wanted_is_part_of_their_entry() -> None:
    assert seen({"root": f"ssh-ed25519 {ADA}\nssh-ed25519 {GRACE}\n"}, {"ada": [ADA]}, {GRACE: "ada"}) == {"ada": [ADA, GRACE]}


def test_the_own_key_is_nobodys() -> None:
    assert seen({"root": OWN_LINE}, {}, {OWN: "somebody"}, authoritative=True) == {}


def test_owners_are_known_by_journal_and_inventory_the_latter_last() -> None:
    def record(person: str, blob: str) -> Record:
        values = {"keys": [{"person": person, "keys": [f"ssh-ed25519 {blob}"]}]}
        return Record(Address(KIND, "eig2/x/y"), values, {}, None, created=False, run=1, at=datetime.now(UTC), by="x")  # type: ignore[arg-type]

    spec = MachineAccessSpec(machine=WEB, keys=[{"person": "grace", "key": f"ssh-ed25519 {GRACE}"}])
    wanted = Resource(Address(KIND, "eig3/adler/web"), spec)
    scope = Scope("eig3", (), [wanted], everything={wanted.address: wanted}, history=[record("old", GRACE), record("ada", ADA)])
    assert owners(KIND, scope) == {GRACE: "grace", ADA: "ada"}


@pytest.mark.parametrize("text", [answer(root=OWN_LINE), answer(root="")])
@given(st.data())
def test_an_answer_that_was_cut_is_never_half_believed(text: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(TransientError):
        parse(text[:end])


def test_what_a_login_prints_before_is_no_part_of_the_answer() -> None:
    assert parse(b"Welcome!\n" + answer(root="")).states == {"root": "present"}
    with pytest.raises(TransientError):
        parse(b"Welcome!\n")


@given(st.binary(max_size=200))
def test_any_line_can_be_read(line: bytes) -> None:
    found = key_of(line.replace(b"\n", b""))
    assert found is None or found.blob.startswith("AAAA")
