"""What a firewall takes and refuses (9.2: firewall-guest; PVE::Firewall::verify_rule and API2/Firewall)."""

import pytest

BASE = "/nodes/pve1/lxc/303/firewall"
STALE = "detected modified configuration - file changed by other user? Try again."


@pytest.fixture
def fw(pve):
    pve.container(303, net0="name=eth0,bridge=vmbr0")
    return pve


@pytest.mark.parametrize(
    ("rule", "errors"),
    [
        ({"iface": "eth0"}, {"iface": r"value does not match the regex pattern 'net\d+'"}),
        ({"source": "+nope"}, {"source": "no such ipset 'nope'"}),
        ({"source": "+dc/nope"}, {"source": "no such ipset 'nope'"}),
        ({"dest": "dc/none"}, {"dest": "no such alias 'dc/none'"}),
        ({"dest": "none"}, {"dest": "no such alias 'none'"}),
        ({"macro": "Nope"}, {"macro": "unknown macro 'Nope'"}),
        ({"dport": "22"}, {"proto": "missing property - 'dport' requires this property"}),
        ({"dport": "22", "proto": "gre"}, {"dport": "protocol 'gre' does not support ports"}),
        ({"dport": "90:80", "proto": "tcp"}, {"dport": "invalid format - backwards range '90:80' not allowed, did you mean '80:90'?\n"}),
        ({"dport": "99999", "proto": "tcp"}, {"dport": "invalid format - invalid port '99999'\n"}),
        ({"dport": "22,", "proto": "tcp"}, {"dport": "invalid format - extraneous commas in list\n"}),
        (
            {"dport": ",".join(map(str, range(1, 17))), "proto": "tcp"},
            {"dport": "invalid format - too many entries in port list (> 15 numbers)\n"},
        ),
        ({"proto": "nope"}, {"proto": "invalid format - unknown protocol 'nope'\n"}),
        ({"icmp-type": "echo-request"}, {"proto": "missing property - 'icmp-type' requires this property"}),
        ({"icmp-type": "no-route", "proto": "icmp"}, {"icmp-type": "invalid icmp-type 'no-route' for proto 'icmp'"}),
        (
            {"source": "10.0.0.1,2001:db8::1"},
            {"source": "invalid format - detected mixed ipv4/ipv6 addresses in address list '10.0.0.1,2001:db8::1'\n"},
        ),
        ({"source": "10.0.0.1-10.0.0.9,10.1.0.0/16"}, {"source": "invalid format - you can't use a range in a list\n"}),
        ({"source": "10.0.0.1", "dest": "2001:db8::1"}, {"dest": "detected mixed ipv4/ipv6 addresses in rule"}),
        ({"type": "forward"}, {"type": "invalid rule type 'forward' for rule_env 'ct'"}),
    ],
)  # fmt: skip
def test_what_a_rule_may_not_say(fw, rule, errors):
    answer = fw.call("POST", f"{BASE}/rules", {"type": "in", "action": "ACCEPT"} | rule)
    assert (answer.status, answer.errors) == (400, errors)
    assert fw.ok("GET", f"{BASE}/rules") == []


def test_the_shape_of_rules(fw):
    fw.ok("POST", f"{BASE}/rules", {"type": "in", "action": "ACCEPT", "proto": "icmpv6", "icmp-type": "echo-request", "log": "info"})
    fw.ok("POST", f"{BASE}/rules", {"type": "in", "action": "ACCEPT", "macro": "ssh", "enable": 1, "pos": 7})
    first, second = fw.ok("GET", f"{BASE}/rules")
    assert (first["macro"], first["pos"], first["enable"]) == ("SSH", 0, 1)
    assert (second["ipversion"], second["enable"], second["digest"]) == (6, 0, first["digest"])
    fw.ok("PUT", f"{BASE}/rules/1", {"comment": "-", "delete": "icmp-type,proto", "digest": first["digest"]})
    assert {"proto", "ipversion", "icmp-type"}.isdisjoint(fw.ok("GET", f"{BASE}/rules/1"))
    assert fw.call("PUT", f"{BASE}/rules/1", {"delete": "nope"}).errors == {"delete": "no such property ('nope')"}
    assert fw.call("DELETE", f"{BASE}/rules/0", {"digest": first["digest"]}).reason == STALE


def test_a_rule_whose_set_is_gone_says_so(fw):
    fw.ok("POST", f"{BASE}/ipset", {"name": "friends"})
    fw.ok("POST", f"{BASE}/rules", {"type": "in", "action": "ACCEPT", "source": "+friends"})
    assert "errors" not in fw.ok("GET", f"{BASE}/rules")[0]
    fw.ok("DELETE", f"{BASE}/ipset/friends")
    assert fw.ok("GET", f"{BASE}/rules")[0]["errors"] == {"source": "no such ipset 'friends'"}


def test_sets_of_the_datacenter_serve_guests(fw):
    fw.ok("POST", "/cluster/firewall/ipset", {"name": "office"})
    fw.ok("POST", "/cluster/firewall/aliases", {"name": "Home", "cidr": "2001:db8::/32"})
    fw.ok("POST", f"{BASE}/rules", {"type": "in", "action": "ACCEPT", "source": "+dc/office"})
    fw.ok("POST", f"{BASE}/rules", {"type": "in", "action": "ACCEPT", "source": "dc/home"})
    assert fw.ok("GET", f"{BASE}/rules/0")["ipversion"] == 6
    assert {row["ref"] for row in fw.ok("GET", f"{BASE}/refs")} == {"+office", "home"}


