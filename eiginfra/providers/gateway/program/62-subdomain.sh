
# Sub-domains.

# The listen and server_name of what `nginx -T` prints, a line each: file, directive, arguments, separated by tabs.
directives() {
    awk '
        function word() { if (open) { words[++count] = token; token = ""; open = 0 } }
        function statement(  i) {
            if (words[1] == "listen" || words[1] == "server_name" || words[1] == "server_names_hash_bucket_size") {
                printf "%s", file
                for (i = 1; i <= count; i++) printf "\t%s", words[i]
                print ""
            }
            count = 0; words[1] = ""
        }
        /^# configuration file \/.*:$/ && !quote { file = substr($0, 22, length($0) - 22); count = 0; token = ""; open = 0; next }
        {
            size = length($0)
            for (at = 1; at <= size; at++) {
                sign = substr($0, at, 1)
                if (quote != "") { if (sign == "\\") { at++; token = token substr($0, at, 1) } else if (sign == quote) quote = ""; else token = token sign }
                else if (sign == "\\") { at++; token = token substr($0, at, 1); open = 1 }
                else if (!open && (sign == "\"" || sign == "\047")) { quote = sign; open = 1 }
                else if (!open && sign == "#") break
                else if (sign == " " || sign == "\t" || sign == "\r") word()
                else if (sign == ";" || (sign == "{" && substr(token, length(token)) != "$") || sign == "}") { word(); statement() }
                else { token = token sign; open = 1 }
            }
            if (quote == "") word()
        }'
}

named_elsewhere() { # NAME FILE: the other file of nginx that has a server of that name is in ELSEWHERE
    ELSEWHERE=$(nginx -T 2>/dev/null | directives | awk -F'\t' -v name="$1" -v own="$2" '
        $1 != own && $2 == "server_name" { for (i = 3; i <= NF; i++) if (tolower($i) == name || tolower($i) == "." name) { print $1; exit } }')
    [ -n "$ELSEWHERE" ]
}

certificate_of() { # HOST: the folder of its certificate is in CERTIFICATE; false where certificate or key cannot be read
    case $certificate in *'{name}'*) CERTIFICATE=${certificate%%'{name}'*}$1${certificate#*'{name}'} ;; *) CERTIFICATE=$certificate ;; esac
    [ -n "$certificate" ] && [ -s "$CERTIFICATE/fullchain.pem" ] && [ -s "$CERTIFICATE/privkey.pem" ]
}

server() { # PORT: begins a server
    cat <<EOF
server {
    listen $1;
EOF
    [ "$ipv6" = no ] || printf '    listen [::]:%s;\n' "$1"
    cat <<EOF
    server_name $name;
    server_tokens off;
EOF
}

challenge() {
    cat <<EOF
    location ^~ /.well-known/acme-challenge/ {
        root $challenge;
        default_type text/plain;
    }
EOF
}

site() { # the whole file
    cat <<EOF
# eiginfra $owner
# Written by eiginfra-gateway; what is changed here by hand is undone.
EOF
    server 80
    challenge
    if certificate_of "$name"; then
        cat <<EOF
    location / {
        return 301 https://$name\$request_uri;
    }
}
EOF
        server '443 ssl'
        cat <<EOF
    ssl_certificate $CERTIFICATE/fullchain.pem;
    ssl_certificate_key $CERTIFICATE/privkey.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    add_header Strict-Transport-Security \$eiginfra_transport always;
EOF
        page ''
    else
        page "${certificate:+        return 503;}"
    fi
}

page() { # FIRST: the rest of the server; FIRST is a line at the beginning of its location
    cat <<EOF
    add_header X-Content-Type-Options \$eiginfra_content_type always;
    add_header X-Frame-Options \$eiginfra_frame always;
    add_header Referrer-Policy \$eiginfra_referrer always;
    client_max_body_size ${max_body}m;
    location / {
EOF
    lines "$1"
    [ -z "$source" ] || { lines "$source" | sed 's/.*/        allow &;/' && printf '        deny all;\n'; }
    cat <<EOF
        proxy_pass http://$address:$port;
        proxy_http_version 1.1;
        proxy_connect_timeout 10s;
        proxy_read_timeout ${timeout}s;
        proxy_send_timeout ${timeout}s;
        proxy_set_header Host \$host;
        proxy_set_header X-Real-IP \$remote_addr;
        proxy_set_header X-Forwarded-For \$remote_addr;
        proxy_set_header X-Forwarded-Host \$host;
        proxy_set_header X-Forwarded-Port \$server_port;
        proxy_set_header X-Forwarded-Proto \$scheme;
        proxy_set_header Forwarded "";
EOF
    if [ "$websocket" = yes ]; then
        cat <<EOF
        proxy_set_header Upgrade \$eiginfra_upgrade;
        proxy_set_header Connection \$eiginfra_connection;
EOF
    else
        printf '        proxy_set_header Connection "";\n'
    fi
    printf '    }\n}\n'
}

restore() { # FILE CODE WORDS: ends; the file is as it was, which the note holds
    if [ -s "$NOTE" ]; then mv -fT -- "$NOTE" "$1"; else rm -f -- "$1" "$NOTE"; fi
    sync -- "${1%/*}" "${NOTE%/*}"
    fail "$2" "$3"
}

published() { # FILE: tests nginx and reloads it; where it refuses, the file is as it was
    said=$(nginx -t 2>&1) || restore "$1" 74 "$said"
    case $said in *"conflicting server name \"$name\""*) restore "$1" 65 "refused: name: another file of nginx has a server of that name" ;; esac
    said=$(service reload nginx 2>&1) || restore "$1" 74 "${said:-nginx cannot be reloaded}"
    finish
}

verb_subdomain() {
    accept ' name:host owner:owner address:address port:port websocket:yes max-body:mebibytes timeout:seconds source:source* '
    need nginx
    lock
    file=$SITES/eiginfra-$name.conf
    trusted "$SITES"
    trusted "$file"
    [ -e "$SHARED" ] || refuse "$SHARED" 'not there: setup was not run'
    contents "$file"
    old=$TEXT new=$(site && printf x)
    new=${new%x}
    case $old in '' | '# eiginfra '*) ;; *) refuse name "$file is not eiginfra's" ;; esac
    [ "$new" != "$old" ] || pending "subdomain:$name" || return 0
    ! named_elsewhere "$name" "$file" || refuse name "$ELSEWHERE has a server of that name"
    begin "subdomain:$name" "$old"
    put "$file" "$new" || restore "$file" 73 "cannot write $file"
    published "$file"
}

verb_subdomain_remove() {
    accept ' name:known-host '
    need nginx
    lock
    file=$SITES/eiginfra-$name.conf
    trusted "$SITES"
    trusted "$file"
    contents "$file"
    case $TEXT in '' | '# eiginfra '*) ;; *) refuse name "$file is not eiginfra's" ;; esac
    [ -e "$file" ] || pending "subdomain:$name" || return 0
    begin "subdomain:$name" "$TEXT"
    drop "$file" || restore "$file" 73 "cannot remove $file"
    published "$file"
}
