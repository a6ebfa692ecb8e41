
# The data of a verb.

accept() { # ' KEY:FORM KEY:FORM? KEY:FORM* ': reads and validates it; ? may be missing, * may be repeated
    name='' uid='' expires='' enabled='' open='' key='' owner='' address='' port='' websocket='' max_body='' timeout='' source=''
    public='' protocol='' closed='' id='' keyctl=''
    # Signs that nothing here may contain are made one, so that the shell loses none of them.
    data=$(head -c 1048577 | tr '\000-\011\013-\037\177-\377' '[\001*]' && printf x)
    data=${data%x}
    [ "${#data}" -le 1048576 ] || refuse data 'more than 1 MiB'
    case $data in *"$NO_TEXT"*) refuse data 'more than printable ASCII' ;; esac
    case $NL$data in *"${NL}end$NL") ;; *) refuse data 'cut: it does not end with the line end' ;; esac
    data=${data%"end$NL"}
    seen=' ' count=0
    [ -z "$data" ] || while IFS= read -r line; do
        count=$((count + 1))
        [ "$count" -le 4999 ] || refuse data 'more than 5000 lines'
        [ "${#line}" -le 20000 ] || refuse "line $count" 'more than 20000 characters'
        value=${line#* } asked=${line%% *}
        [ "$asked" != "$line" ] || refuse "line $count" 'not KEY VALUE'
        case $asked in '' | *[!a-z-]*) refuse "line $count" 'no such key' ;; esac
        form=${1#*" $asked:"}
        [ "$form" != "$1" ] || refuse "line $count" 'no such key'
        form=${form%% *}
        case $form in *'*') ;; *) case $seen in *" $asked "*) refuse "$asked" 'given twice' ;; esac ;; esac
        form=${form%[?*]}
        fits "$form" "$value" || refuse "$asked" "not $WHY"
        seen="$seen$asked "
        take "$asked" "$value"
    done <<EOF
${data%"$NL"}
EOF
    rest=${1# }
    while [ -n "$rest" ]; do
        asked=${rest%% *} rest=${rest#* }
        case $asked in *'?' | *'*') continue ;; esac
        case $seen in *" ${asked%%:*} "*) ;; *) refuse "${asked%%:*}" missing ;; esac
    done
    open=$(sorted "$open") key=$(sorted "$key") source=$(sorted "$source")
}

take() { # KEY VALUE
    case $1 in
        name) name=$2 ;;
        uid) uid=$2 ;;
        expires) expires=$2 ;;
        enabled) enabled=$2 ;;
        open) open=$open$2$NL ;;
        key) key=$key$2$NL ;;
        owner) owner=$2 ;;
        address) address=$2 ;;
        port) port=$2 ;;
        websocket) websocket=$2 ;;
        max-body) max_body=$2 ;;
        timeout) timeout=$2 ;;
        source) source=$source$2$NL ;;
        public) public=$2 ;;
        protocol) protocol=$2 ;;
        closed) closed=$2 ;;
        id) id=$2 ;;
        keyctl) keyctl=$2 ;;
    esac
}
