## What something waits for.

waits-for = { $label ->
    [none] it
   *[other] { $label }
    } waits for { $reason }
was-called = was { $name }
reason-restart = a restart
reason-next-start = its next start
reason-invitation = { $who } to accept the invitation
reason-realm-missing = the realm { $realm } to be added to Proxmox
reason-own-invitation = the person to accept the invitation
reason-approval = an administrator of GitLab to approve { $who }{ $since ->
    [none] {""}
   *[other] {" "}(asked on { $since })
    }
reason-account-approval = the approval of an administrator of GitLab
reason-administrator = an administrator
reason-right-missing = an administrator: the token lacks { $rights }
reason-account-missing = the person to sign in once
reason-account-unconfirmed = EIG Link to confirm whose account this is: eiginfra confirm
reason-account-id-missing = the account with the ID { $id }, which cohort.yml names
reason-account-of-another = EIG Link to say which of two persons has this account
reason-account-not-confirmed = EIG Link to confirm whose account this is: eiginfra confirm
reason-account-privileged = EIG Link to confirm whose account this is: it may do more than a team
reason-account-not-created = eiginfra did not create the account
reason-account-hidden = an administrator: the account is blocked or deleted, and not shown to this token
reason-email-missing = an e-mail address in the inventory
reason-account-replaced = EIG Link to say whose account this is: another has taken the name
reason-account-email-taken = the address, which belongs to the account { $account }
reason-dependency-absent = { $address } is not there
reason-to-be-made = { $what } to be made
reason-grace = the end of its days of grace: stopped and backed up; --prune removes it after { $until }

## Why a difference is not acted on.

reason-value-long = it is longer than { $most } characters
reason-mask-short = what is masked has at least { $least } characters
reason-mask-lines = what is masked is one line
reason-mask-blanks = what is masked has no blanks
reason-mask-signs = what is masked and expanded has only letters without accents, digits and _ + = / @ : . ~ -
reason-variable-hidden = a hidden variable stays masked
reason-archived = the { $noun } { $path } is archived
reason-immutable = cannot be changed
reason-cannot-shrink = cannot shrink
reason-inherited = inherited from { $group }
reason-last-owner = there is no other owner
reason-no-account = there is no such account
reason-token-account = it is the account behind eiginfra's token
reason-invitation-taken = the invitation of { $who } seems to have been accepted under another name
reason-node-offline = the node of { $guests } is offline
reason-marker-removed = the marker of { $guests } was taken out

## Why something stands as it does, or is withheld.

reason-gone = it was created before and is gone
reason-cohort-closed = not made: the cohort has not begun or is over
reason-restarted = will be restarted{ $window ->
    [none] {""}
   *[other] {" "}in the window { $window }
    }, for { $fields }
reason-in-force-after-restart = in force after a restart{ $window ->
    [none] {""}
   *[other] {" "}in the window { $window }
    }: { $fields }
reason-by-way-of = by way of the name '{ $name }', for who has the wanted one gives it up in this plan
reason-other-part = it is reached in another part of the change
reason-objected = kept back: see the finding { $finding }
reason-beyond-capacity = kept back: more { $measures } than the cohort's capacity has left
reason-beyond-quota = kept back: more { $measures } than the team's quota has left
reason-storage-down = storage { $storage } cannot be used on node { $node }
reason-no-device-on-bridge = left alone: none of its network devices ({ $devices }) is on bridge { $bridge }
reason-address-on-other-device = left alone: its device { $device } has the address { $address } already
reason-guest-locked = it waits: the guest is locked ({ $lock })
reason-guests-unreadable = what { $guests } is cannot be read
reason-guest-unreadable = unknown: { $certain ->
    [true] it is
   *[other] it may be
    } { $type ->
    [qemu] VM
   *[other] container
    } { $id } on node { $node }, whose configuration cannot be read
reason-marker-disagrees = not made: { $type ->
    [qemu] VM
   *[other] container
    } { $id } on { $node } bears its marker, and is in another pool
reason-day-not-on-record = the line `eiginfra-remove-after: { $day }` in its description was not written by eiginfra; take it out
reason-not-on-record = the journal does not know it, and a marker alone proves nothing
reason-firewall-unreadable = unknown: it cannot be read
reason-dependency-unknown = unknown, like { $address }
reason-scheduled-for-deletion = it was deleted, and can still be restored
reason-moved-by-hand = it was moved by hand
reason-guest-offline = unknown: { $certain ->
    [true] it is
   *[other] it may be
    } { $type ->
    [qemu] VM
   *[other] container
    } { $id } on node { $node }, which is offline
