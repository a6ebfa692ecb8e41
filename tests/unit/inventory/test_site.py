"""Site files: what they give, and how each mistake is told without telling a secret."""

# ruff: noqa: E501 - tables of whole sentences

from collections.abc import Callable
from pathlib import Path

import pytest
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.inventory.file_model import FileModel
from eiginfra.inventory.loader import load_site
from eiginfra.inventory.model import Machine, Mount
from eiginfra.inventory.site_fields import SecretField

Write = Callable[..., Path]


def test_paths_are_relative_to_the_file_and_home_is_expanded(site: Write) -> None:
    path = site()
    loaded = load_site(path)
    proxmox = loaded.file.proxmox
    assert proxmox is not None
    assert loaded.name == "lab"
    assert loaded.file.journal == str(path.parent.parent / ".eiginfra" / "journal.db")
    assert proxmox.token.file == Path.home() / "secret"
    assert proxmox.ca == path.parent / "ca.pem"
    assert str(proxmox.network.address(107)) == "192.168.0.107"
    assert (proxmox.network.ids.first, proxmox.network.ids.last) == (100, 250)
    assert str(loaded.document.locate("proxmox", "network", "ids")).endswith("lab.yml:9:97")


def test_a_journal_may_be_a_url(site: Write) -> None:
    path = site()
    path.write_text(path.read_text() + "journal: postgresql://user@db/eiginfra\n")
    assert load_site(path).file.journal == "postgresql://user@db/eiginfra"


def test_a_home_that_does_not_exist_stays_as_written(site: Write) -> None:
    path = site()
    path.write_text(path.read_text().replace("~/secret", "~nobody-at-all/secret"))
    proxmox = load_site(path).file.proxmox
    assert proxmox is not None
    assert proxmox.token.file == path.parent / "~nobody-at-all" / "secret"


