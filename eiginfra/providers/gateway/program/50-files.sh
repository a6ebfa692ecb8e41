
# Files are written beside, synced and moved; what is under way is noted, so that it can be cut anywhere.

contents() { # FILE: its text is in TEXT, empty where there is none
    TEXT=''
    [ ! -f "$1" ] || { TEXT=$(cat -- "$1" && printf x) && TEXT=${TEXT%x}; }
}

beside() { # FILE TEXT: writes it to disk, next to its place; false where that failed, and then nothing is left
    NEW=${1%/*}/.${1##*/}.new
    rm -f -- "$NEW" && printf '%s' "$2" | cat >"$NEW" && [ "$(stat -c %s -- "$NEW")" -eq "${#2}" ] && sync -- "$NEW" && return
    rm -f -- "$NEW"
    return 1
}

keep() { # FILE: what was written beside takes its place
    mv -fT -- "${1%/*}/.${1##*/}.new" "$1" && sync -- "${1%/*}"
}

put() { # FILE TEXT
    beside "$1" "$2" && keep "$1"
}

drop() { # FILE
    rm -f -- "$1" && sync -- "${1%/*}"
}

# What a verb is about is a file under PENDING while it works: KIND:NAME. Of a sub-domain it holds the file as it was.
begin() { # KIND:NAME TEXT: notes it; a note that is there already stays as it is, and WAITING is yes
    trusted "$FOLDER"
    trusted "$PENDING"
    [ -d "$PENDING" ] || refuse "$PENDING" 'not there: setup was not run'
    NOTE=$PENDING/$1 WAITING=no
    trusted "$NOTE"
    if [ -e "$NOTE" ]; then
        WAITING=yes
    else
        put "$NOTE" "$2" || fail 73 "cannot write $NOTE"
    fi
}

pending() { # KIND:NAME: is it noted?
    [ -e "$PENDING/$1" ]
}

finish() { # it is done
    drop "$NOTE"
}

give_up() { # CODE WORDS: ends; all is as before
    [ "$WAITING" = yes ] || finish
    fail "$1" "$2"
}
