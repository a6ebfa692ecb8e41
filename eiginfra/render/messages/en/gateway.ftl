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
    .remedy = on the gateway, as root: gpasswd -d NAME eiginfra-jump; or write the person into a team's file
gateway-key = this is no public SSH key of a type that OpenSSH takes (it is not repeated here)
    .remedy = write type and key as in a .pub file, such as ssh-ed25519 AAAA…, with no options before it
reason-gateway-account-privileged = another user name: the gateway's account is the system's or an administrator's
reason-gateway-account-not-confirmed = EIG Link to confirm whose account this is: eiginfra confirm
gateway-unreachable = { $text }
gateway-fine = the gateway { $url } can be worked with

## Features of containers.

gateway-features-without-node = the site's gateway is no node of Proxmox VE, so nothing can be set on containers there
    .remedy = write via: NODE under gateway: in the site file if it is one; else take this task out, or write when: site.gateway.via
gateway-features-no-container = { $machine } is no container: other machines have no such features
    .remedy = loop over containers: team.machines | selectattr('type', 'eq', 'container')
gateway-features-twice = { $machine } has features of its own, and gateway.features sets them too
    .remedy = take features: out of proxmox.container, which can only look at them
reason-gateway-no-node = `node` in the configuration of the gateway's program: without it, it sets nothing on containers
reason-gateway-other-node = the container to be on the node that the gateway is
reason-gateway-container-missing = the container
