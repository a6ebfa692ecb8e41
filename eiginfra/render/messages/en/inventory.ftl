## Files.

no-cohort-folder = there is no folder { $folder }
    .remedy = name a cohort's folder, e.g. -i inventories/eig3
cohort-suffix = the file is called cohort.yaml
    .remedy = rename it to cohort.yml
no-cohort = there is no cohort.yml in this folder
cohort-folder = the cohort is '{ $cohort }', but its folder is '{ $folder }'
    .remedy = give both the same name; the id is part of every path and marker, so correct the one that is new
stray-file = nothing reads this
    .remedy = a cohort's folder holds cohort.yml, the folders teams and handouts, and a README; team files belong in teams
file-ignored = this is no team file
    .remedy = team files end in .yml
folder-unreadable = the folder cannot be read: { $reason }
yaml-suffix = team files end in .yml
    .remedy = rename it to { $name }.yml
team-id = '{ $name }' is not a team id
    .remedy = rename the file: lower-case letters, digits and single hyphens, beginning with a letter, 31 characters at most
file-is-link = this is a symbolic link
    .remedy = put the file or the folder itself here
file-is-folder = this is a directory
    .remedy = name a YAML file
file-not-regular = this is not a regular file
    .remedy = name a YAML file
file-missing = there is no such file
    .remedy = check the path
file-unreadable = the file cannot be read: { $reason }
    .remedy = check its path and permissions
file-empty = the file is empty
    .remedy = write something in it, or delete it
file-too-large = the file has { $size } MiB; at most 1 MiB is read
    .remedy = is it the right file?
utf-16 = this file is UTF-16
    .remedy = save it in the encoding UTF-8
not-utf-8 = the byte 0x{ $byte } is not UTF-8
    .remedy = save the file in the encoding UTF-8
not-utf-8-but-latin-1 = the byte 0x{ $byte } is not UTF-8 (in Latin-1 it would be '{ $letter }')
    .remedy = save the file in the encoding UTF-8
invisible-character = an invisible character stands here (U+{ $sign })
    .remedy = delete it, or replace it by a space
merge-conflict = a merge conflict of Git stands here, not yet resolved
    .remedy = keep one of the versions, and delete Git's markers in { $lines-count ->
        [one] line
       *[other] lines
        } { $lines-and }

## Teams, people and machines.

no-team = the cohort has no team
    .remedy = write one: teams/<id>.yml beside this file
unknown-team = the quota names the team '{ $name }', which does not exist
no-quota = there is no quota for every team: each may ask for as many machines, and as large ones, as it likes
    .remedy = write quota: {"{"}default: {"{"}machines: 3, cores: 4, memory: 2GiB, disk: 40GiB, projects: 10{"}"}{"}"}
host-name-too-long = the host name { $host } has { $length } characters; { $longest } are possible
    .remedy = shorten the machine's name
mounts-on-vm = the machine '{ $name }' is a VM, which has no mounts
    .remedy = write a larger disk, or make it a container
former-name-in-use = '{ $name }' was '{ $was }', but '{ $was }' is still here
    .remedy = delete one of the two, or the key 'was'
duplicate-host = the host name { $name } is given twice{ $teams-count ->
    [0] {""}
   *[other] , by { $teams-and }
    }
    .remedy = rename one of the two machines
duplicate-team = the pool and the group { $name } would be shared, by { $teams-and }
    .remedy = give one of the two teams another id
sibling-mistaken = the files of the cohort { $name }, which shares the site, are wrong: { $why }
    .remedy = see eiginfra check -i { $name }; until then what counts of it is what the journal knows
duplicate-project = a second project '{ $name }' in this team
    .remedy = rename one; GitLab ignores case
duplicate-machine = a second machine '{ $name }' in this team
    .remedy = rename one
duplicate-mount = a second volume at { $name }
    .remedy = give it another path
duplicate-former-name = a second one was called '{ $name }'
    .remedy = only one can have had the name
duplicate-subdomain = the sub-domain '{ $name }' is asked for twice{ $teams-count ->
    [0] {""}
   *[other] , by { $teams-and }
    }
    .remedy = choose another
duplicate-port = the public port { $name } is asked for twice{ $teams-count ->
    [0] {""}
   *[other] , by { $teams-and }
    }
    .remedy = choose another
duplicate-machine-id = the machine ID { $name } is given twice{ $teams-count ->
    [0] {""}
   *[other] , by { $teams-and }
    }
    .remedy = each guest has its own ID
no-member = the team has no member
no-mentor = the team has no mentor
    .remedy = name one, so that the newcomers know whom to ask
duplicate-member = '{ $username }' stands { $among ->
    [both] among the members and the mentors
    [mentors] twice among the mentors
   *[members] twice among the members
    } of this team
    .remedy = keep one
person-differs = '{ $username }' has the { $key ->
    [email] e-mail address
   *[name] name
    } { $values-and }
    .remedy = write the same { $key ->
        [email] e-mail address
       *[name] name
        } in both, or use another user name if they are two persons
