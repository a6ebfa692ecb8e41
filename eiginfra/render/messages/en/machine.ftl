## Who may enter machines, and what keeps eiginfra out.

access-without-machine = nobody asks for { $machine }
    .remedy = ask for the machine in the same playbook, or take the task out
key-is-own = a key of { $person } is eiginfra's own
    .remedy = write a key of the person's own: what it opens would be closed when they leave
key-of-two = { $one } and { $other } have the same key
    .remedy = each writes a key of their own: one that is taken away must not be somebody else's, too
machine-unknown-keys = { $keys-count ->
    [one] a key of nobody that is known lets
   *[other] { $keys-count } keys of nobody that is known let
    } into { $machine }: { $keys }
    .remedy = write the key under its person in the team's file, or take it out; with keys under authoritative: in cohort.yml it is removed
nothing-listens = nothing listens on port { $port } of { $machine }, where { $what } leads
    .remedy = start what is to answer there, on another address than 127.0.0.1, or write the port on which it does
machine-keys-refused = the authorized keys of { $login } on { $machine } cannot be worked with: { $why ->
    [symbolic-link] one of the files, or the folder, is a symbolic link
    [not-a-file] one of them is no file
    [not-a-folder] .ssh is no folder
    [owner] a file or the folder belongs to somebody else
    [home] the home cannot be entered, or belongs to somebody else
    [large] a file is larger than 1 MiB
    [zero-byte] a file has zero bytes in it
   *[other] { $why }
    }
    .remedy = set it right on the machine; who should have no access any more may have it until then
machine-login-missing = { $machine } has no account { $login }
    .remedy = write the user that the image has under logins: in the playbook
machine-keys-elsewhere = sshd on { $machine } reads keys from { $files-and }
    .remedy = eiginfra works with .ssh/authorized_keys alone: take AuthorizedKeysFile out of sshd's configuration there, and look who is in the other files
machine-host-key-changed = the host key of { $machine } is { $seen }, and { $known-and } is known: nothing was done there
    .remedy = somebody else may answer there. Compare it with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub says on the machine itself; if it is the machine's, run: eiginfra forget --host-key { $mark }
machine-host-key-unknown = the host key of { $machine } is not known, and nobody vouches for the first one that is seen: nothing was done there
    .remedy = look at the machine's own with ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub there, then have the next one believed: eiginfra forget --host-key { $mark }
machine-without-key = { $machine } does not let eiginfra in as { $login }: it has not eiginfra's key
    .remedy = run this once, as root: { $command }
machine-sudo-refused = { $login } on { $machine } may not become root without a password
    .remedy = give it that right there, as cloud images do: echo '{ $login } ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/90-{ $login }
machines-without-gateway = the site has machines: and no gateway:, through which machines are reached
    .remedy = write the section gateway: in the site file

## Why a machine was not entered.

reason-machine-off = the machine to be started: nobody can be let in or out while it is off
reason-machine-not-made = the machine to be made
reason-machine-without-address = the machine to have an IPv4 address
reason-machine-unreachable = the machine to answer at { $address }
reason-machine-unread = the machine to be well: { $text }
reason-machine-key-refused = the machine to let eiginfra in as { $login }
reason-machine-sudo-refused = { $login } to become root without a password
reason-machine-keys-refused = somebody to set the authorized keys of { $login } right ({ $why })
reason-machine-host-key-unknown = somebody to vouch for its host key
reason-machine-host-key-changed = somebody to say whether its new host key is right: { $seen }, where { $known-and } is known
