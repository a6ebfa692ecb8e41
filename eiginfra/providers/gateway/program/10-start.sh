#!/bin/sh
# eiginfra-gateway: the only thing that eiginfra runs as root on the gateway. docs/gateway-program.md of eiginfra is its contract.
#
# A verb is its only argument. Data comes on standard input, and is validated completely before anything is done. Nothing is taken from the
# environment but who called sudo, for setup. There is no eval, no word is split, and no pattern is expanded but where a folder is listed.
set -fu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset TZ TMPDIR POSIXLY_CORRECT
umask 022
cd / || exit 73

VERSION=1
GROUP=eiginfra-jump
FOLDER=/etc/eiginfra-gateway
CONFIGURATION=$FOLDER/configuration
KEYS=$FOLDER/keys
PENDING=$FOLDER/pending
FORWARDS=$FOLDER/forwards.nft
SITES=/etc/nginx/conf.d
SHARED=$SITES/eiginfra.conf
SSHD=/etc/ssh/sshd_config.d/00-eiginfra.conf
UNIT=/etc/systemd/system/eiginfra-forwards.service
LOCK=/run/eiginfra-gateway.lock
NOLOGIN=/usr/sbin/nologin

NL='
'
NO_TEXT=$(printf '\001')

fail() { # CODE WORDS: ends
    printf '%s\n' "$2" >&2
    exit "$1"
}

refuse() { # KEY WHY: ends; nothing was done
    fail 65 "refused: $1: $2"
}

need() { # PROGRAM: ends where it is missing
    command -v "$1" >/dev/null || fail 69 "missing: $1"
}

lines() { # TEXT: as it is, or nothing at all where it is empty
    [ -z "$1" ] || printf '%s\n' "${1%"$NL"}"
}

sorted() { # TEXT: its lines by their bytes, each once
    lines "$1" | sort -u
}

lock() { # one writing verb at a time; the lock ends with the process
    need flock
    [ ! -h "$LOCK" ] || refuse "$LOCK" 'a symbolic link'
    { : >>"$LOCK"; } 2>/dev/null || fail 73 "cannot write $LOCK"
    exec 9>>"$LOCK"
    flock -w 10 9 || fail 75 locked
}

# Whether systemd runs here is asked in this one place.
service() { # reload nginx | reload sshd | unit (the forwards' unit was written)
    if [ -d /run/systemd/system ]; then
        case $1.$2 in
            reload.nginx) systemctl reload nginx.service ;;
            reload.sshd) systemctl try-reload-or-restart ssh.service || systemctl try-reload-or-restart sshd.service ;;
            unit.on) systemctl daemon-reload && systemctl enable --quiet eiginfra-forwards.service && systemctl restart eiginfra-forwards.service ;;
            unit.off) systemctl disable --quiet --now eiginfra-forwards.service ;;
        esac
    else
        case $1.$2 in
            reload.nginx) nginx -s reload ;;
            reload.sshd) [ ! -s /run/sshd.pid ] || kill -HUP "$(cat /run/sshd.pid)" ;;
            unit.on) nft -f "$FORWARDS" ;;
            unit.off) ! nft list table inet eiginfra >/dev/null 2>&1 || nft delete table inet eiginfra ;;
        esac
    fi
}