duplicate-email = the e-mail address { $email } is that of { $names-and }
    .remedy = give each account its own address
duplicate-account = { $key }: { $id } is given to { $names-and }
    .remedy = an account is one person's: keep it for the one whose it is
shared-ssh-key = this SSH key is that of { $names-and }
    .remedy = each person needs a key of their own, so that one can leave
username-spelling = the user name '{ $written }' is written '{ $spelt }' in team { $other }: both are '{ $lower }'
    .remedy = write { $spelt } here too
cohort-not-begun = the cohort begins on { $starts }, and today is { $today }: nothing new is made
    .remedy = wait, or say another day with --as-of
cohort-over = the cohort ended on { $ends }, and today is { $today }: nothing new is made
    .remedy = say another day with --as-of, or a later end if it goes on
until-outside-cohort = '{ $username }' would have access until { $until }, but the cohort goes from { $starts } to { $ends }
unknown-size = the site has no size '{ $size }'
unknown-image = the site has no image '{ $image }'
image-of-other-type = the site's image '{ $image }' is not there for a { $type }
    .remedy = choose another type, or another image: there is { $others-count ->
        [0] none
       *[other] { $others }
        }
machine-id-out-of-range = the machine ID { $id } is not among the site's ({ $ids })
    .remedy = only a guest in the site's range can be adopted: its address follows from its ID
reserved-port = the port { $port } is the server's own: { $owner ->
    [ssh] SSH
    [mail] mail
    [http] HTTP
    [https] HTTPS
    [spice] the SPICE proxy
    [proxmox-web] Proxmox's web interface
    [proxmox-consoles] Proxmox's consoles
    [proxmox-migrations] Proxmox's migrations
   *[rpcbind] rpcbind
    }
    .remedy = choose another, e.g. 10000 and above
port-out-of-range = the port { $port } is not among the gateway's ({ $ports })
    .remedy = choose another
gateway-absent = the site has no gateway: { $asked-and } { $total ->
    [one] is
   *[other] are
    } written and checked, and will be made when it has one

## Values.

at-label = { $label }: { $said }
missing-key = '{ $key }' is missing{ $inside ->
    [file] {""}
   *[other] {" "}in { $inside }
    }
    .remedy = add '{ $key }: …'
unknown-key = unknown key '{ $key }'{ $inside ->
    [file] {""}
   *[other] {" "}in { $inside }
    }
no-value = there is no value
entry-split = { $names-and } stand apart, where one entry belongs
    .remedy = write { $write }
pair-as-entry = each value of an entry is named by its key
    .remedy = write { $write }
text-cut = only '{ $kept }' is read: the # after it begins a comment
    .remedy = write { $quoted }, or a space after the # of a comment
no-value-but-comment = there is no value: # begins a comment
    .remedy = write { $key }: { $quoted }, if that was meant, or else delete the key
secret-in-file = a secret is never written in the file itself
    .remedy = write where it is kept: {"{"}env: NAME{"}"}, {"{"}file: PATH{"}"} or {"{"}command: [PROGRAM, ARGUMENT]{"}"}
not-an-address = { $value } is not an IPv4 address
    .remedy = write four numbers from 0 to 255, e.g. 9.9.9.9
not-a-network = { $value } is not an IPv4 network
    .remedy = write its first address and its length, e.g. 192.168.0.0/24
not-a-date = { $value } is not a date
    .remedy = write year-month-day, e.g. 2020-06-30
wrong-type = { $found ->
    [truth] the truth value { $value }
    [number] the number { $value }
    [text] text
    [list] a list
   *[mapping] a mapping (key: value)
    } stands here, where { $wanted ->
    [text] text
    [number] a whole number
    [truth] true or false
    [list] a list
    [date] a date
   *[mapping] a mapping
    } belongs
    .remedy = { $wanted ->
        [text] write one text
        [number] write digits, without quotes
        [truth] write true or false
        [list] write each entry after '- ', or all of them in [brackets]
        [date] write year-month-day, e.g. 2020-06-30
       *[mapping] write 'key: value' lines, or {"{"}key: value{"}"}
        }
too-small = { $value } is too small
    .remedy = at least { $ge }
too-large = { $value } is too large
    .remedy = at most { $le }
empty-text = the text is empty
    .remedy = write something, or delete the key
text-too-long = the text is too long
    .remedy = at most { $max_length } characters
empty-list = the list is empty
    .remedy = { $min_length ->
        [one] at least 1 entry
       *[other] at least { $min_length } entries
        }
list-too-long = the list is too long
    .remedy = { $max_length ->
        [one] at most 1 entry
       *[other] at most { $max_length } entries
        }