def test_networks_of_a_set_lose_their_host_bits(fw):
    members = f"{BASE}/ipset/trusted"
    fw.ok("POST", f"{BASE}/ipset", {"name": "trusted"})
    for cidr in ("10.0.0.7/24", "192.0.2.1/32", "2001:db8::3/128"):
        fw.ok("POST", members, {"cidr": cidr})
    assert [row["cidr"] for row in fw.ok("GET", members)] == ["10.0.0.0/24", "192.0.2.1", "2001:db8::3"]
    assert fw.call("POST", members, {"cidr": "10.0.0.9/24"}).errors == {"cidr": "address '10.0.0.0/24' already exists"}
    assert fw.call("POST", members, {"cidr": "0.0.0.0/0"}).errors == {"cidr": "a zero prefix is not allowed in ipset entries"}
    wrong = "invalid format - value does not look like a valid IP address or CIDR network\n"
    assert fw.call("POST", members, {"cidr": "10.0.0.300"}).errors == {"cidr": wrong}


def test_deleting_what_is_not_there_is_fine(fw):
    fw.ok("POST", f"{BASE}/ipset", {"name": "trusted"})
    fw.ok("DELETE", f"{BASE}/ipset/trusted/10.9.9.9")
    fw.ok("DELETE", f"{BASE}/aliases/none")
    assert fw.call("DELETE", f"{BASE}/ipset/none/10.9.9.9").reason == "no such IPSet 'none'"


def test_a_member_of_a_set_has_only_what_was_said_last(fw):
    member = f"{BASE}/ipset/trusted/10.0.0.3"
    fw.ok("POST", f"{BASE}/ipset", {"name": "trusted"})
    fw.ok("POST", f"{BASE}/ipset/trusted", {"cidr": "10.0.0.3", "comment": "one", "nomatch": 1})
    digest = fw.ok("GET", member)["digest"]
    fw.ok("PUT", member, {"nomatch": 1, "digest": digest})
    assert fw.ok("GET", member) == {"cidr": "10.0.0.3", "nomatch": 1, "digest": fw.ok("GET", f"{BASE}/ipset/trusted")[0]["digest"]}
    assert fw.call("PUT", member, {"comment": "x", "digest": digest}).reason == STALE
    assert fw.call("DELETE", member, {"digest": digest}).reason == STALE


def test_aliases_are_the_same_in_any_case(fw):
    fw.ok("POST", f"{BASE}/aliases", {"name": "Me", "cidr": "10.0.0.3", "comment": "c"})
    assert fw.call("POST", f"{BASE}/aliases", {"name": "mE", "cidr": "10.0.0.4"}).errors == {"name": "alias 'mE' already exists"}
    fw.ok("PUT", f"{BASE}/aliases/me", {"cidr": "10.0.0.4", "rename": "You"})
    assert fw.ok("GET", f"{BASE}/aliases/YOU") == {"name": "You", "cidr": "10.0.0.4", "ipversion": 4}
    assert fw.call("GET", f"{BASE}/aliases/me").errors == {"name": "no such alias"}


def test_unknown_options_cannot_be_deleted(fw):
    for base in (BASE, "/nodes/pve1/firewall", "/cluster/firewall"):
        assert fw.call("PUT", f"{base}/options", {"delete": "nope"}).errors == {"delete": "no such option 'nope'"}
        fw.ok("PUT", f"{base}/options", {"delete": "enable"})
    assert fw.call("PUT", "/cluster/firewall/options", {"log_ratelimit": "enable=1,rate=x"}).status == 400


def test_a_renamed_group_is_followed_by_the_rules_that_name_it(fw):
    fw.ok("POST", "/cluster/firewall/groups", {"group": "web", "comment": "c"})
    fw.ok("POST", "/cluster/firewall/groups/web", {"type": "in", "action": "ACCEPT"})
    fw.ok("POST", f"{BASE}/rules", {"type": "group", "action": "web"})
    fw.ok("POST", "/cluster/firewall/groups", {"group": "http", "rename": "web"})
    assert fw.ok("GET", f"{BASE}/rules/0")["action"] == "http"
    assert [row["action"] for row in fw.ok("GET", "/cluster/firewall/groups/http")] == ["ACCEPT"]
    assert fw.call("GET", "/cluster/firewall/groups/web").reason == "no such security group 'web'"
    assert fw.call("DELETE", "/cluster/firewall/groups/http").reason == "Security group 'http' is not empty"
    refused = fw.call("POST", "/cluster/firewall/groups/http", {"type": "group", "action": "http"})
    assert refused.errors == {"type": "invalid rule type 'group' for rule_env 'group'"}


def test_a_clone_takes_the_firewall_along(fw):
    fw.ok("PUT", f"{BASE}/options", {"enable": 1})
    assert fw.task("POST", "/nodes/pve1/lxc/303/clone", {"newid": 304, "full": 1}) == "OK"
    assert fw.ok("GET", "/nodes/pve1/lxc/304/firewall/options")["enable"] == 1
    fw.ok("PUT", "/nodes/pve1/lxc/304/firewall/options", {"enable": 0})
    assert fw.ok("GET", f"{BASE}/options")["enable"] == 1


def test_the_log_needs_the_console(fw):
    token = fw.token("fw", _vms="PVEAuditor")
    assert fw.call("GET", f"{BASE}/log", token=token).reason == "Permission check failed (/vms/303, VM.Console)"
    assert fw.ok("GET", f"{BASE}/log") == [{"n": 1, "t": "no content"}]
