"""Names that a firewall's rules may use: protocols, services, types of ICMP (/etc/protocols, /etc/services, and iptables)."""

PROTOCOLS = {
    "ip": "0", "icmp": "1", "igmp": "2", "ggp": "3", "ipencap": "4", "st": "5", "tcp": "6", "egp": "8", "igp": "9", "pup": "12",
    "udp": "17", "hmp": "20", "xns-idp": "22", "rdp": "27", "iso-tp4": "29", "dccp": "33", "xtp": "36", "ddp": "37", "idpr-cmtp": "38",
    "ipv6": "41", "ipv6-route": "43", "ipv6-frag": "44", "idrp": "45", "rsvp": "46", "gre": "47", "esp": "50", "ah": "51", "skip": "57",
    "ipv6-icmp": "58", "ipv6-nonxt": "59", "ipv6-opts": "60", "rspf": "73", "vmtp": "81", "eigrp": "88", "ospf": "89", "ax.25": "93",
    "ipip": "94", "etherip": "97", "encap": "98", "pim": "103", "ipcomp": "108", "vrrp": "112", "l2tp": "115", "isis": "124",
    "sctp": "132", "fc": "133", "mobility-header": "135", "udplite": "136", "mpls-in-ip": "137", "hip": "139", "shim6": "140",
    "wesp": "141", "rohc": "142", "ethernet": "143", "icmpv6": "58",
}  # fmt: skip
WITH_PORTS = {"udp", "17", "udplite", "136", "tcp", "6", "dccp", "33", "sctp", "132"}
ICMP, ICMPV6 = {"icmp"}, {"icmpv6", "ipv6-icmp"}

_V4 = """
any echo-reply destination-unreachable network-unreachable host-unreachable protocol-unreachable port-unreachable fragmentation-needed
source-route-failed network-unknown host-unknown network-prohibited host-prohibited TOS-network-unreachable TOS-host-unreachable
communication-prohibited host-precedence-violation precedence-cutoff source-quench redirect network-redirect host-redirect
TOS-network-redirect TOS-host-redirect echo-request router-advertisement router-solicitation time-exceeded ttl-zero-during-transit
ttl-zero-during-reassembly parameter-problem ip-header-bad required-option-missing timestamp-request timestamp-reply
address-mask-request address-mask-reply
"""
_V6 = """
destination-unreachable no-route communication-prohibited beyond-scope address-unreachable port-unreachable failed-policy reject-route
packet-too-big time-exceeded ttl-zero-during-transit ttl-zero-during-reassembly parameter-problem bad-header unknown-header-type
unknown-option echo-request echo-reply router-solicitation router-advertisement neighbor-solicitation neighbour-solicitation
neighbor-advertisement neighbour-advertisement redirect
"""
ICMP_NAMES: dict[str, set[int]] = {
    name: {version for version, names in ((4, _V4.split()), (6, _V6.split())) if name in names} for name in (*_V4.split(), *_V6.split())
}
_SERVICES = """
tcpmux echo discard systat daytime netstat qotd chargen ftp-data ftp fsp ssh telnet smtp time whois tacacs domain bootps bootpc tftp
gopher finger http kerberos iso-tsap acr-nema pop3 sunrpc auth nntp ntp epmap netbios-ns netbios-dgm netbios-ssn imap2 snmp snmp-trap
cmip-man cmip-agent mailq xdmcp bgp smux qmtp z3950 ipx ptp-event ptp-general pawserv zserv rpc2portmap codaauth2 clearcase ulistserv
ldap svrloc https snpp microsoft-ds kpasswd submissions saft isakmp rtsp nqs asf-rmcp qmqp ipp exec biff login who shell syslog printer
talk ntalk gdomap uucp klogin kshell dhcpv6-client dhcpv6-server afpovertcp nntps submission ldaps tinc silc kerberos-adm domain-s
webster ftps-data ftps telnets imaps pop3s socks proofd rootd openvpn rmiregistry lotusnote ms-sql-s ms-sql-m ingreslock datametrics
sa-msg-port kermit groupwise l2f radius radius-acct cisco-sccp nfs gnunet rtcm-sc104 gsigatekeeper gris cvspserver venus mysql rdp
icpv2 gsiftp postgresql svn mdns mysql-proxy amqp amqps xmpp-client xmpp-server sip sip-tls rfe mmcc ircd bacula-dir bacula-fd bacula-sd
git sgi-gcd dircproxy redis radsec pbs
"""
SERVICES = set(_SERVICES.split())
