## What a server refuses, known without asking it.

server-rule = { $at }: the server refuses { $value }{ $rule ->
    [length] : it is longer than { $most } characters
    [email] , which is no e-mail address that all servers take
    [dns-name] , which is no host name
    [branch] , which is no name of a branch
    [commit-message] : a commit needs a message
    [topic] {" "}as a topic
    [ci-config] {" "}as the path of the CI/CD configuration
    [person-name] {" "}as a person's name
    [label] {" "}as a label
    [milestone] {" "}as the title of a milestone
    [variable-key] {" "}as the name of a variable
    [variable-scope] {" "}as a scope of environments
    [account] , which is no account
    [identifier] , which is no name that Proxmox VE gives
    [storage] , which is no name of a storage
    [realm] , which is no name of a realm
    [pool] , which is no name of a pool
    [acl-path] , which is no path of rights
    [calendar] , which is no time of a schedule
    [comment] {" "}as a comment
    [tag] {" "}as a tag
    [bridge] , which is no name of a bridge
    [mount-path] : nothing can be mounted there
    [firewall-address] , which is no list of addresses
    [firewall-ports] , which is no list of ports
    [unix-account] , which is no name that the gateway gives an account
    [firewall-device] , which is no network device
    [subdomain] , which is no sub-domain
    [machine] , which is no machine of a team
    [source] , which is no network from which somebody may come
   *[other] {""}
    }
    .remedy = { $rule ->
    [length] write { $most } characters at most
    [email] write name@domain, with letters, digits and . _ + ~ - before the @, 64 characters at most, and a domain that ends in letters
    [dns-name] write letters, digits and inner hyphens between the dots, 63 characters at most each
    [branch] write e.g. main or feature/name: no spaces, no ~ ^ : ? [ \, no .., not beginning with - or ., not ending in . or .lock
    [commit-message] write one line that says what the files are for
    [topic] write 1 to 255 characters without a comma; two topics are two entries
    [ci-config] write a path in the repository, without .. and not beginning with /, 255 characters at most
    [person-name] write 255 characters at most, the first word 127 at most, the rest 127 at most
    [label] write 1 to 255 characters without , ? and &
    [milestone] write one line of 1 to 255 characters
    [variable-key] write letters, digits and _ only, 255 characters at most
    [variable-scope] write letters, digits, spaces and - _ / $ {"{"} {"}"} . * only, 255 characters at most
    [account] write { $least } to { $most } characters with @ and the realm, without spaces and : / , !
    [identifier] write letters, digits and . _ - only
    [storage] write letters, digits and . _ -, beginning with a letter and ending with a letter or digit
    [realm] write letters, digits and . _ -, beginning with a letter, 2 to 32 characters
    [pool] write letters, digits and . _ -, at most three parts with / between them
    [acl-path] write e.g. /pool/NAME, /vms/NUMBER, /nodes/NAME or /storage/NAME
    [calendar] write e.g. 02:30, sat 04:00, mon..fri 22:00 or */30
    [comment] write { $most } characters at most, in one line
    [tag] write letters, digits and _ - + ., beginning with a letter, digit or _
    [bridge] write letters, digits and . _ -, e.g. vmbr1
    [mount-path] write a path from the root, e.g. /srv/data: no .., no //, not a folder of the system such as /proc or /etc
    [firewall-address] write addresses or networks of one sort with commas between them, one range, an alias, or +SET
    [firewall-ports] write ports, ranges such as 8000:8080 or names of services, with commas between them, 15 numbers at most
    [unix-account] write 1 to 32 lower-case letters, digits and . _ -, beginning with a letter or _, not ending with a dot
    [firewall-device] write 2 to 20 characters, e.g. net0
    [subdomain] write the name in full: lower-case letters, digits and inner hyphens between the dots, not xn--
    [machine] write its address: proxmox.container[COHORT/TEAM/MACHINE]
    [source] write a network such as 192.0.2.0/24 or 2001:db8::/32: no bits after the prefix, /8 (IPv4) or /16 (IPv6) at the widest; leave sources out for everybody
   *[other] write it otherwise
    }
path-refused = the { $noun } { $path }: { $problem }
    .remedy = choose another name
path-of-group = { $path } is the path of a group, so no project can have it
    .remedy = rename the project
account-name-refused = GitLab has no account { $username }: { $problem }
    .remedy = correct the user name
description-with-website = description and website together have { $length } characters on GitLab
    .remedy = shorten the description: { $longest } characters at most
file-path = '{ $path }' is no path in a repository
    .remedy = write it from the repository's root on, e.g. docs/README.md: no empty part, no .., no .git
file-and-folder = { $path } is a file and a folder
    .remedy = rename one of them
protocol-without-ports = the protocol { $proto } has no ports
    .remedy = leave the ports out, or write tcp or udp
icmp-type-alone = icmp_type needs the protocol icmp or icmpv6, and no dport
    .remedy = write proto: icmp
group-name-too-long = the security group { $name } has a name that is too long
    .remedy = write { $longest } characters at most
firewall-name = the firewall knows no { $what } '{ $name }'
    .remedy = write a name that Proxmox VE shows in its list
firewall-versions = a rule has addresses of IPv4 and of IPv6
    .remedy = write two rules
