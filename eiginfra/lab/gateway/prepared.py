"""What `setup` of the gateway program leaves behind: the files that the verbs build on."""

from eiginfra.lab.gateway.state import FORWARDS, GROUP, KEYS

_BY_HAND = "Written by eiginfra-gateway; what is changed here by hand is undone."

SHARED_TEXT = f"""\
# What the sub-domains of eiginfra share. {_BY_HAND}
server_names_hash_bucket_size 256;
map $http_upgrade $eiginfra_upgrade {{
    default "";
    ~*^websocket$ websocket;
}}
map $eiginfra_upgrade $eiginfra_connection {{
    default upgrade;
    "" "";
}}
map $upstream_http_strict_transport_security $eiginfra_transport {{
    default "";
    "" max-age=31536000;
}}
map $upstream_http_x_content_type_options $eiginfra_content_type {{
    default "";
    "" nosniff;
}}
map $upstream_http_x_frame_options $eiginfra_frame {{
    default "";
    "" SAMEORIGIN;
}}
map $upstream_http_referrer_policy $eiginfra_referrer {{
    default "";
    "" strict-origin-when-cross-origin;
}}
server {{
    listen 80 default_server;
    listen [::]:80 default_server;
    server_name _;
    server_tokens off;
    return 444;
}}
server {{
    listen 443 ssl default_server;
    listen [::]:443 ssl default_server;
    server_name _;
    server_tokens off;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_reject_handshake on;
    return 444;
}}
"""

SSHD_TEXT = f"""\
# eiginfra: accounts for jumping, nothing else. Written by eiginfra-gateway.
Match Group {GROUP}
    AuthorizedKeysFile {KEYS}/%u
    AuthorizedKeysCommand none
    AuthorizedPrincipalsCommand none
    AuthenticationMethods publickey
    PubkeyAuthentication yes
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    HostbasedAuthentication no
    GSSAPIAuthentication no
    KerberosAuthentication no
    TrustedUserCAKeys none
    AllowTcpForwarding local
    AllowStreamLocalForwarding no
    AllowAgentForwarding no
    PermitListen none
    PermitTTY no
    PermitTunnel no
    PermitUserRC no
    X11Forwarding no
    MaxSessions 0
    ForceCommand /usr/sbin/nologin
Match all
"""

UNIT_TEXT = f"""\
[Unit]
Description=Public ports that eiginfra sends on to machines
After=network-pre.target nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f {FORWARDS}
ExecReload=/usr/sbin/nft -f {FORWARDS}
ExecStop=-/usr/sbin/nft delete table inet eiginfra

[Install]
WantedBy=multi-user.target nftables.service
"""
