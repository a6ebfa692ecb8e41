
# Public ports. The saved file holds what was asked for in lines with #:, and is what nft loads.

saved() { # PUBLIC PROTOCOL ADDRESS PORT CLOSED OWNER SOURCES, a line each
    [ ! -f "$FORWARDS" ] || sed -n 's/^#: //p' -- "$FORWARDS"
}

saved_but() { # PUBLIC PROTOCOL: all others
    saved | while IFS= read -r record; do
        case $record in "$1 $2 "*) ;; *) printf '%s\n' "$record" ;; esac
    done
}

table() { # RECORDS: the whole file
    printf '# Public ports that are sent on to machines. Written by eiginfra-gateway; what is changed here by hand is undone.\n'
    lines "$1" | sed 's/^/#: /'
    cat <<EOF
add table inet eiginfra
delete table inet eiginfra
table inet eiginfra {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
EOF
    lines "$1" | while IFS=' ' read -r port_ protocol_ address_ to closed_ _ sources; do
        [ "$closed_" = no ] || continue
        if [ "$sources" = - ]; then
            from=''
        else
            from=$(printf '%s\n' "$sources" | tr , '\n' | grep -v : | paste -s -d , - | sed 's/,/, /g')
            [ -n "$from" ] || continue # machines have IPv4 only: nobody else comes in
            from="ip saddr { $from } "
        fi
        printf '\t\tfib daddr type local %s%s dport %s dnat ip to %s:%s\n' "$from" "$protocol_" "$port_" "$address_" "$to"
    done
    cat <<EOF
	}

	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr $subnet ip daddr $subnet ct status dnat masquerade
	}
}
EOF
}

listening() { # PROTOCOL PORT of what listens on this server on another than a loopback address
    ss -Hlntu | awk '
        { at = $5; port = at; sub(/.*:/, "", port); sub(/:[^:]*$/, "", at) }
        at !~ /^127\./ && at !~ /^\[?::1\]?(%.*)?$/ && at !~ /^\[?::ffff:127\./ && ($1 == "tcp" || $1 == "udp") { print $1, port }' | sort -u
}

load() { # RECORDS: checks the table, loads it, then keeps it; where one fails, all is as before
    text=$(table "$1" && printf x)
    beside "$FORWARDS" "${text%x}" || give_up 73 "cannot write $FORWARDS"
    said=$(nft -c -f "$NEW" 2>&1 && nft -f "$NEW" 2>&1) || { rm -f -- "$NEW" && give_up 74 "$said"; }
    keep "$FORWARDS" || { nft -f "$FORWARDS" && give_up 73 "cannot write $FORWARDS"; }
    finish
}

verb_forward() {
    accept ' public:public protocol:protocol address:address port:port owner:owner closed:yes source:source* '
    need nft
    need ss
    lock
    trusted "$FORWARDS"
    [ -e "$FORWARDS" ] || refuse "$FORWARDS" 'not there: setup was not run'
    if [ "$closed" = no ] && listening | grep -qxF -- "$protocol $public"; then refuse public 'this server itself listens there'; fi
    sources=$(lines "$source" | paste -s -d , -)
    records=$(saved_but "$public" "$protocol" && printf '%s\n' "$public $protocol $address $port $closed $owner ${sources:--}")
    begin "forward:$public:$protocol" ''
    load "$(lines "$records" | sort -k 1,1n -k 2,2)"
}

verb_forward_remove() {
    accept ' public:port protocol:protocol '
    need nft
    lock
    trusted "$FORWARDS"
    if ! saved | grep -q "^$public $protocol " && ! pending "forward:$public:$protocol"; then return; fi
    begin "forward:$public:$protocol" ''
    load "$(saved_but "$public" "$protocol")"
}
