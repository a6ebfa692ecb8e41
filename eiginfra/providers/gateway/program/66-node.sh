
# Where the gateway is a Proxmox VE node. Its commands are fixed: what comes from outside is an ID, which is a number.

container() { # ends where the ID is no container's of this node; its file is in GUEST
    [ -n "$node" ] || refuse id 'the configuration names no node'
    GUEST=/etc/pve/nodes/$node/lxc/$id.conf
    [ -f "$GUEST" ] || refuse id 'not a container of this node'
    need pct
}

features() { # FILE: the features that are in force and those after the next start, - for none
    awk '
        function plain(text) { sub(/^[a-z]+:[ \t]*/, "", text); gsub(/[^a-z0-9_=;,]/, "", text); return text }
        /^\[/ { part = $0 }
        /^features:/ && part == "" { now = plain($0) }
        /^features:/ && part == "[pve:pending]" { next_ = plain($0); waits = 1 }
        /^delete:/ && part == "[pve:pending]" && ("," plain($0) ",") ~ /,features,/ { waits = 1 }
        END { print (now == "" ? "-" : now), (!waits ? (now == "" ? "-" : now) : next_ == "" ? "-" : next_) }' <"$1"
}

verb_features() {
    accept ' id:id keyctl:yes '
    lock
    container
    have=$(features "$GUEST")
    have=${have#* }
    others=$(printf '%s\n' "$have" | tr , '\n' | grep -v -e '^-$' -e '^keyctl=' | paste -s -d , -)
    case ,$have, in
        *,keyctl=1,*) [ "$keyctl" = no ] || return 0 ;;
        *) [ "$keyctl" = yes ] || return 0 ;;
    esac
    if [ "$keyctl" = yes ]; then
        said=$(pct set "$id" --features "${others:+$others,}keyctl=1" 2>&1 </dev/null 9>&-)
    elif [ -n "$others" ]; then
        said=$(pct set "$id" --features "$others" 2>&1 </dev/null 9>&-)
    else
        said=$(pct set "$id" --delete features 2>&1 </dev/null 9>&-)
    fi || fail 74 "$said"
}

verb_restart() {
    accept ' id:id '
    lock
    container
    [ "$(pct status "$id" </dev/null)" = 'status: running' ] || return 0
    said=$(pct reboot "$id" 2>&1 </dev/null 9>&-) || fail 74 "$said"
}

verb_host_keys() {
    accept ' id:id '
    container
    need timeout
    timeout 30 pct exec "$id" -- cat /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/ssh_host_ecdsa_key.pub /etc/ssh/ssh_host_rsa_key.pub \
        2>/dev/null </dev/null | head -c 65536 | tr -d '\000' | while IFS=' ' read -r type blob _; do
        if public_key "$type $blob"; then printf '%s %s\n' "$type" "$blob"; fi
    done
}
