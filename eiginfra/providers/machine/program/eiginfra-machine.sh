# eiginfra-machine: all that eiginfra runs in a machine. It is sent with each call, and nothing of it stays there:
#
#     sh -c TEXT eiginfra-machine VERB < data
#
# Data: lines `key value`, ended by a line `end`. Without that line nothing is done: the data was cut.
#   login NAME               whose keys these are about; repeated
#   own BASE64               eiginfra's own key: never removed, and put back where another login still has it
#   key PERSON TYPE BASE64   (write) to be in the managed block of each login; repeated
#   remove BASE64            (write) to be nowhere; repeated
# Answer: `eiginfra-machine 1`, sections `section NAME BYTES`, a last line `end`. Both verbs give `logins` (a line `LOGIN STATE` each),
# `keys LOGIN` and `more LOGIN` (authorized_keys and authorized_keys2, as they are now); `read` gives `facts` and `listening`, too.
# Exit codes: 0, 64 (verb), 65 (data refused), 69 (a tool is missing), 73 (a file could not be written, it is as before), 77 (not root).
# Only the files that sshd reads by default: ~/.ssh/authorized_keys, and authorized_keys2, to which nothing is added.

ROOT=0
PASSWD=/etc/passwd
LARGEST=1048576

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
IFS=' 	
'
export PATH LC_ALL
set -u -f
umask 077

fail() {
  code=$1
  shift
  printf '%s\n' "$*" >&2
  exit "$code"
}

[ "$(id -u)" = "$ROOT" ] || fail 77 'not root'
[ "$#" -eq 1 ] || fail 64 'one verb, and no other argument'
case $1 in
  read | write) verb=$1 ;;
  *) fail 64 'no such verb' ;;
esac
for tool in awk stat head cmp tr chown chmod mkdir mv rm sync df sort cat; do
  command -v "$tool" > /dev/null || fail 69 "missing: $tool"
done

# Data

base64() {
  case $1 in
    AAAA*) ;;
    *) return 1 ;;
  esac
  case $1 in
    *[!A-Za-z0-9+/=]* | *=*[!=]*) return 1 ;;
  esac
  [ "${#1}" -le 16000 ]
}

public_key() {
  base64 "$2" || return 1
  case "$1 $2" in
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5'* | 'ssh-rsa AAAAB3NzaC1yc2E'*) ;;
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY'*) ;;
    'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQ'*) ;;
    'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjE'*) ;;
    'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t'*) ;;
    'sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20'*) ;;
    *) return 1 ;;
  esac
}

name() {
  case $1 in
    '' | *[!A-Za-z0-9_.-]* | [.-]*) return 1 ;;
  esac
  [ "${#1}" -le "$2" ]
}

logins='' own='' wanted='' ended='' lines=0
while IFS= read -r line; do
  lines=$((lines + 1))
  [ "$lines" -le 5000 ] && [ "${#line}" -le 20000 ] || fail 65 'refused: too much'
  case $line in
    *[![:print:]]*) fail 65 "refused: line $lines: a control character" ;;
    end)
      ended=1
      break
      ;;
    *' '*) ;;
    *) fail 65 "refused: line $lines: no value" ;;
  esac
  word=${line%% *} value=${line#* }
  one=${value%% *} rest=${value#* }
  case $word in
    login)
      name "$value" 32 || fail 65 'refused: login: no name'
      logins="$logins $value"
      ;;
    own)
      [ -z "$own" ] || fail 65 'refused: own: given twice'
      base64 "$value" || fail 65 'refused: own: no key'
      own=$value
      ;;
    key)
      [ "$verb" = write ] || fail 65 'refused: key: read has none'
      name "$one" 255 || fail 65 'refused: key: no person'
      public_key "${rest%% *}" "${rest#* }" || fail 65 "refused: key: not one of a known type, without options and comment"
      [ "${rest#* }" != "$own" ] || fail 65 'refused: key: it is the own one'
      wanted="${wanted}key $rest $one
