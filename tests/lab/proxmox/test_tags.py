"""Who may set which tag (9.2: notes-and-tags; PVE::GuestHelpers)."""

import pytest

CONFIG = "/nodes/pve1/{kind}/330/config"
DENIED = "Permission check failed (/, Sys.Modify for modifying tag '{}')"


@pytest.fixture(params=["qemu", "lxc"])
def guest(request, pve):
    """A guest, the path of its configuration, and a token that may change its options."""
    pve.vm(330) if request.param == "qemu" else pve.container(330)
    return pve, CONFIG.format(kind=request.param), pve.token("nt", _vms="PVEVMAdmin")


def test_registered_tags_are_for_administrators(guest):
    pve, config, token = guest
    pve.ok("PUT", "/cluster/options", {"registered-tags": "secret"})
    assert pve.call("PUT", config, {"tags": "secret;plain"}, token=token).reason == DENIED.format("secret")
    pve.ok("PUT", config, {"tags": "secret;plain"})
    assert pve.call("PUT", config, {"tags": "plain"}, token=token).reason == DENIED.format("secret")
    assert pve.call("PUT", config, {"delete": "tags"}, token=token).reason == DENIED.format("secret")
    pve.ok("PUT", config, {"tags": "secret;other"}, token=token)
    assert pve.ok("GET", "/cluster/options")["registered-tags"] == ["secret"]


def test_what_users_may_choose_from(guest):
    pve, config, token = guest
    pve.ok("PUT", config, {"tags": "known"})
    pve.ok("PUT", "/cluster/options", {"user-tag-access": "user-allow=existing"})
    pve.ok("PUT", config, {"tags": "known"}, token=token)
    assert pve.call("PUT", config, {"tags": "known;new"}, token=token).reason == DENIED.format("new")
    pve.ok("PUT", "/cluster/options", {"user-tag-access": "user-allow=list,user-allow-list=one;two"})
    pve.ok("PUT", config, {"tags": "known;one"}, token=token)
    assert pve.ok("GET", "/cluster/options", token=token)["allowed-tags"] == ["one", "two"]
    assert pve.call("PUT", config, {"tags": "one"}, token=token).reason == DENIED.format("known")
    pve.ok("PUT", "/cluster/options", {"user-tag-access": "user-allow=none"})
    assert pve.call("PUT", config, {"tags": "one"}, token=token).reason == DENIED.format("known")
    assert pve.ok("GET", "/cluster/options", token=token)["allowed-tags"] == []


def test_the_tag_style_says_how_tags_are_kept(guest):
    pve, config, _ = guest
    pve.ok("PUT", "/cluster/options", {"tag-style": "ordering=config,case-sensitive=1"})
    pve.ok("PUT", config, {"tags": "Zeta;alpha;Zeta"})
    assert pve.ok("GET", config)["tags"] == "Zeta;alpha"


def test_tags_of_a_new_vm_need_the_right_on_the_vm_itself(start):
    for release, said in (("9.1", "OK"), ("9.2", "unable to create VM 331 - 403 Permission check failed (/vms/331, VM.Config.Options)")):
        pve = start(release=release)
        pve.ok("POST", "/pools", {"poolid": "ci"})
        token = pve.token("nt", _pool_ci="PVEVMAdmin")
        assert pve.wait(pve.ok("POST", "/nodes/pve1/qemu", {"vmid": 331, "memory": 64, "pool": "ci", "tags": "x"}, token=token)) == said
