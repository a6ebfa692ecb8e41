
# Accounts for jumping.

accounts() { # [NAME]: NAME:UID:EXPIRES:MEMBER:PRIVILEGED:SHELL of every account, or of one
    awk -F: -v only="${1-}" -v group="$GROUP" '
        BEGIN { split("root sudo wheel adm docker lxd disk", names, " "); for (i in names) may[names[i]] = 1 }
        FILENAME == "/etc/group" {
            if ($1 == group) ours = $3
            if ($1 in may) strong[$3] = 1
            count = split($4, list, ",")
            for (i = 1; i <= count; i++) { if ($1 == group) member[list[i]] = 1; if ($1 in may) privileged[list[i]] = 1 }
        }
        FILENAME == "/etc/shadow" { expires[$1] = $8 }
        FILENAME == "/etc/passwd" && (only == "" || $1 == only) {
            above = $3 < 1000 || $3 > 59999 || $1 == "eiginfra" || ($4 in strong) || ($1 in privileged)
            inside = (ours != "" && $4 == ours) || ($1 in member)
            print $1 ":" $3 ":" expires[$1] ":" (inside ? 1 : 0) ":" (above ? 1 : 0) ":" $7
        }' /etc/group /etc/shadow /etc/passwd
}

account() { # NAME: what there is of it is in HAS_UID, MEMBER, PRIVILEGED; false where there is none
    found=$(accounts "$1")
    HAS_UID='' MEMBER=0 PRIVILEGED=0
    [ -n "$found" ] || return 1
    IFS=: read -r _ HAS_UID _ MEMBER PRIVILEGED _ <<EOF
$found
EOF
}

# sshd names its process for the account before it looks at a key, so that nobody is overlooked who is just coming in. A node sees the processes
# of its containers, too: those are in other namespaces, and not this account's, whatever their UID and name.
end_sessions() { # NAME UID
    [ "$2" -ge 1000 ] || return 1
    tries=0 own=$(ps -o pidns= -p "$$")
    while [ "$tries" -lt 5 ]; do
        found=$(ps -ewwo pid=,uid=,pidns=,stat=,args= | awk -v name="$1" -v uid="$2" -v own="$own" '
            $3 + 0 != own + 0 || $4 ~ /^Z/ { next }
            { pid = $1; owner = $2; sub(/^ *[0-9]+ +[0-9]+ +[0-9]+ +[^ ]+ +/, ""); sub(/^sshd(-session)?: /, "sshd: ") }
            owner == uid || $0 == "sshd: " name " [priv]" || $0 == "sshd: " name " [net]" { print pid }')
        [ -n "$found" ] || return 0
        while IFS= read -r process; do
            kill -KILL "$process" 2>/dev/null
        done <<EOF
$found
EOF
        tries=$((tries + 1))
    done
}

authorized() { # the lines of the account's keys
    limits=restrict
    [ -z "$open" ] || limits=restrict,port-forwarding$(lines "$open" | sed 's/.*/,permitopen="&:22"/' | tr -d '\n')
    lines "$key" | while IFS= read -r one; do printf '%s %s\n' "$limits" "$one"; done
}

words() { # TEXT: each of its options and keys on a line
    lines "$1" | sed 's|[, ]|\n|g' | sort -u
}

taken_away() { # OLD NEW: is there anything in the old keys that is not in the new ones?
    [ -n "$1" ] || return
    was=$(words "$1") is=$(words "$2")
    while IFS= read -r word; do
        case $NL$is$NL in *"$NL$word$NL"*) ;; *) return 0 ;; esac
    done <<EOF
$was
EOF
    return 1
}

# What useradd and usermod write is several files, one by one: on a full disk some of them only.
space() { # is there enough for all of them, with their copies?
    size=$(cat /etc/passwd /etc/shadow /etc/group /etc/gshadow 2>/dev/null | wc -c)
    head -c "$((size * 2 + 262144))" /dev/zero >"$FOLDER/.space.new" && sync -- "$FOLDER/.space.new"
    enough=$?
    rm -f -- "$FOLDER/.space.new"
    return "$enough"
}

