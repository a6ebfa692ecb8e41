## What eiginfra doctor says.

proxmox-unreachable = { $text }
proxmox-not-examined = { $text }
proxmox-fine = Proxmox VE { $version } at { $url } can be worked with
proxmox-old = Proxmox VE { $version } was never tried; 8.2 or newer is meant
    .remedy = upgrade the server
proxmox-no-tls = the token is sent unencrypted
    .remedy = write https:// in `url:`
certificate-unreadable = its certificate could not be read: { $text }
certificate-ends = its certificate ends in { $days ->
    [one] 1 day
   *[other] { $days } days
    }
    .remedy = renew it on the server
token-rights = the token { $token } lacks { $privileges } on { $path } ({ $purpose ->
    [virtual-machines] virtual machines
    [snapshots] snapshots
    [accounts] accounts
    [firewall] firewall
    [backup-job] backup job
   *[core] core
    }): { $purpose ->
    [virtual-machines] virtual machines cannot be cloned
    [snapshots] a guest whose team asked for snapshots is not changed
    [accounts] teams' accounts, groups, roles and rights cannot all be made and kept
    [firewall] it is not known whether the datacenter's firewall is on; the guests' own works all the same
    [backup-job] the backup job is left to an administrator, whom the plan tells the command
   *[core] pools and guests cannot be made and kept
    }
    .remedy = as root: { $command }, with a role that has { $needed }; docs/prepare-proxmox.md has all commands
realm-unknown = Proxmox has no realm { $realm }
    .remedy = see `realm:` under `proxmox:`; there are { $realms }
node-down = node { $node } is offline
    .remedy = see `nodes:` under `proxmox:`
node-unknown = node { $node } does not exist; there are { $nodes }
    .remedy = see `nodes:` under `proxmox:`
storage-unknown = storage { $storage } on { $node } does not exist, or is hidden from the token
    .remedy = see `storage:` under `proxmox:`
storage-inactive = storage { $storage } on { $node } is not active
    .remedy = see `storage:` under `proxmox:`
storage-content = storage { $storage } on { $node } must not hold { $contents }
    .remedy = see `storage:` under `proxmox:`
bridge = node { $node } has no bridge { $bridge }; it has { $bridges-count ->
    [0] none
   *[other] { $bridges }
    }
    .remedy = see `network:` under `proxmox:`
images-unseen = the images on storage { $storage } of { $node } cannot be looked at: { $text }
image-missing = the image { $image } is { $volume }, which node { $node } has not; it has { $there-count ->
    [0] none
   *[other] { $there }
    }
    .remedy = on { $node }: pveam download { $storage } …; or write one that is there, under `images:` in the site file
image-guest-missing = the image { $image } is VM { $id }, which does not exist or is hidden from the token; templates are { $there-count ->
    [0] none
   *[other] { $there }
    }
    .remedy = see `images:` in the site file, or make the template; docs/prepare-proxmox.md has the commands
image-no-vm = the image { $image } is { $id }, a container on { $node }, not a VM; templates are { $there-count ->
    [0] none
   *[other] { $there }
    }
    .remedy = see `images:` in the site file
image-no-template = the image { $image } is VM { $id } on { $node }, which is no template; templates are { $there-count ->
    [0] none
   *[other] { $there }
    }
    .remedy = on { $node }: qm template { $id }; or see `images:` in the site file
template-on-one-node = template { $id } is on { $node } with its disks on { $storages }, which is not shared: it cannot be cloned to { $others }
    .remedy = put its disks on a shared storage, or leave { $others } out of `nodes:`
template-bridge = { $device } of template { $id } is on a bridge that the token may not use ({ $right }): it cannot be cloned
    .remedy = connect the template to the site's bridge, or as root: { $command }, with a role that has SDN.Use
datacenter-firewall-off = rules and filters of guests have no effect until the datacenter's firewall is on
    .remedy = turn it on by hand, from a console that does not depend on the network
datacenter-firewall-unknown = whether the datacenter's firewall is on cannot be seen: while it is off, rules of guests have no effect
    .remedy = grant Sys.Audit on / to the token, or look: pvesh get /cluster/firewall/options
