"""The schema dialect: declarations, property strings, and that printing and parsing are inverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.lab.proxmox.errors import ProxmoxHttpError
from eiginfra.lab.proxmox.options import LXC, QEMU
from eiginfra.lab.proxmox.schema import STRINGS, declare, parse_string, print_string
from eiginfra.lab.proxmox.storage import format_size, parse_size


def test_a_declaration_reads_as_written():
    schema = declare("name!: str fmt=dns-name len=2..63\nnet[3]: int 1..9\nmode: enum:a|b\nsize: str re=\\d+[MG]?")
    assert list(schema.params) == ["name", "net0", "net1", "net2", "mode", "size"]
    assert schema.required == ("name",)
    assert schema.verify({"name": "ab", "net1": "9", "mode": "b", "size": "5G"}) == {"name": "ab", "net1": 9, "mode": "b", "size": "5G"}
    with pytest.raises(ProxmoxHttpError) as caught:
        schema.verify({"net2": "10", "mode": "c", "size": "x", "other": ""})
    assert sorted(caught.value.errors) == ["mode", "name", "net2", "other", "size"]


def test_what_is_no_declaration_is_refused():
    with pytest.raises(ValueError, match="not a declaration"):
        declare("no colon here")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("qemu-net", "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1,tag=7"),
        ("lxc-net", "name=eth0,bridge=vmbr0,firewall=1,gw=10.0.0.1,hwaddr=BC:24:11:D5:22:9A,ip=10.0.0.7/24,type=veth"),
        ("lxc-mp", "local:201/vm-201-disk-1.raw,mp=/data,backup=1,size=1G"),
        ("qemu-drive", "local-lvm:vm-1-disk-0,discard=on,size=3G"),
        ("qemu-agent", "1,fstrim_cloned_disks=1"),
    ],
)
def test_printing_is_the_inverse_of_parsing_on_what_the_server_writes(name, text):
    assert print_string(STRINGS[name], parse_string(STRINGS[name], text)) == text


MACS = st.from_regex(r"BC:24:11:[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}", fullmatch=True)


@given(
    st.fixed_dictionaries(
        {"model": st.just("virtio"), "macaddr": MACS},
        optional={"tag": st.integers(1, 4094), "firewall": st.integers(0, 1), "bridge": st.just("vmbr1")},
    )
)
def test_parsing_is_the_inverse_of_printing(net):
    assert parse_string(STRINGS["qemu-net"], print_string(STRINGS["qemu-net"], net)) == net


@given(st.integers(1, 2**20))
def test_sizes_survive_their_text(mebibytes):
    size = mebibytes * 1024**2
    assert parse_size(format_size(size)) == size


@given(st.sampled_from(sorted({*LXC.params, *QEMU.params})), st.text(max_size=30))
def test_no_text_breaks_the_checks(option, text):
    for schema in (LXC, QEMU):
        values, errors = schema.problems({option: text})
        assert option in errors or option in values
