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