"
      ;;
    remove)
      [ "$verb" = write ] || fail 65 'refused: remove: read has none'
      base64 "$value" || fail 65 'refused: remove: no key'
      [ "$value" != "$own" ] || fail 65 'refused: remove: it is the own one'
      wanted="${wanted}remove $value
"
      ;;
    *) fail 65 "refused: line $lines: not known" ;;
  esac
done
[ -n "$ended" ] || fail 65 'refused: cut, no line end'
[ -n "$logins" ] && [ -n "$own" ] || fail 65 'refused: login and own are needed'

# Files

# account LOGIN: its uid, gid and home.
account() {
  while IFS=: read -r user _ uid gid _ home _; do
    [ "$user" != "$1" ] || return 0
  done < "$PASSWD"
  return 1
}

# owned PATH: whether it belongs to the account or to root.
owned() {
  case $(stat -L -c %u "$1") in
    "$uid" | 0) return 0 ;;
  esac
  return 1
}

# enter LOGIN: go into its .ssh; `state` is present, absent (no such folder), missing (no such account) or `refused WHY`.
enter() {
  state=missing
  account "$1" || return 1
  state='refused home'
  cd -P -- "$home" 2> /dev/null && owned . || return 1
  home=$(pwd -P)
  state=absent
  [ -e .ssh ] || [ -h .ssh ] || return 1
  state='refused symbolic-link'
  [ ! -h .ssh ] || return 1
  state='refused not-a-folder'
  cd -P -- .ssh 2> /dev/null && [ "$(pwd -P)" = "$home/.ssh" ] || return 1
  state='refused owner'
  owned . || return 1
  state=present
}

# look NAME: open a file here for reading, as 4; `size` is empty if there is none. Where it is not as it must be, `state` is `refused WHY`.
# What was opened is compared with what bears the name: nobody can put a link there in between.
look() {
  size=''
  [ -e "$1" ] || [ -h "$1" ] || return 1
  state='refused symbolic-link'
  [ ! -h "$1" ] || return 1
  state='refused not-a-file'
  [ -f "$1" ] || return 1
  command exec 4< "$1" || return 1
  [ "$(stat -c %d:%i "$1")" = "$(stat -L -c %d:%i /proc/self/fd/4)" ] || return 1
  state='refused owner'
  owned /proc/self/fd/4 || return 1
  state='refused large'
  [ "$(stat -L -c %s /proc/self/fd/4)" -le "$LARGEST" ] || return 1
  state='refused zero-byte'
  tr -d '\000' < /proc/self/fd/4 | cmp -s - /proc/self/fd/4 || return 1
  state=present
  size=$(stat -L -c %s /proc/self/fd/4)
}

