## Accounts on the gateway.

gateway-account-privileged = the gateway has an account { $user } (UID { $uid }) that is the system's or an administrator's: it is left alone
    .remedy = give the person another user name in the inventory; their administrator's account stays what it is
gateway-account-not-confirmed = the gateway has had an account { $user } (UID { $uid }) before, and nothing proves that it is theirs
    .remedy = ask the person, then: eiginfra confirm, which writes gateway_id into cohort.yml; or remove the account on the gateway
gateway-other-accounts = { $count ->
    [one] the account { $names } is
   *[other] the accounts { $names } are
    } in the gateway's group for jumping, and no cohort has asked for { $count ->
    [one] it
   *[other] them
    }
    .remedy = on the gateway, as root: usermod -e 1 NAME, which closes it; or write the person into a team's file
gateway-own-account = { $user } is eiginfra's own account on the gateway
    .remedy = give the person another user name
gateway-machine-outside = { $machine } has the address { $ip }, to which the gateway leads nobody: its network is { $subnet }
    .remedy = see `subnet` and `reserved-address` in /etc/eiginfra-gateway/configuration, and `network:` in the site file
gateway-key = this is no public SSH key of a type that OpenSSH takes (it is not repeated here)
    .remedy = write type and key as in a .pub file, such as ssh-ed25519 AAAA…, with no options before it
reason-gateway-account-privileged = another user name: the gateway's account is the system's or an administrator's
reason-gateway-account-powerful = its account on the gateway is an administrator's by now, which eiginfra does not touch
reason-gateway-account-not-confirmed = EIG Link to confirm whose account this is: eiginfra confirm

## Features of containers.

gateway-features-without-node = the site's gateway is no node of Proxmox VE, so nothing can be set on containers there
    .remedy = write via: NODE under gateway: in the site file if it is one; else take this task out, or write when: site.gateway.via is not none
gateway-features-no-container = { $machine } is no container: other machines have no such features
    .remedy = loop over containers: team.machines | selectattr('type', 'eq', 'container')
gateway-features-twice = { $machine } has features of its own, and gateway.features sets them too
    .remedy = take features: out of proxmox.container, which can only look at them
reason-gateway-no-node = `node` in the configuration of the gateway's program: without it, it sets nothing on containers
reason-gateway-other-node = the container to be on the node that the gateway is
reason-gateway-container-missing = the container

## Sub-domains and public ports.

gateway-machine-unknown = { $machine } is no machine of this inventory
    .remedy = write the address of a machine that the playbook makes
gateway-own-name = { $name } is the name of the gateway itself
    .remedy = choose another
gateway-other-domain = { $name } is not a name of the site's domain, { $domain }
    .remedy = write one label before .{ $domain }
gateway-body = { $size } cannot be the most that may be sent
    .remedy = write whole MiB, from 1MiB to { $most }
gateway-address-outside = the machine's address { $ip } is not one that the gateway may send to; its network is { $subnet }
    .remedy = see `subnet` and `reserved-address` in /etc/eiginfra-gateway/configuration, and `network:` in the site file
gateway-not-given = { $what } is not the gateway's to give, by its own configuration
    .remedy = see `domain`, `reserved`, `ports` and `reserved-port` in /etc/eiginfra-gateway/configuration, and `gateway:` in the site file
gateway-left-over = on the gateway { $names } belong to this cohort, and neither the inventory nor the journal know them
    .remedy = to have them removed, write them into the inventory, apply, take them out and apply with --prune
gateway-name-taken = { $name } has a server block that eiginfra did not write, { $place }; it is left as it is
    .remedy = take it out there, or choose another name
gateway-other-owner = { $name } belongs to { $owner } on the gateway, and this journal knows nothing of it; it is left as it is
    .remedy = use the journal that its cohort uses, or choose another
gateway-name-pattern = { $name } is also covered by { $pattern }, { $place }; nginx prefers the exact name, so that eiginfra's server block answers
gateway-no-certificate = { $name } has no certificate yet, { $folder }
    .remedy = have it made, for example by certbot over HTTP (webroot); the next apply turns HTTPS on
gateway-certificate-gone = { $name } is served over HTTPS, and its certificate is gone, { $folder }: it is left as it is
    .remedy = put it back, or have it made again
gateway-no-nginx = there is no nginx on the gateway: sub-domains are left as they are
    .remedy = install it; docs/prepare-gateway.md tells how
gateway-nginx-refuses = nginx on the gateway refuses its configuration, so sub-domains are left as they are: { $said }
    .remedy = correct it there, and see that nginx -t is content
gateway-nginx-unread = { $path } on the gateway cannot be read ({ $why }): names of server blocks in it are not known
gateway-not-included = nginx on the gateway does not read the files of { $names }
    .remedy = have `include /etc/nginx/conf.d/*.conf;` in the http block of nginx.conf
gateway-no-nft = there is no nft on the gateway: public ports are left as they are{ $iptables ->
    [1] ; there is iptables, which eiginfra does not use
   *[other] {""}
    }
    .remedy = install nftables; docs/prepare-gateway.md tells how
