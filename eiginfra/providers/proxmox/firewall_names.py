"""Names that the firewall of Proxmox VE knows. Source: pve-firewall, PVE::Firewall, and Debian's netbase."""

from typing import Final

MACROS: Final = frozenset({
    "amanda", "auth", "bgp", "bittorrent", "bittorrent32", "ceph", "citrix", "cvs", "daap", "dcc", "dhcpfwd", "distcc", "dns",
    "finger", "ftp", "git", "gnunet", "gre", "hkp", "http", "https", "icpv2", "icq", "imap", "imaps", "ipip", "ipsec", "ipsecah",
    "ipsecnat", "irc", "jetdirect", "l2tp", "ldap", "ldaps", "mail", "mdns", "msnp", "mssql", "munin", "mysql", "nntp", "nntps", "ntp",
    "openvpn", "ospf", "pca", "ping", "pmg", "pop3", "pop3s", "postgresql", "pptp", "printer", "razor", "rdate", "rdp", "rip", "rndc",
    "rsync", "sane", "sixxs", "smb", "smbswat", "smtp", "smtps", "snmp", "spamd", "spiceproxy", "squid", "ssh", "submission", "svn",
    "syslog", "telnet", "telnets", "tftp", "time", "trcrt", "vnc", "vncl", "web", "webcache", "webmin", "whois",
})  # fmt: skip
"""In lower case; the server ignores the case."""
PROTOCOLS: Final = frozenset({
    "ah", "ax.25", "dccp", "ddp", "egp", "eigrp", "encap", "esp", "etherip", "fc", "ggp", "gre", "hip", "hmp", "hopopt", "icmp",
    "icmpv6", "idpr-cmtp", "idrp", "igmp", "igp", "ip", "ipcomp", "ipencap", "ipip", "ipv6", "ipv6-frag", "ipv6-icmp", "ipv6-nonxt",
    "ipv6-opts", "ipv6-route", "isis", "iso-tp4", "l2tp", "manet", "mobility-header", "mpls-in-ip", "ospf", "pim", "pup", "rdp",
    "rohc", "rspf", "rsvp", "sctp", "shim6", "skip", "st", "tcp", "udp", "udplite", "vmtp", "vrrp", "wesp", "xns-idp", "xtp",
})  # fmt: skip
"""Besides numbers."""
ICMP_TYPES: Final = frozenset({
    "address-mask-reply", "address-mask-request", "any", "communication-prohibited", "destination-unreachable", "echo-reply",
    "echo-request", "fragmentation-needed", "host-precedence-violation", "host-prohibited", "host-redirect", "host-unknown",
    "host-unreachable", "ip-header-bad", "network-prohibited", "network-redirect", "network-unknown", "network-unreachable",
    "parameter-problem", "port-unreachable", "precedence-cutoff", "protocol-unreachable", "redirect", "required-option-missing",
    "router-advertisement", "router-solicitation", "source-quench", "source-route-failed", "time-exceeded", "timestamp-reply",
    "timestamp-request", "ttl-zero-during-reassembly", "ttl-zero-during-transit",
})  # fmt: skip
"""Of the protocol icmp."""
ICMPV6_TYPES: Final = frozenset({
    "address-unreachable", "bad-header", "beyond-scope", "communication-prohibited", "destination-unreachable", "echo-reply",
    "echo-request", "failed-policy", "neighbor-advertisement", "neighbor-solicitation", "neighbour-advertisement",
    "neighbour-solicitation", "no-route", "packet-too-big", "parameter-problem", "port-unreachable", "redirect", "reject-route",
    "router-advertisement", "router-solicitation", "time-exceeded", "ttl-zero-during-reassembly", "ttl-zero-during-transit",
    "unknown-header-type", "unknown-option",
})  # fmt: skip
"""Of the protocol icmpv6."""