clock = the clock of { $node } says { $there }, this machine's { $here } (UTC)
    .remedy = accounts and backups go by the server's clock; set the wrong one right (a lab may be in another year on purpose)

## Room.

ids-used-up = the range { $first }-{ $last } has { $size } numbers; { $used } are or were in use, { $asked ->
    [one] 1 new machine wants one
   *[other] { $asked } new machines want one each
    }
    .remedy = widen network.ids in the site file, or remove old backups (their numbers are not used again)
node-memory = node { $node } has { $has } of memory; guests that this plan leaves alone are configured for { $others }; this plan asks for { $asked }: { $excess } too much
    .remedy = ask for less, let go what is not used any more, or add memory or a node
node-cores = node { $node } has { $has } cores, which may be promised { $times } times: { $most }; guests that this plan leaves alone have { $others }; this plan asks for { $asked }: { $excess } too many
    .remedy = ask for fewer, or add a node
vm-cores = a VM of { $cores } cores cannot start on node { $node }, which has { $has }
    .remedy = ask for fewer
storage-full = storage { $storage } on { $node } has { $free } free; this plan asks for { $asked } more: { $excess } too much
    .remedy = ask for less, or make room
storage-exhausted = storage { $storage } on { $node } has { $free } of { $total } free; { $cloning ->
    [false] this plan makes or enlarges volumes on it
   *[other] the clones of this plan take { $copied } at once
    }
    .remedy = make room: remove what is not used any more, or enlarge it
storage-overprovisioned = storage { $storage } on { $node } has { $total }, of which { $used } are used; its volumes may grow to { $promised }; this plan adds { $asked }: { $excess } too much
    .remedy = watch it: guests whose storage is full lose what they write
storage-unusable = storage { $storage } cannot be used on node { $node }: { $why }; the machines and disks that need it are neither made nor grown
    .remedy = see to the storage (pvesm status --storage { $storage }), then make a new plan; all else is done meanwhile

## Guests.

id-outside-range = the number { $id } is not in the site's range { $first }-{ $last }
    .remedy = only guests of the range can be adopted
id-twice = the number { $id } is given to { $address } and to { $other }
node-offline = node { $node } is offline: what is on it (guests { $guests-count ->
    [0] none
   *[other] { $guests }
    }) is unknown, not missing, and nothing is made in its place
    .remedy = see to the node, then make a new plan; what is wanted on the other nodes is done meanwhile
node-silent = node { $node } does not answer: what is on it (guests { $guests-count ->
    [0] none
   *[other] { $guests }
    }) is unknown, not missing, and nothing is made in its place
    .remedy = see to the node, then make a new plan; what is wanted on the other nodes is done meanwhile
guest-moved = { $type ->
    [qemu] VM
   *[other] container
    } { $id } was moved from { $was } to { $now }; it is left there
mark-lost = { $type ->
    [qemu] VM
   *[other] container
    } { $id } on { $node } was { $key }, but its description no longer says so
    .remedy = write the line `eiginfra: { $key }` into it again; or, if another is to be made, eiginfra forget '{ $address }'
mark-copied = { $copies-and } { $copies-count ->
    [one] bears
   *[other] bear
    } the mark { $mark } of { $original }: { $copies-count ->
    [one] a copy, which is left alone
   *[other] copies, which are left alone
    }
    .remedy = take the line `eiginfra: { $mark }` out of its description
mark-twice = { $guests-and } bear the same mark { $mark }
    .remedy = take the line `eiginfra: { $mark }` out of the description of the one that is not meant
mark-on-other-type = a { $wanted ->
    [qemu] VM
   *[other] container
    } is wanted, but { $key } is { $type ->
    [qemu] VM
   *[other] container
    } { $id } on { $node }
    .remedy = a guest cannot change its type: give the new one another name, or let the old one go first
cannot-adopt = `id: { $id }` adopts a { $type ->
    [qemu] VM
   *[other] container
    } that exists, but { $problem }
    .remedy = correct the number, or leave it out and a new one is made
guest-half-made = { $type ->
    [qemu] VM
   *[other] container
    } { $id } on { $node } is locked ({ $lock }): it is being made, or its making broke off
    .remedy = its number counts as taken; if no task works on it any more, remove it by hand
