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

