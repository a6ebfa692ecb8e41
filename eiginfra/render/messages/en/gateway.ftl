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