gateway-port-listening = the gateway itself listens on { $port }
    .remedy = choose another port, or end that service
gateway-port-closed = the public port { $port } is closed while people who left still have keys on { $machine }: { $people }
    .remedy = start the machine, so that their keys can be taken away; the next apply opens the port
gateway-port-unloaded = the public port { $port } is saved, and { $why ->
    [table-missing] no table is loaded
    [table-differs] somebody changed the loaded table
    [rule-missing] not loaded
    [rule-left] still loaded, although it is closed
   *[other] loaded otherwise
    }
gateway-table-by-hand = in the table `inet eiginfra` is what eiginfra did not write: { $lines }
gateway-forwards-unread = among the gateway's saved ports are lines that cannot be read: { $lines }
    .remedy = take them out of /etc/eiginfra-gateway/forwards.nft
reason-gateway-no-certificate = a certificate, { $folder }
reason-gateway-certificate-gone = left as it is: its certificate is gone, { $folder }
reason-gateway-name-taken = the name: it has a server block that eiginfra did not write, { $place }
reason-gateway-other-owner = { $owner }, to whom it belongs on the gateway
reason-gateway-port-listening = the port: the gateway itself listens on it
reason-gateway-no-nginx = left as it is: there is no nginx on the gateway
reason-gateway-nginx-refuses = left as it is: nginx on the gateway refuses its configuration: { $said }
reason-gateway-no-nft = left as it is: there is no nft on the gateway

## What eiginfra doctor says of the gateway.

gateway-unusable = { $text }
gateway-fine = the gateway { $url } can be worked with
gateway-configuration-differs = the gateway's program has { $there-count ->
    [0] no { $key }
   *[other] { $key } { $there }
    }, the site file says { $site-count ->
    [0] none
   *[other] { $site }
    }
    .remedy = make /etc/eiginfra-gateway/configuration and gateway: in the site file agree; what one of them refuses is not done
gateway-nginx-missing = the gateway has no nginx: no sub-domain can be made
    .remedy = as root there: apt-get install nginx
gateway-nginx-broken = nginx on the gateway refuses its configuration, so no sub-domain can be changed: { $text }
    .remedy = correct that line on the gateway, then: nginx -t
gateway-nft-missing = the gateway has no nft: no public port can be sent on
    .remedy = as root there: apt-get install nftables
gateway-only-iptables = the gateway has iptables, and no nft: eiginfra sends ports on by a table of nftables only
    .remedy = as root there: apt-get install nftables; iptables' own rules stay as they are
gateway-certificate-missing = the certificate { $path } cannot be read on the gateway: its sub-domains have HTTP only, and wait
    .remedy = have it issued (docs/prepare-gateway.md says how), or correct certificate: in the site file and on the gateway
gateway-certificate-ended = the certificate { $path } ended { $days ->
    [one] 1 day
   *[other] { $days } days
    } ago
    .remedy = renew it on the gateway, and reload nginx
gateway-certificate-ends = the certificate { $path } ends in { $days ->
    [one] 1 day
   *[other] { $days } days
    }
    .remedy = see why it is not renewed by itself
gateway-forwarding-off = the gateway sends no packets on (net.ipv4.ip_forward is 0): no public port leads to a machine
    .remedy = as root there: echo net.ipv4.ip_forward=1 >/etc/sysctl.d/90-forward.conf; sysctl --system
gateway-not-the-route = the machines' default route is { $route }, which is none of the gateway's addresses ({ $addresses }): what comes in by a public port does not come back
    .remedy = write one of them under gateway: in proxmox.network, or give that address to the gateway
gateway-forward-dropped = { $chains } on the gateway drop what no rule of theirs lets through: public ports may lead nowhere
    .remedy = let through there what was sent on: nft add rule TABLE CHAIN ct status dnat accept (and what comes back: ct state established,related accept)
gateway-ports-sent-on = others send { $ports } on, too, by tables of their own: whose rule comes first wins
    .remedy = take those rules off on the gateway (iptables -t nat -S, nft list ruleset), or narrow ports: in the site file
gateway-sshd-block-missing = { $path } is missing on the gateway: nothing there keeps accounts to jumping
    .remedy = as root there: /usr/local/sbin/eiginfra-gateway setup
gateway-sshd-block-overruled = sshd on the gateway does not keep accounts to jumping: { $wrong }
    .remedy = something before { $path } in sshd_config says otherwise: take it off, then as root: /usr/local/sbin/eiginfra-gateway setup
gateway-unit-unknown = whether { $unit } loads the public ports after a start is not known: { $why }
    .remedy = without systemd, have nft -f /etc/eiginfra-gateway/forwards.nft run when the gateway starts
gateway-unit-off = { $unit } is { $state } on the gateway: after its next start no public port is sent on
    .remedy = as root there: systemctl enable --now { $unit }
gateway-disk-full = the gateway's disk has { $free } MiB left
    .remedy = make space there: where nothing can be written, nothing is changed
gateway-file-open = { $path } on the gateway is { $owner }'s, mode { $mode }: others than root may write it
    .remedy = as root there: chown root { $path }; chmod go-w { $path }
