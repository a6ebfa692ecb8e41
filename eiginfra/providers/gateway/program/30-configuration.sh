
# What root allows eiginfra to do here.

wrong() { # LINE WHY: ends
    fail 78 "configuration: $1: $2"
}

trusted() { # PATH: ends where it is a symbolic link, or not root's, or another may write it; a path that is not there is
    [ ! -h "$1" ] || refuse "$1" 'a symbolic link'
    [ -e "$1" ] || return 0
    case $(stat -c '%u %A' -- "$1") in
        '0 '?????-??-*) ;;
        *) refuse "$1" 'not owned by root, or others may write it' ;;
    esac
}

path() { # VALUE: an absolute path that needs no quotes anywhere
    case $1 in *[!A-Za-z0-9._/-]* | *//* | */../* | */.. | */ | [!/]* | '') return 1 ;; esac
    [ "${#1}" -le 1024 ]
}

configuration() { # reads it; ends where it is wrong
    domain='' subnet='' ports='' certificate='' challenge='' node='' ipv6=''
    reserved='' reserved_ports='' reserved_addresses=''
    [ -e "$CONFIGURATION" ] || wrong 0 "no $CONFIGURATION"
    case $(stat -c '%u %A %F' -- "$CONFIGURATION") in
        '0 '?????-??-*' regular'*) ;;
        *) wrong 0 'not a regular file of root that only root may write' ;;
    esac
    line=0
    while IFS= read -r text || [ -n "$text" ]; do
        line=$((line + 1))
        case $text in '' | '#'*) continue ;; *' '*) ;; *) wrong "$line" 'not KEY VALUE' ;; esac
        setting "${text%% *}" "${text#* }" || wrong "$line" "$WHY"
    done <"$CONFIGURATION"
    [ -n "$domain" ] || wrong 0 'domain is missing'
    [ -n "$subnet" ] || wrong 0 'subnet is missing'
    [ -n "$ports" ] || wrong 0 'ports is missing'
    [ -n "$challenge" ] || wrong 0 'challenge is missing'
    ipv4_network "$subnet" 8 30
    subnet_first=$FIRST subnet_last=$LAST
}

setting() { # KEY VALUE
    case $1 in
        domain) WHY='given twice' && [ -z "$domain" ] || return 1 ;;
        subnet) WHY='given twice' && [ -z "$subnet" ] || return 1 ;;
        ports) WHY='given twice' && [ -z "$ports" ] || return 1 ;;
        certificate) WHY='given twice' && [ -z "$certificate" ] || return 1 ;;
        challenge) WHY='given twice' && [ -z "$challenge" ] || return 1 ;;
        node) WHY='given twice' && [ -z "$node" ] || return 1 ;;
        ipv6) WHY='given twice' && [ -z "$ipv6" ] || return 1 ;;
    esac
    case $1 in
        domain)
            WHY='a domain of at least two labels, 150 signs at most'
            [ "${#2}" -le 150 ] || return 1
            case $2 in .* | *. | *..*) return 1 ;; *.*) ;; *) return 1 ;; esac
            rest=$2.
            while [ -n "$rest" ]; do
                label "${rest%%.*}" || return 1
                rest=${rest#*.}
            done
            domain=$2
            ;;
        subnet) WHY='an IPv4 network without host bits, /8 to /30' && ipv4_network "$2" 8 30 && subnet=$2 ;;
        ports)
            WHY='FIRST-LAST, 1024 to 65535'
            case $2 in *-*) ;; *) return 1 ;; esac
            number "${2%%-*}" 1024 65535 && number "${2#*-}" "${2%%-*}" 65535 && ports=$2
            ;;
        certificate)
            WHY='an absolute path of letters, digits and . _ / -, with {name} once at most'
            case $2 in *'{name}'*) path "${2%%'{name}'*}name${2#*'{name}'}" ;; *) path "$2" ;; esac && certificate=$2
            ;;
        challenge) WHY='an absolute path of letters, digits and . _ / -' && path "$2" && challenge=$2 ;;
        reserved) WHY='a label' && label "$2" && reserved="$reserved $2" ;;
        reserved-port) WHY='a port' && number "$2" 1 65535 && reserved_ports="$reserved_ports $2" ;;
        reserved-address) WHY='an IPv4 address' && ipv4 "$2" && reserved_addresses="$reserved_addresses $2" ;;
        node) WHY='the name of a node' && label "$2" && node=$2 ;;
        ipv6) WHY='yes or no' && case $2 in yes | no) ipv6=$2 ;; *) return 1 ;; esac ;;
        *) WHY='no such key' && return 1 ;;
    esac
}