change_account() { # makes it, or sets right what there is
    space || return
    if [ -z "$HAS_UID" ]; then
        useradd --no-create-home --home-dir /nonexistent --no-user-group --gid "$GROUP" --groups "$GROUP" --shell "$NOLOGIN" --password '*' \
            --expiredate "$expires" -K UID_MIN=1000 -K UID_MAX=59999 "$name" || return
        account "$name"
    else
        usermod --groups "$GROUP" --shell "$NOLOGIN" --password '*' --expiredate "$expires" "$name" >/dev/null
    fi
}

verb_account() {
    accept ' name:name uid:uid? expires:date? enabled:yes open:address* key:key* '
    [ "$name" != eiginfra ] || refuse name 'eiginfra is the account of eiginfra itself'
    need ps
    need useradd
    lock
    trusted "$KEYS"
    file=$KEYS/$name
    trusted "$file"
    if account "$name"; then
        [ "$PRIVILEGED" = 0 ] || refuse name 'a privileged account'
        [ -z "$uid" ] || [ "$uid" = "$HAS_UID" ] || refuse uid "that of $name is another"
        [ "$MEMBER" = 1 ] || [ -n "$uid" ] || refuse name "there is such an account, which is not in $GROUP"
    fi
    contents "$file"
    old=$TEXT new='' end=no
    [ "$MEMBER" = 1 ] || [ -z "$HAS_UID" ] || end=yes
    if [ "$enabled" = no ]; then
        expires=1970-01-02 end=yes
    else
        new=$(authorized)
        new=${new:+"$new$NL"}
        [ -z "$expires" ] || { date_days "$expires" && [ "$DAYS" -gt "$(($(date +%s) / 86400))" ]; } || end=yes
    fi
    begin "account:$name" ''
    if [ "$end" = yes ] || [ "$WAITING" = yes ] || taken_away "$old" "$new"; then end=yes; fi
    [ "$enabled" = yes ] || drop "$file" || give_up 73 "cannot remove $file"
    [ "$new" = "$old" ] || [ "$enabled" = no ] || beside "$file" "$new" || give_up 73 "cannot write $file"
    made=no
    [ -n "$HAS_UID" ] || made=yes
    change_account || { account_failed && give_up 73 "cannot change $name"; }
    if [ "$new" != "$old" ] && [ "$enabled" = yes ] && ! keep "$file"; then
        [ "$made" = no ] || userdel "$name"
        give_up 73 "cannot write $file"
    fi
    [ "$end" = no ] || end_sessions "$name" "$HAS_UID"
    finish
}

account_failed() { # what was begun goes; whoever is closed leaves at once, whatever failed
    [ "$made" = no ] || ! account "$name" || userdel "$name"
    rm -f -- "$KEYS/.$name.new"
    [ "$made$enabled" != nono ] || end_sessions "$name" "$HAS_UID"
}

verb_account_remove() {
    accept ' name:name '
    need ps
    need userdel
    lock
    trusted "$KEYS"
    trusted "$KEYS/$name"
    if ! account "$name"; then
        [ -e "$KEYS/$name" ] || pending "account:$name" || return 0
        begin "account:$name" ''
        drop "$KEYS/$name" && finish
        return
    fi
    [ "$PRIVILEGED" = 0 ] || refuse name 'a privileged account'
    [ "$MEMBER" = 1 ] || refuse name "not in $GROUP"
    begin "account:$name" ''
    drop "$KEYS/$name" || give_up 73 "cannot remove $KEYS/$name"
    end_sessions "$name" "$HAS_UID"
    if ! space || ! usermod --expiredate 1970-01-02 "$name" >/dev/null || ! end_sessions "$name" "$HAS_UID" || ! userdel "$name"; then
        fail 73 "cannot delete $name"
    fi
    finish
}