unknown-choice = { $value } is not known here
refused = { $text }
pattern = { $value } is not { $what ->
    [team-id] a team or cohort id
    [machine-name] a machine's name
    [subdomain] a sub-domain
    [username] a user name
    [provider] the name of a way to sign in
    [login] the name of a user in a machine
    [proxmox-account] an account on Proxmox VE
    [email] an e-mail address that GitLab and Proxmox take
    [former-name] a former name
    [project-name] a project name
    [url] a web address
    [proxy] a proxy's address
    [fingerprint] the fingerprint of a key
    [certificate-folder] a folder of certificates
    [host-name] a host or domain name
    [colour-value] a colour
    [font] the name of a font
    [stylesheet] the name of a stylesheet
    [project-path] the path of a project
    [group-path] the path of a group
    [token-id] the id of an API token
    [hours] a time of day
    [kind-name] the name of a kind
    [code] the code of a finding
    [listen] an address to listen on
    [license] an SPDX identifier
    [mount-path] a path to mount a volume at
   *[title] a title
    }
url = { $value } is not a web address
    .remedy = check host and port
url-with-user = a web address with a user name or password
    .remedy = delete everything before the @
license-without-version = { $value } is not an SPDX identifier: it names no version
    .remedy = write { $whole }, if that is the one
wrong-encoding = { $value } was saved in a wrong encoding
    .remedy = write { $meant }
size = { $value } is not { $what ->
    [body] a size of requests
   *[other] a { $what } size
    }
size-too-large = { $size } is too large for a { $what ->
    [body] request
   *[other] { $what }
    }
    .remedy = at most { $largest }
not-a-size = { $value } is not a size
size-beyond = { $value } is too large
size-without-unit = { $value } has no unit
two-sizes = size and { $amounts } together
    .remedy = keep `size`, or write cores, memory and disk
no-size = no size
    .remedy = write `size`, or also { $missing-and }
clone-of-container = clone for a container
    .remedy = write `type: vm`, or leave `clone` out
range = { $value } is not a range
    .remedy = write first-last, e.g. 100-250
ports = { $ports } are no ports
    .remedy = they go from 1 to 65535
host-key = { $value } is neither a fingerprint nor the path of a file
    .remedy = write SHA256: and the 43 signs that ssh-keygen -lf shows, or the path of a known_hosts file
reserved = { $value } is neither a port nor a sub-domain's first part
    .remedy = write 10001 or www
one-secret-source = name exactly one source of the secret
    .remedy = write {"{"}env: NAME{"}"}, {"{"}file: PATH{"}"} or {"{"}command: [PROGRAM, ARGUMENT]{"}"}
secret-place = this does not say where a secret is kept
    .remedy = write {"{"}env: NAME{"}"}, {"{"}file: PATH{"}"} or {"{"}command: [PROGRAM, ARGUMENT]{"}"}, never the secret
secret-env = env is not the name of an environment variable
    .remedy = write the name, never the secret
secret-command = the command is empty
    .remedy = write [PROGRAM, ARGUMENT, …]
gateway-outside = the gateway { $gateway } is not in { $subnet }
    .remedy = write an address of that network
gateway-in-range = the range { $ids } holds the gateway ({ $gateway } is number { $number })
    .remedy = end it before, or begin it after { $number }
range-leaves-subnet = the range { $ids } must lie within 100-{ $largest }: Proxmox begins at 100, { $subnet } ends there
    .remedy = write a range within 100-{ $largest }
empty-image = an image of nothing
    .remedy = write container, vm or both
two-journals = `journal` and `journal_url` name two journals
    .remedy = leave out one of them
interval = { $value } is not a stretch of time
    .remedy = write 30s, 10m or 2h
negative = { $names } below zero
    .remedy = write 0 or more
amounts-too-large = { $names } too large
    .remedy = at most { $most }
cap = { $value } is not a cap
    .remedy = write 3, 20% or '3 or 20%'
days = { $value } is not a number of days
    .remedy = write 30d
dates-reversed = the cohort ends ({ $ends }) before it starts ({ $starts })
    .remedy = exchange the two dates
private-key = this is a private key
    .remedy = delete it, make a new pair with ssh-keygen, and write the .pub file's line here
ssh-key = this is not a public SSH key
    .remedy = copy the one line of the .pub file: 'ssh-ed25519 AAAA… comment'
ssh-key-damaged = this public SSH key is damaged or cut off
    .remedy = copy the whole line of the .pub file again
ssh-key-dsa = this is a DSA key, which SSH no longer takes
    .remedy = make a new pair with ssh-keygen -t ed25519, and write the .pub file's line
ssh-key-fingerprint = this is the fingerprint of a key, not the key
    .remedy = copy the one line of the .pub file: 'ssh-ed25519 AAAA… comment'
ssh-key-putty = this public key is in PuTTY's format
    .remedy = write the line that ssh-keygen -i -f FILE prints
ssh-key-pem = this public key is in PEM format
    .remedy = write the line that ssh-keygen -i -m PKCS8 -f FILE prints
ssh-key-path = this is the path of a file, not a key
    .remedy = write the line that the file holds: cat { $path }
ssh-key-broken = this SSH key is cut over two lines, or broken by spaces
    .remedy = write the whole key on one line: type, one space, the long text, one space, a comment
ssh-key-text-before = text stands before this SSH key
    .remedy = begin with { $first }
ssh-key-without-type = the first word of this SSH key is missing
    .remedy = write { $type } and a space before it
