
# The forms of values. Each returns false for what is not completely of its form, and says in WHY what was expected.

number() { # VALUE LEAST MOST
    case $1 in '' | *[!0-9]* | 0?*) return 1 ;; esac
    [ "${#1}" -le 10 ] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

label() { # VALUE: a part of a host's name
    case $1 in '' | *[!a-z0-9-]* | -* | *-) return 1 ;; esac
    [ "${#1}" -le 63 ]
}

ipv4() { # VALUE: its number is in IP
    case $1 in *[!0-9.]*) return 1 ;; esac
    rest=$1. IP=0 parts=0
    while [ -n "$rest" ]; do
        part=${rest%%.*} rest=${rest#*.} parts=$((parts + 1))
        number "$part" 0 255 && [ "$parts" -le 4 ] || return 1
        IP=$((IP * 256 + part))
    done
    [ "$parts" -eq 4 ]
}

ipv4_network() { # VALUE LEAST MOST: the length of its prefix is between them; its first and last address are in FIRST and LAST
    case $1 in */*) ;; *) return 1 ;; esac
    ipv4 "${1%%/*}" && number "${1#*/}" "$2" "$3" || return 1
    behind=$(((1 << (32 - ${1#*/})) - 1))
    FIRST=$IP LAST=$((IP | behind))
    [ "$((IP & behind))" -eq 0 ]
}

ipv6_groups() { # TEXT: each of its groups is one, and has no bits behind LENGTH; INDEX counts on
    [ -n "$1" ] || return 0
    rest=$1:
    while [ -n "$rest" ]; do
        group=${rest%%:*} rest=${rest#*:}
        case $group in '' | *[!0-9a-f]* | ?????* | 0?*) return 1 ;; esac
        behind=$((16 * (INDEX + 1) - LENGTH))
        [ "$behind" -le 16 ] || behind=16
        [ "$behind" -le 0 ] || [ "$((0x$group & ((1 << behind) - 1)))" -eq 0 ] || return 1
        INDEX=$((INDEX + 1))
    done
}

ipv6_network() { # VALUE
    case $1 in */*) ;; *) return 1 ;; esac
    number "${1#*/}" 16 128 || return 1
    groups=${1%%/*} LENGTH=${1#*/} INDEX=0
    case $groups in
        *:::* | *::*::*) return 1 ;;
        *::*)
            ipv6_groups "${groups%%::*}" || return 1
            before=$INDEX INDEX=0 length=$LENGTH LENGTH=128
            ipv6_groups "${groups#*::}" || return 1 # counts them
            [ "$((before + INDEX))" -le 6 ] || return 1
            INDEX=$((8 - INDEX)) LENGTH=$length
            ipv6_groups "${groups#*::}"
            ;;
        *) ipv6_groups "$groups" && [ "$INDEX" -eq 8 ] ;;
    esac
}

date_days() { # VALUE: the days since 1970 are in DAYS
    case $1 in [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]) ;; *) return 1 ;; esac
    year=${1%%-*} month=${1#*-} day=${1##*-}
    month=${month%-*}
    month=${month#0} day=${day#0}
    number "$year" 1970 9999 && number "$month" 1 12 && number "$day" 1 31 || return 1
    case $month in
        4 | 6 | 9 | 11) [ "$day" -le 30 ] || return 1 ;;
        2)
            [ "$day" -le 28 ] || { [ "$day" -eq 29 ] && [ "$((year % 4))" -eq 0 ] &&
                { [ "$((year % 100))" -ne 0 ] || [ "$((year % 400))" -eq 0 ]; }; } || return 1
            ;;
    esac
    # Years from March to February, so that the day that comes every four years is their last.
    [ "$month" -gt 2 ] || { year=$((year - 1)) month=$((month + 12)); }
    DAYS=$((365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 719469))
}

public_key() { # VALUE: type and Base64, which names the type, too
    blob=${1#* }
    case $1 in
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AA'*) [ "${#blob}" -eq 68 ] || return 1 ;;
        'ssh-rsa AAAAB3NzaC1yc2EAA'*) [ "${#blob}" -ge 540 ] || return 1 ;;
        'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAA'*) ;;
        'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAA'*) ;;
        'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAA'*) ;;
        'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAA'*) ;;
        'sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AA'*) ;;
        *) return 1 ;;
    esac
    text=${blob%=}
    text=${text%=}
    case $text in *[!A-Za-z0-9+/]*) return 1 ;; esac
    [ "${#blob}" -le 16000 ] && [ "$((${#blob} % 4))" -eq 0 ]
}

host() { # VALUE: one label before the configuration's domain
    case $1 in *".$domain") ;; *) return 1 ;; esac
    label "${1%".$domain"}"
}

fits() { # FORM VALUE
    case $1 in
        name)
            WHY='a name of 1 to 32 signs: a-z, 0-9, _ . -, not beginning with a digit, - or ., not ending in .'
            case $2 in '' | [!a-z_]* | *[!a-z0-9_.-]* | *.) return 1 ;; esac
            [ "${#2}" -le 32 ]
            ;;
        host)
            WHY="one label before .$domain, not reserved, without -- at its third and fourth sign"
            host "$2" || return 1
            case $2 in ??--*) return 1 ;; esac
            case " $reserved " in *" ${2%".$domain"} "*) return 1 ;; esac
            ;;
        known-host) WHY="one label before .$domain" && host "$2" ;;
        owner)
            WHY='COHORT/TEAM/MACHINE'
            case $2 in */*/*/* | *[!a-z0-9/-]*) return 1 ;; */*/*) ;; *) return 1 ;; esac
            rest=$2/
            while [ -n "$rest" ]; do
                part=${rest%%/*} rest=${rest#*/}
                [ -n "$part" ] && [ "${#part}" -le 63 ] || return 1
            done
            ;;
        address)
            WHY="an IPv4 address in $subnet, neither its first nor its last, and not reserved"
            ipv4 "$2" && [ "$IP" -gt "$subnet_first" ] && [ "$IP" -lt "$subnet_last" ] || return 1
            case " $reserved_addresses " in *" $2 "*) return 1 ;; esac
            ;;
        port) WHY='1 to 65535' && number "$2" 1 65535 ;;
        public)
            WHY="a port of $ports, and not reserved"
            number "$2" "${ports%-*}" "${ports#*-}" || return 1
            case " $reserved_ports " in *" $2 "*) return 1 ;; esac
            ;;
        protocol) WHY='tcp or udp' && case $2 in tcp | udp) ;; *) return 1 ;; esac ;;
        source) WHY='a network in CIDR form without host bits, at least /8 (IPv4) or /16 (IPv6)' && { ipv4_network "$2" 8 32 || ipv6_network "$2"; } ;;
        date) WHY='YYYY-MM-DD' && date_days "$2" ;;
        key) WHY='a public key without options and comment; RSA from 3072 bits' && public_key "$2" ;;
        id) WHY='100 to 999999999' && number "$2" 100 999999999 ;;
        uid) WHY='a UID' && number "$2" 1 4294967294 ;;
        mebibytes) WHY='1 to 10240' && number "$2" 1 10240 ;;
        seconds) WHY='1 to 3600' && number "$2" 1 3600 ;;
        yes) WHY='yes or no' && case $2 in yes | no) ;; *) return 1 ;; esac ;;
        *) return 1 ;;
    esac
}
