
# What eiginfra doctor looks at.

some_member() {
    accounts | awk -F: '$4 == 1 { print $1; exit }'
}

certificate_files() { # PATH readable DAYS, or PATH missing
    [ -n "$certificate" ] || return
    lines "$(case $certificate in *'{name}'*) subdomains ;; *) printf '*\n' ;; esac)" | while IFS= read -r one; do
        certificate_of "$one"
        for file in "$CERTIFICATE/fullchain.pem" "$CERTIFICATE/privkey.pem"; do
            if [ ! -s "$file" ]; then
                printf '%s missing\n' "$file"
            elif end=$(openssl x509 -noout -enddate -in "$file" 2>/dev/null) && end=$(date -u -d "${end#*=}" +%s 2>/dev/null); then
                printf '%s readable %s\n' "$file" "$(((end - $(date +%s)) / 86400))"
            else
                printf '%s readable\n' "$file"
            fi
        done
    done
}

units() {
    if [ -d /run/systemd/system ]; then
        printf 'eiginfra-forwards.service %s %s\n' "$(systemctl is-enabled eiginfra-forwards.service 2>/dev/null)" \
            "$(systemctl is-active eiginfra-forwards.service 2>/dev/null)"
    else
        printf 'eiginfra-forwards.service unknown systemd does not run\n'
    fi
}

all_files() { # what it keeps and who may write it: path, mode, owner
    for file in /usr/local/sbin/eiginfra-gateway "$FOLDER" "$CONFIGURATION" "$KEYS" "$PENDING" "$FORWARDS" "$SHARED" "$SSHD" "$UNIT"; do
        [ ! -e "$file" ] || stat -c '%n %a %U' -- "$file"
    done
    listed "$KEYS" '' '' | while IFS= read -r one; do stat -c '%n %a %U' -- "$KEYS/$one"; done
    listed "$SITES" eiginfra- .conf | while IFS= read -r one; do stat -c '%n %a %U' -- "$SITES/eiginfra-$one.conf"; done
}

verb_examine() {
    accept ' '
    printf 'eiginfra-gateway %s\n' "$VERSION"
    file_section configuration "$CONFIGURATION"
    output_section tools "$(tools; printf x)"
    file_section forwarding /proc/sys/net/ipv4/ip_forward
    output_section addresses "$(ip -o -4 address show | awk '{ sub(/\/.*/, "", $4); print $4 }' | sort -u; printf x)"
    output_section ruleset "$(nft list ruleset 2>/dev/null; printf x)"
    ! command -v iptables >/dev/null || output_section iptables "$(iptables -S 2>/dev/null; iptables -t nat -S 2>/dev/null; printf x)"
    member=$(some_member)
    if [ -n "$member" ] && text=$(sshd -T -C "user=$member,host=localhost,addr=127.0.0.1" 2>/dev/null && printf x); then
        output_section sshd "$text"
    fi
    ! command -v nginx >/dev/null || said=$(nginx -t 2>&1 && printf x) || section nginx-error "$said$NL"
    output_section certificate "$(certificate_files; printf x)"
    output_section units "$(units; printf x)"
    output_section disk "$(df -Pk /etc | awk 'NR == 2 { print $4 }'; printf x)"
    output_section files "$(all_files; printf x)"
    printf 'end\n'
}