reason-storage-unusable = not made: storage { $storage } cannot be used on node { $node }
reason-template-offline = not made: its template { $id } is on node { $node }, which is offline
reason-template-unreadable = not made: its template { $id } on node { $node } cannot be read
reason-guest-unmarked = not made: { $type ->
    [qemu] VM
   *[other] container
    } { $id } on { $node } seems to be it, without its marker

## Decommission.

reason-left-inventory = { $over ->
    [true] the last day has passed
   *[other] left the inventory
    }: will be { $step ->
    [archive] archived
    [empty] emptied
    [block] blocked
    [disable] disabled
    [take-away] taken away
    [stop-and-back-up] stopped and backed up
    [delete-with-disks] deleted with its disks; its last backup stays
    [delete-job] deleted; the backups it made stay
   *[delete] deleted
    }{ $until ->
    [none] {""}
   *[other] : its days of grace ended on { $until }
    }{ $removed_after ->
    [none] {""}
   *[other] ; removed after { $removed_after }
    }
reason-left-inventory-prune = left the inventory: with --prune { $step ->
    [archive] it is archived
    [empty] it is emptied
    [block] it is blocked
    [disable] it is disabled
    [take-away] it is taken away
    [stop-and-back-up] it is stopped and backed up, and removed { $days } days later
    [delete-with-disks] it is deleted with its disks
    [delete-job] it is deleted; the backups it made stay
   *[delete] it is deleted
    }{ $until ->
    [none] {""}
   *[other] : its days of grace ended on { $until }
    }
reason-left-inventory-stays = left the inventory: eiginfra does not remove a { $kind }; remove it by hand if it must go
reason-left-inventory-protected = left the inventory: it is protected; to let it go, write it again with protect: false and apply
reason-left-inventory-needed = left the inventory: it stays, for { $by } depends on it
reason-left-inventory-kept = left the inventory: { $why }; remove it by hand if it must go
reason-left-inventory-not-created = left the inventory: eiginfra did not create it, so it is not { $step ->
    [archive] archived
    [empty] emptied
    [block] blocked
    [disable] disabled
    [take-away] taken away
    [stop-and-back-up] stopped and backed up
   *[delete] deleted
    }; remove it by hand if it must go
reason-left-to-others = left this inventory; it stays for { $cohorts }
reason-not-empty = it is not empty
reason-not-created-by-us = eiginfra did not create it
reason-protected-on-server = it is protected

## How a change ended.

reason-error = { $text }
reason-unexpected = { $type } at { $place }, a bug of eiginfra
reason-dependency-failed = { $address } was not done
reason-service-unreachable = { $service } could not be reached
reason-not-verified = done, but it could not be verified: { $why }
reason-still-there = the server agreed, and it is still there
reason-not-there = the server agreed, and it is not there
reason-still-waits = it was restarted, and { $fields } still waits
reason-still-differs = the server agreed, and still shows { $fields }
reason-waits = { $fields }
reason-unfinished = unfinished: the run was killed here, or goes on

## Why a saved plan no longer holds.

reason-not-asked-for = it would not be done now
reason-planned-otherwise = a plan would do something else now
reason-appeared = it stands already
reason-disappeared = it is gone
reason-changed-since = it changed: { $fields }

## Why a loop leaves drift alone.

reason-only-watched = only watched: --mode detect
reason-left-to-people = left to people: the site's policy for { $kind } is alert
reason-not-removed-by-loop = it left the inventory; this loop removes nothing that did
reason-not-healable = eiginfra did not create it, or it cannot be changed; see eiginfra plan
reason-history-unknown = the journal does not know what was last applied; eiginfra apply settles it
reason-inventory-changed-too = the inventory changed too; eiginfra apply settles both
reason-guard = { $why }
reason-resting = it failed { $times ->
    [one] once
   *[other] { $times } times in a row
    }; tried again after { $until }
reason-dependency-missing = { $address } is not there
reason-heals-used-up = { $limit } heals an hour are used up
reason-odd-answer = unknown: something there has a form that is not known, and it may be this
reason-not-made = it to be made
