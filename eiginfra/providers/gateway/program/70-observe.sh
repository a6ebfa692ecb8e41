
# What there is, in sections.

section() { # NAME TEXT
    printf 'section %s %s\n%s\n' "$1" "${#2}" "$2"
}

file_section() { # NAME FILE
    contents "$2"
    section "$1" "$TEXT"
}

output_section() { # NAME TEXT: of a command substitution that ends in x
    section "$1" "${2%x}"
}

tools() {
    for tool in nginx nft; do
        command -v "$tool" >/dev/null || continue
        case $tool in nginx) version=$(nginx -v 2>&1) && version=${version#*/} ;; nft) version=$(nft --version) && version=${version#* v} ;; esac
        printf '%s %s\n' "$tool" "${version%% *}"
    done
    ! command -v iptables >/dev/null || printf 'iptables\n'
    [ ! -d /run/systemd/system ] || printf 'systemd\n'
}

listed() { # FOLDER BEFORE AFTER: of each file BEFOREnameAFTER there the name, a line each
    set +f
    for one in "$1/$2"*"$3"; do
        [ ! -f "$one" ] || [ -h "$one" ] || { one=${one#"$1/$2"} && printf '%s\n' "${one%"$3"}"; }
    done
    set -f
}

subdomains() { # those that there are, and those whose removal was cut
    sorted "$(listed "$SITES" eiginfra- .conf && listed "$PENDING" subdomain: '')"
}

certificates() { # the sub-domains whose certificate and key can be read, * for all
    case $certificate in
        *'{name}'*) ;;
        *)
            if certificate_of ''; then printf '*\n'; fi
            return
            ;;
    esac
    set +f
    for folder in "${certificate%%'{name}'*}"*".$domain${certificate#*'{name}'}"; do
        name=${folder#"${certificate%%'{name}'*}"}
        name=${name%"${certificate#*'{name}'}"}
        if host "$name" && certificate_of "$name"; then printf '%s\n' "$name"; fi
    done
    set -f
}

waiting() { # KIND NAME of what was cut
    listed "$PENDING" '' '' | while IFS=: read -r kind what protocol_; do
        printf '%s %s\n' "$kind" "$what${protocol_:+/$protocol_}"
    done
}

guests() { # ID FEATURES NEXT
    listed "/etc/pve/nodes/$node/lxc" '' .conf | while IFS= read -r guest; do
        if number "$guest" 100 999999999; then printf '%s %s\n' "$guest" "$(features "/etc/pve/nodes/$node/lxc/$guest.conf")"; fi
    done
}

observe_nginx() {
    command -v nginx >/dev/null || return
    if text=$(nginx -T 2>/dev/null && printf x); then
        output_section nginx "$text"
    else
        section nginx-error "$(nginx -t 2>&1)$NL"
    fi
}

verb_observe() {
    accept ' '
    need ss
    printf 'eiginfra-gateway %s\n' "$VERSION"
    file_section configuration "$CONFIGURATION"
    all=$(accounts)
    section accounts "$all$NL"
    lines "$all" | while IFS=: read -r one _ _ member _; do
        [ "$member" = 0 ] || file_section "keys $one" "$KEYS/$one"
    done
    lines "$(subdomains)" | while IFS= read -r one; do
        contents "$SITES/eiginfra-$one.conf"
        [ -n "$TEXT" ] || contents "$PENDING/subdomain:$one"
        [ -z "$TEXT" ] || section "subdomain $one" "$TEXT"
    done
    observe_nginx
    output_section certificates "$(certificates; printf x)"
    output_section forwards "$(saved; printf x)"
    ! text=$(nft list table inet eiginfra 2>/dev/null && printf x) || output_section loaded "$text"
    output_section listening "$(listening; printf x)"
    [ -z "$node" ] || output_section guests "$(guests; printf x)"
    output_section pending "$(waiting; printf x)"
    output_section tools "$(tools; printf x)"
    printf 'end\n'
}
