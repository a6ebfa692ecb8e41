# Answer

# states: of each login, whether its files can be worked with.
states() {
  for login in $logins; do
    (
      if enter "$login"; then
        look authorized_keys
        case $state in refused*) ;; *) look authorized_keys2 ;; esac
      fi
      printf '%s %s\n' "$login" "$state"
    )
  done
}

# section NAME TEXT
section() {
  printf 'section %s %s\n%s\n' "$1" "${#2}" "$2"
}

# files NAME FILE: what each login has.
files() {
  for login in $logins; do
    (
      enter "$login" && look "$2" && [ -n "$size" ] || exit 0
      printf 'section %s %s %s\n' "$1" "$login" "$size"
      head -c "$size" <&4
      echo
    )
  done
}

facts() {
  read -r first _ < /proc/uptime && printf 'uptime %s\n' "${first%%.*}"
  while read -r first amount _; do
    case $first in
      MemTotal:) printf 'memory-total %s\n' "$amount" ;;
      MemAvailable:) printf 'memory-available %s\n' "$amount" ;;
    esac
  done < /proc/meminfo
  df -Pk / 2> /dev/null | {
    read -r _
    read -r _ amount first _ && printf 'disk-total %s\ndisk-used %s\n' "$amount" "$first"
  }
  if command -v apt-get > /dev/null && command -v timeout > /dev/null; then
    # By the lists that are there: nothing is fetched.
    first=$(timeout 5 apt-get -s -qq -o Debug::NoLocking=1 upgrade 2> /dev/null) && printf 'updates %s\n' "$(printf '%s\n' "$first" | awk '/^Inst / { n++ } END { print n + 0 }')"
  fi
  command -v sshd > /dev/null && sshd -T 2> /dev/null | awk '$1 == "authorizedkeysfile" { $1 = "keys-file"; print; exit }'
}

# listening: `PROTOCOL PORT` of what listens on another than a loopback address, by the kernel's tables: a port is in hexadecimal there.
listening() {
  for first in tcp tcp6 udp udp6; do
    [ -r "/proc/net/$first" ] || continue
    while read -r _ place _ mode _; do
      case $first$mode in tcp*0A | udp*07) ;; *) continue ;; esac
      case ${place%:*} in
        ??????7F | 00000000000000000000000001000000 | 0000000000000000FFFF0000??????7F) ;;
        *) printf '%s %s\n' "${first%6}" "$((0x${place#*:}))" ;;
      esac
    done < "/proc/net/$first"
  done | sort -u
}

echo 'eiginfra-machine 1'
section logins "$(states)"
files keys authorized_keys
files more authorized_keys2
if [ "$verb" = read ]; then
  section facts "$(facts)"
  section listening "$(listening)"
fi
echo end