guest-locked = { $type ->
    [qemu] VM
   *[other] container
    } { $id } on { $node } is locked ({ $lock }): changes must wait
guest-other-devices = { $type ->
    [qemu] VM
   *[other] container
    } { $id } has further network devices, which are left alone: { $devices }
gateway-replaced = the gateway { $was } of { $type ->
    [qemu] VM
   *[other] container
    } { $id } becomes { $now } with its address
template-more-disks = template { $id } has further disks ({ $disks }): each VM made from it gets them too, and they count
template-more-devices = template { $id } has further network devices ({ $devices }): each VM made from it gets them too, and they are left as they are
    .remedy = take them off the template, or make one without them for teams
volumes-detached = { $type ->
    [qemu] VM
   *[other] container
    } { $id } keeps volumes that were taken off it: { $volumes }; they count as disk ({ $size }), are in no backup, and go with it
    .remedy = copy what is still needed, then: { $command ->
    [none] restart it, which takes them off
   *[other] { $command }
    }
volume-kept = the volume at { $path } ({ $size }) is taken off container { $id }, and stays with it as an unused one: it still counts as disk
    .remedy = remove it by hand when nobody needs what is in it
guest-unreadable = { $type ->
    [qemu] VM
   *[other] container
    } { $id } on { $node } cannot be read: { $why }; it is left alone, and nothing is made in its place
    .remedy = see to it on the server; all else is done meanwhile
marker-disagrees = { $type ->
    [qemu] VM
   *[other] container
    } { $id } on { $node } bears the marker { $mark }, which does not agree with { $known ->
    [none] its pool { $pool ->
        [none] (it is in none)
       *[other] ({ $pool })
        }
   *[other] the journal, which knows it as { $known }
    }: the marker is not believed, and the guest is left alone
    .remedy = look who wrote it; if the guest is that machine, move it to pool { $wanted } by hand; else take the line out of its description
firewall-unreadable = the firewall of guest { $id } cannot be read: { $why }; it is left as it is
    .remedy = see to the guest on the server; all else is done meanwhile
balloon-fitted = balloon of { $template ->
    [true] template
   *[other] VM
    } { $id } is { $now }, more than the memory of { $memory } allows; it becomes { $value } with it
vcpus-fitted = vcpus of { $template ->
    [true] template
   *[other] VM
    } { $id } is { $now }, more than { $cores } cores allow; it goes with them
container-without-cores = container { $id } has no limit of cores: it may use all of its node, and counts as none
    .remedy = set its cores on the server, or adopt it with `id:`
feature-for-root = container { $id } lacks { $features }, which Proxmox lets only root switch on
    .remedy = as root on { $node }: { $command }; then restart it
size-not-whole = { $size } is not a whole number of { $unit }, { $least } or more
balloon-larger = balloon is { $balloon }, more than all the memory, { $memory }

## Templates.

container-template-missing = there is no container template { $image } on node { $node }
    .remedy = there are { $templates }: see `images` in the site file, or fetch it on the node: pveam download
vm-template-missing = there is no VM template { $id } that the token sees
    .remedy = see `images` in the site file, or grant VM.Audit and VM.Clone on the template
template-disk-larger = the disk of template { $id } is { $disk }, wanted { $wanted }
    .remedy = disks are never shrunk: write a larger disk, or use a smaller template
template-without-cloud-init = template { $id } has no drive for cloud-init: its clones are given neither address nor keys
    .remedy = on node { $node }: qm set { $id } --ide2 { $storage }:cloudinit
linked-clone-elsewhere = a linked clone stays where template { $id } has its disk, on storage { $storages }, not on { $storage }
    .remedy = write `clone: full`, or make the template on { $storage }
linked-clone-impossible = the storage of template { $id } makes no linked clones
    .remedy = write `clone: full`, or make the template on one that does: LVM-thin, ZFS, Ceph, btrfs, or qcow2 files

## Accounts, roles and rights.

account-not-confirmed = there is an account { $user } on Proxmox VE, and nothing proves that it is theirs
    .remedy = ask the person, then: eiginfra confirm