# The key of a line is what sshd takes for one, whatever its type is called: behind the type, or behind options and the type.
KEY='
function word(text) { sub(/^[ \t]+/, "", text); sub(/[ \t].*$/, "", text); gsub(/[\r\v\f]/, "", text); return text }
function behind(text, quoted, at, sign) {
  sub(/^[ \t]+/, "", text)
  for (at = 1; at <= length(text); at++) {
    sign = substr(text, at, 1)
    if (!quoted && (sign == " " || sign == "\t")) break
    if (sign == "\\" && substr(text, at + 1, 1) == "\"") at++
    else if (sign == "\"") quoted = !quoted
  }
  return substr(text, at)
}
function key(line, first, rest) {
  sub(/^[ \t]+/, "", line)
  if (line ~ /^#/) return ""
  first = line
  sub(/[ \t].*$/, "", first)
  rest = substr(line, length(first) + 1)
  if (first !~ /"/ && word(rest) ~ /^AAAA/) return word(rest)
  rest = behind(line)
  sub(/^[ \t]+/, "", rest)
  sub(/^[^ \t]*/, "", rest)
  return word(rest) ~ /^AAAA/ ? word(rest) : ""
}
'

# The text of a file as it is to be: its own lines byte for byte, but those of keys that are given; then the block. A last sign, not in
# the file, tells whether the last line ends.
EDIT='
!begun && /^key /    { given[$3] = 1; block = block $2 " " $3 " " $4 "\n"; next }
!begun && /^remove / { given[$2] = 1; next }
!begun && /^own /    { own = $2; next }
!begun && /^line /   { mine = substr($0, 6); next }
!begun               { begun = 1; next }
{
  if (held) keep(last)
  last = $0
  held = 1
}
function keep(line, plain) {
  plain = line
  sub(/\r$/, "", plain)
  if (plain ~ /^# eiginfra: begin/) { if (!place) place = count + 1; return }
  if (plain ~ /^# eiginfra: end/) return
  plain = key(line)
  if (plain != "" && plain == own) seen = 1
  else if (plain in given) return
  kept[++count] = line
}
END {
  open = last != "."
  if (open) keep(substr(last, 1, length(last) - 1))
  open = open && kept[count] == substr(last, 1, length(last) - 1)
  if (!adds) { block = ""; seen = 1 }
  if (block != "") block = "# eiginfra: begin; changes in this part are undone\n" block "# eiginfra: end\n"
  if (!seen && mine != "") block = mine "\n" block
  if (!place) place = count + 1
  for (at = 1; at < place; at++) printf "%s%s", kept[at], (open && at == count && block == "") ? "" : "\n"
  printf "%s", block
  for (; at <= count; at++) printf "%s%s", kept[at], (open && at == count) ? "" : "\n"
}
'

# own_line: the line by which a login lets eiginfra in; it is what another login gets where it is lost.
own_line() {
  for login in $logins; do
    (
      enter "$login" && look authorized_keys || exit 0
      awk -v own="$own" "$KEY"'{ sub(/\r$/, "") } key($0) == own && $0 !~ /command=/ { print; exit }' <&4
    )
  done | head -n 1
}

# edit NAME ADDS: write a file here again, if its text changes: beside, to disk, then in its place.
edit() {
  beside=".$1.eiginfra"
  look "$1"
  case $state in refused*) return 0 ;; esac
  [ -n "$size" ] || exec 4< /dev/null
  text=$(
    {
      printf '%s' "$wanted"
      printf 'own %s\nline %s\n.\n' "$own" "$line"
      cat <&4
      printf .
    } | awk -v adds="$2" "$KEY$EDIT" && printf .
  ) || fail 73 "$1: awk failed"
  text=${text%.}
  [ -n "$size" ] || [ -n "$text" ] || return 0
  ! printf '%s' "$text" | cmp -s - /proc/self/fd/4 || return 0
  rm -f "$beside"
  set -C
  command exec 5> "$beside" || fail 73 "$1: no file can be made beside it"
  set +C
  printf '%s' "$text" >&5 && [ "$(stat -L -c %s /proc/self/fd/5)" = "${#text}" ] || undo "$1: the disk is full"
  if [ -n "$size" ]; then
    chown "$(stat -L -c %u:%g /proc/self/fd/4)" /proc/self/fd/5 && chmod "$(stat -L -c %a /proc/self/fd/4)" /proc/self/fd/5 || undo "$1"
  else
    chown "$uid:$gid" /proc/self/fd/5 && chmod 600 /proc/self/fd/5 || undo "$1"
  fi
  sync "$beside" 2> /dev/null || sync || undo "$1"
  mv -f "$beside" "$1" || undo "$1"
  exec 5>&-
}

undo() {
  rm -f "$beside"
  fail 73 "$1"
}

if [ "$verb" = write ]; then
  line=$(own_line)
  for login in $logins; do
    (
      if ! enter "$login" && [ "$state" = absent ]; then
        case $wanted$line in *key* | *AAAA*) mkdir -m 700 .ssh && chown -h "$uid:$gid" .ssh || fail 73 "$home/.ssh: cannot be made" ;; esac
        enter "$login"
      fi
      [ "$state" = present ] || exit 0
      edit authorized_keys 1
      state=present
      edit authorized_keys2 ''
    ) || exit "$?"
  done
fi

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