def test_amounts_are_looked_up_and_volumes_count(site: Write) -> None:
    loaded = load_site(site())
    mount = Mount(path="/srv", size=ByteSize.parse("4GiB"))
    machine = Machine(name="web", image="debian-12", size="small", mounts=(mount,))
    assert loaded.amounts(machine) == Usage(machines=1, cores=1, memory=ByteSize.parse("512MiB"), disk=ByteSize.parse("12GiB"))
    assert loaded.image(machine) == "local:vztmpl/debian-12.tar.zst"
    assert loaded.image(machine.model_copy(update={"type": "vm"})) == 9012
    assert loaded.image(machine.model_copy(update={"image": "none"})) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("token: {env: T}", "token: ¦glpat-secret", "token: a secret is never written in the file itself (write where it is kept: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]})"),
        ("token: {env: T}", "token: ¦[glpat-secret]", "token: a secret is never written in the file itself (write where it is kept: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]})"),
        ("token: {env: T}", "token: ¦{value: glpat-secret}", "token: this does not say where a secret is kept (write {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}, never the secret)"),
        ("token: {env: T}", "token: ¦{env: T, file: x}", "token: name exactly one source of the secret (write {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]})"),
        ("{bridge|ids: 100-250", "¦{bridge|ids: 100-254", "network: the range 100-254 holds the gateway (192.168.0.254 is number 254) (end it before, or begin it after 254)"),
        ("{bridge|ids: 100-250", "¦{bridge|ids: 50-90", "network: the range 50-90 must lie within 100-254: Proxmox begins at 100, 192.168.0.0/24 ends there (write a range within 100-254)"),
        ("ids: 100-250", "ids: ¦250-100", "ids: '250-100' is not a range (write first-last, e.g. 100-250)"),
        ("ids: 100-250", "ids: ¦100", "ids: 100 is not a range (write first-last, e.g. 100-250)"),
        ("{bridge|gateway: 192.168.0.254", "¦{bridge|gateway: 10.0.0.1", "network: the gateway 10.0.0.1 is not in 192.168.0.0/24 (write an address of that network)"),
        ("gateway: 192.168.0.254", "gateway: ¦box", "gateway: 'box' is not an IPv4 address (write four numbers from 0 to 255, e.g. 9.9.9.9)"),
        ("192.168.0.0/24", "¦192.168.0.1/24", "subnet: '192.168.0.1/24' is not an IPv4 network (write its first address and its length, e.g. 192.168.0.0/24)"),
        ("dns: [9.9.9.9]", "dns: ¦9.9.9.9", "dns: text stands here, where a list belongs (write [9.9.9.9])"),
        ("nodes: [eig]", "nodes: ¦[]", "nodes: the list is empty (at least 1 entry)"),
        ("url: https|nodes: [eig]", "url: https|¦node: [eig]", "unknown key 'node' in proxmox (did you mean 'nodes'?)"),
        ("eiginfra@pve!ci", "¦eiginfra", "token_id: 'eiginfra' is not the id of an API token (write user@realm!name, e.g. eiginfra@pve!ci)"),
        ("https://127.0.0.1:2", "¦127.0.0.1:2", "url: '127.0.0.1:2' is not a web address (write https://127.0.0.1:2)"),
        ("root_group: eig", "root_group: ¦/eig/", "root_group: '/eig/' is not the path of a group (write eig)"),
        ("vm: 9012", "vm: ¦[9012]", "vm: a list stands here, where a whole number belongs (write digits, without quotes)"),
        ("token: {env: T}", "token: ¦{env: glpat-secret}", "token: env is not the name of an environment variable (write the name, never the secret)"),
        ("token: {env: T}", "token: ¦{command: []}", "token: the command is empty (write [PROGRAM, ARGUMENT, …])"),
        ("https://127.0.0.1:2", "¦https://[", "url: 'https://[' is not a web address (check host and port)"),
        ("https://127.0.0.1:2", "¦https://127.0.0.1:99999", "url: 'https://127.0.0.1:99999' is not a web address (check host and port)"),
        ("https://127.0.0.1:2", "¦https://root:glpat-secret@127.0.0.1:2", "url: a web address with a user name or password (delete everything before the @)"),
        ("sizes:", "gateway: {host: g, user: u, key: {env: K}, host_key: known_hosts, domain: d, ports: ¦10000-99999}\nsizes:", "ports: 10000-99999 are no ports (they go from 1 to 65535)"),
        ('{container: "local:vztmpl/ubuntu.tar.zst"}', "¦{}", "ubuntu-24.04: an image of nothing (write container, vm or both)"),
        ("sizes:", "journal: ¦5\nsizes:", 'journal: the number 5 stands here, where text belongs (put it in quotes: "5")'),
        ("gitlab:", "¦journal: j.db\njournal_url: {env: JOURNAL}\ngitlab:", "`journal` and `journal_url` name two journals (leave out one of them)"),
        ("sizes:", "journal_url: ¦postgresql://eig:glpat-secret@db/eig\nsizes:", "journal_url: a secret is never written in the file itself (write where it is kept: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]})"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_site_file(old: str, new: str, said: str, site: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    text = site().read_text()
    for before, after in zip(old.split("|"), new.split("|"), strict=True):
        text = text.replace(before, after)
    parts = text.split("¦")  # which stands where a finding must point
    beginnings = ["".join(parts[: index + 1]) for index in range(len(parts) - 1)]
    places = [f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}" for before in beginnings]
    path = site("".join(parts))
    monkeypatch.chdir(path.parent)
    with pytest.raises(InputError) as caught:
        load_site(path)
    expected = [f"lab.yml:{place}: error: {line}" for place, line in zip(places, said.split("\n"), strict=True)]
    assert [line(finding) for finding in caught.value.findings] == expected
    assert "glpat" not in str(caught.value)


def test_paths_and_secrets_of_every_section_are_resolved_by_their_types(tmp_path: Path) -> None:
    class Inner(FileModel):
        folders: dict[str, tuple[Path, ...]]

    class Section(FileModel):
        token: SecretField
        inner: Inner
        name: str

    path = tmp_path / "site.yml"
    path.write_text("chat: {token: {file: t}, name: ./x, inner: {folders: {a: [b, ~/c]}}}\n")
    section = load_site(path, {"chat": Section}).section("chat")
    assert section is not None
    assert section.model_dump() == {
        "token": {"env": None, "file": tmp_path / "t", "command": None},
        "inner": {"folders": {"a": (tmp_path / "b", Path.home() / "c")}},
        "name": "./x",
    }


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("disks: local-lvm", "disks: local lvm", "storage"),
        ("disks: local-lvm", "disks: l", "storage"),
        ("bridge: vmbr1", "bridge: vmbr1/2", "bridge"),
        ("bridge: vmbr1", "bridge: abcdefghijklmnop", "bridge"),
        ("nodes: [eig]", "nodes: [eig]\n  realm: 1pve", "realm"),
    ],
)
def test_report_7_names_of_the_site_that_its_server_does_not_give(old: str, new: str, rule: str, site: Callable[..., Path]) -> None:
    path = site()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        load_site(path)
    assert [(found.code, found.params["rule"]) for found in caught.value.findings] == [("server-rule", rule)]