account-privileged = the account { $user } on Proxmox VE has rights on { $paths }, more than a team's: left alone
    .remedy = give the person another account; or if it is theirs, and shall be a team's too: eiginfra confirm
account-reserved = { $user } is never touched by eiginfra
    .remedy = give the person another account
member-reserved = { $user } is never touched by eiginfra
    .remedy = take it off the list
right-of-reserved-account = { $user } is never touched by eiginfra
    .remedy = give the right to a group
account-without-password = { $names-and } will be made without a password: a token cannot set one
    .remedy = an administrator does, for each: pveum passwd { $first }
realm-missing = Proxmox has no realm { $realm }, which { $names-and } { $count ->
    [one] is
   *[other] are
    } to be made in
    .remedy = its realms are { $realms }: see `realm:` under `proxmox:`, or have an administrator add it
group-or-user = name either a group or a user
acl-unbinding = { $roles } on { $path }: eiginfra cannot tell whether a quota would still bind { $who }
    .remedy = give a role that the playbook makes (proxmox.role), or write `binding: false`
acl-hidden = { $hidden } on { $above } does not reach { $path }, where { $who } has { $roles }
    .remedy = an entry on a deeper path replaces what comes from above: write all roles on { $path }
acl-elsewhere = the group { $group } also has { $roles } on { $path }, which the playbook does not give
    .remedy = if it should not: pveum acl delete { $path } --groups { $group } --roles { $roles }
acl-by-hand = { $sort ->
    [group] the group
    [token] the token
   *[other] the account
    } { $holder } has { $roles } on { $path }, which the playbook does not give: a quota may not bind it
    .remedy = if it should not: pveum acl delete { $path } --{ $sort ->
    [group] groups
    [token] tokens
   *[other] users
    } '{ $holder }' --roles { $roles }
role-built-in = { $id } is a role of Proxmox's own
    .remedy = give yours another name, e.g. EigTeam
role-unbinding = the role { $id } gives { $privileges }: those who have it could pass their quota, or undo what eiginfra made
    .remedy = take that out, or write `binding: false` if no quota is to bind those who have the role
privilege-unknown = this Proxmox VE has no privilege { $name }

left-to-administrator = { $address } is left to an administrator: the token lacks { $rights }
token-may-not = the token lacks { $right }: what asks for it is withheld
    .remedy = as root: { $command }, with a role that has { $needed }; docs/prepare-proxmox.md has all commands

## Backups and firewalls.

backup-covers = a job covers either `guests` (at least one), or a `pool`, or `all`; here it is { $chosen-count ->
    [0] none
   *[other] { $chosen-and }
    }
backup-job-left = backup job { $name } left the inventory, and the token may not delete it ({ $rights })
    .remedy = an administrator must delete it: pvesh delete /cluster/backup/{ $name }
backup-jobs-unseen = backup jobs cannot be seen (Sys.Audit on /): whether backup job { $name } stands is not known
backup-job-missing = backup job { $name } is missing, and the token may not make it ({ $rights })
backup-job-differs = backup job { $name } is not as wanted ({ $fields }), and the token may not change it ({ $rights })
machines-without-backup = no backup job covers { $marks }
guest-without-backup = guest { $id } ({ $name }) in pool { $pool } was made by hand, and no backup job covers it
    .remedy = adopt it with `id:`, or tell its team that it is not saved
firewall-without-guest = no container or VM of the mark { $mark } is wanted
    .remedy = leave it out with the machine, or correct `mark`
firewall-not-on-device = { $device } of guest { $id } has no firewall=1: its rules and filter have no effect
    .remedy = set the device's firewall flag on the server; the MAC must be kept
firewall-rules-by-hand = guest { $id } has { $rules-count ->
    [one] a rule
   *[other] { $rules-count } rules
    } written by hand, and the playbook sets no `rules`: { $rules }
    .remedy = write the rules that are meant into the playbook: others are then removed
firewall-action = action: '{ $action }' is none of { $actions }
    .remedy = to apply a security group, write `type: group`
port-without-protocol = a port needs a `proto`, such as tcp
