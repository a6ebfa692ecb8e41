
# What root does itself: the ground that the verbs need, and its removal.

administrator() { # ends where an account called this over sudo that may not do everything by itself
    [ -n "${SUDO_USER-}" ] && [ "$SUDO_USER" != root ] || return 0
    [ "$(accounts | awk -F: -v name="$SUDO_USER" '$1 == name && $1 != "eiginfra" { print $5 }')" = 1 ] || fail 77 'root only'
}

jumping() {
    cat <<EOF
# eiginfra: accounts for jumping, nothing else. Written by eiginfra-gateway.
Match Group $GROUP
    AuthorizedKeysFile $KEYS/%u
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
    ForceCommand $NOLOGIN
Match all
EOF
}

unit() {
    cat <<EOF
[Unit]
Description=Public ports that eiginfra sends on to machines
After=network-pre.target nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f $FORWARDS
ExecReload=/usr/sbin/nft -f $FORWARDS
ExecStop=-/usr/sbin/nft delete table inet eiginfra

[Install]
WantedBy=multi-user.target nftables.service
EOF
}

default_elsewhere() { # LISTEN: is there another default server, as 80 or [::]:80?
    lines "$OTHERS" | awk -F'\t' -v wanted="$1" '
        $2 == "listen" {
            at = $3
            sub(/^(\*|0\.0\.0\.0):/, "", at)
            for (i = 4; i <= NF; i++) if (at == wanted && ($i == "default_server" || $i == "default")) found = 1
        }
        END { exit !found }'
}

catch_all() { # PORT REST: a server that answers nobody, on what has no default server yet
    listens=''
    default_elsewhere "$1" || listens="    listen $1$2 default_server;$NL"
    [ "$ipv6" = no ] || default_elsewhere "[::]:$1" || listens="$listens    listen [::]:$1$2 default_server;$NL"
    [ -z "$listens" ] || printf 'server {\n%s    server_name _;\n    server_tokens off;\n%s    return 444;\n}\n' "$listens" "$3"
}

shared() {
    printf '# What the sub-domains of eiginfra share. Written by eiginfra-gateway; what is changed here by hand is undone.\n'
    case $OTHERS in *server_names_hash_bucket_size*) ;; *) printf 'server_names_hash_bucket_size 256;\n' ;; esac
    cat <<\EOF
map $http_upgrade $eiginfra_upgrade {
    default "";
    ~*^websocket$ websocket;
}
map $eiginfra_upgrade $eiginfra_connection {
    default upgrade;
    "" "";
}
map $upstream_http_strict_transport_security $eiginfra_transport {
    default "";
    "" max-age=31536000;
}
map $upstream_http_x_content_type_options $eiginfra_content_type {
    default "";
    "" nosniff;
}
map $upstream_http_x_frame_options $eiginfra_frame {
    default "";
    "" SAMEORIGIN;
}
map $upstream_http_referrer_policy $eiginfra_referrer {
    default "";
    "" strict-origin-when-cross-origin;
}
EOF
    catch_all 80 '' ''
    catch_all 443 ' ssl' "    ssl_protocols TLSv1.2 TLSv1.3;$NL    ssl_reject_handshake on;$NL"
}

try() { # FILE TEXT COMMAND…: writes the file; where the command then refuses, it is as it was
    file=$1 text=$2
    shift 2
    trusted "${file%/*}"
    trusted "$file"
    contents "$file"
    [ "$text" != "$TEXT" ] || return 0
    put "$file" "$text" || fail 73 "cannot write $file"
    said=$("$@" 2>&1) && return
    if [ -n "$TEXT" ]; then put "$file" "$TEXT"; else drop "$file"; fi
    fail 74 "$said"
}

folder() { # PATH
    trusted "$1"
    [ -d "$1" ] || mkdir -p -- "$1" || fail 73 "cannot make $1"
}

verb_setup() {
    administrator
    for tool in awk flock nft nginx ps ss sshd stat sync useradd usermod userdel groupadd; do need "$tool"; done
    lock
    grep -Eiq '^[[:space:]]*Include[[:space:]]+("?/etc/ssh/)?"?sshd_config\.d/\*\.conf' /etc/ssh/sshd_config ||
        fail 78 'configuration: 0: /etc/ssh/sshd_config does not begin with Include /etc/ssh/sshd_config.d/*.conf'
    grep -q "^$GROUP:" /etc/group || groupadd --system "$GROUP" || fail 73 "cannot make the group $GROUP"
    for one in "$FOLDER" "$KEYS" "$PENDING" "$challenge" /run/sshd; do folder "$one"; done
    text=$(jumping && printf x)
    try "$SSHD" "${text%x}" sshd -t
    service reload sshd || fail 74 'sshd cannot be reloaded'
    text=$(table "$(saved)" && printf x)
    trusted "$FORWARDS"
    beside "$FORWARDS" "${text%x}" || fail 73 "cannot write $FORWARDS"
    said=$(nft -c -f "$NEW" 2>&1) || { rm -f -- "$NEW" && fail 74 "$said"; }
    keep "$FORWARDS" || fail 73 "cannot write $FORWARDS"
    text=$(unit && printf x)
    try "$UNIT" "${text%x}" true
    service unit on || fail 74 "eiginfra-forwards.service cannot be started"
    said=$(nginx -t 2>&1) || fail 74 "$said"
    OTHERS=$(nginx -T 2>/dev/null | directives | grep -v "^$SHARED	")
    text=$(shared && printf x)
    try "$SHARED" "${text%x}" nginx -t
    nginx -T 2>/dev/null | grep -qxF "# configuration file $SHARED:" || fail 74 "nginx does not include $SITES/*.conf"
    said=$(service reload nginx 2>&1) || fail 74 "${said:-nginx cannot be reloaded}"
}

verb_uninstall() {
    administrator
    lock
    listed "$SITES" eiginfra- .conf | while IFS= read -r one; do rm -f -- "$SITES/eiginfra-$one.conf"; done
    rm -f -- "$SHARED"
    said=$(nginx -t 2>&1 && service reload nginx 2>&1) || printf '%s\n' "$said" >&2
    service unit off
    rm -f -- "$UNIT" "$FORWARDS"
    accounts | while IFS=: read -r name uid _ member above _; do
        [ "$member$above" = 10 ] || continue
        rm -f -- "$KEYS/$name"
        usermod --expiredate 1970-01-02 "$name" >/dev/null
        end_sessions "$name" "$uid"
        if grep -q "^$name:[^:]*:[^:]*:[^:]*:[^:]*:/nonexistent:" /etc/passwd; then
            userdel "$name"
        else
            gpasswd --delete "$name" "$GROUP" >/dev/null
            printf '%s was there before: it is closed, and stays\n' "$name"
        fi
    done
    rm -f -- "$SSHD"
    sshd -t && service reload sshd
    ! grep -q "^$GROUP:" /etc/group || groupdel "$GROUP"
    rm -rf -- "$KEYS" "$PENDING" "$FOLDER/.forwards.nft.new"
    rmdir -- "$challenge" "$FOLDER" 2>/dev/null
    [ ! -d "$FOLDER" ] || printf '%s stays: %s is yours\n' "$FOLDER" "$CONFIGURATION"
}
