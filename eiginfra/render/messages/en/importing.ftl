## What an import found, and an inventory cannot say.

import-no-team-id = the { $sort ->
    [pool] pool
   *[group] group
    } { $name } belongs to no team: '{ $id }' is not a team id, so it was left out
    .remedy = give it another name{ $meant ->
        [none] {""}
       *[other] , e.g. with { $meant }
        }: lower-case letters, digits and single hyphens, beginning with a letter, 31 characters at most
import-outside-teams = { $names } { $names-count ->
    [one] is
   *[other] are
    } in the group { $path }, but in the group of no team: left out
    .remedy = move what is a team's into its group, and import again; the rest is left alone
import-named-otherwise = the { $sort ->
    [pools] pools
   *[groups] groups
    } are called { $there }, and the playbook calls them { $playbook }: an apply would make new ones beside them
    .remedy = write the name in the playbook's tasks, or change it on the server, and import again
import-guest-without-pool = the { $type } { $id } ({ $name }) on { $node } is in no pool, so nobody knows whose it is: left out
    .remedy = put it into its team's pool and import again, or leave it alone
import-other-pools = guests of the site's range are in the pools { $names }, which are not called { $pattern }: left out
    .remedy = if they are teams' pools, say so: --pools PATTERN
import-guest-marked = the { $type } { $id } has the marker { $mark }, which does not belong there: left out
    .remedy = take the line out of its description if nobody needs it, and import again
import-id-outside = the { $type } { $id } is outside of the site's numbers { $first }-{ $last }, so it cannot be adopted: left out
    .remedy = give it another number by a backup and a restore, or widen ids in the site file
import-name-twice = the guest { $id } would be the second machine { $name } of its team: left out
    .remedy = give it another host name, and import again
import-image-unknown = nobody knows what the { $type } { $id } ({ $name }) was made from{ $system ->
    [none] {""}
   *[other] ; its system is { $system }
    }: left out
    .remedy = { $images-count ->
        [0] give it an image of the site file and import again
       *[other] it may be { $images }: import again
        }, with --image { $id }=NAME
import-image-guessed = { $machines }: { $image } is a guess, the one image of the site that fits; it is used only where a machine is made anew
    .remedy = write another image where it is wrong
import-not-expressible = { $what }: { $key ->
    [none] it
   *[other] { $key }{ $value ->
        [none] {""}
       *[other] {" "}({ $value })
        }
    } cannot be written in a team's file: { $whole ->
    [true] left out
   *[false] this key is left out
    }
    .remedy = change it on the server and import again, or leave it alone
import-role = { $username } is { $role } in { $group }, which is no role of a team's members: left out, and an apply would take them out of the group
    .remedy = write them into the team's file with a role, or their user name under keep of the site file's section gitlab
import-email-unknown = nobody knows the e-mail address of { $username }: it is missing in the file
    .remedy = ask them, and write email
import-email-by-name = GitLab shows no e-mail address of { $names }: written is that of the account on Proxmox VE with the same user name, in the same team
    .remedy = ask them whether it is theirs
import-members-differ = GitLab and Proxmox VE do not agree who is in the team: { $gitlab-count ->
    [0] {""}
   *[other] only on GitLab { $gitlab }
    }{ $gitlab-count ->
    [0] {""}
   *[other] { $proxmox-count ->
        [0] {""}
       *[other] ;{" "}
        }
    }{ $proxmox-count ->
    [0] {""}
   *[other] only on Proxmox VE { $proxmox }
    }; the file has those of GitLab
    .remedy = say who is in the team: write them into its file, or take them out
import-account-unsure = the account { $account } bears the name of { $username }, and nothing else says that it is theirs
    .remedy = ask the person, then: eiginfra confirm { $username }
import-administration = no server knows who hosts a team: administration is '{ $text }' in { $count ->
    [one] one file
   *[other] { $count } files
    }
    .remedy = write it
import-keys-unknown = no server shows the public keys of { $names }
    .remedy = ask for them, and write ssh_keys
import-without-backup = { $machines } { $machines-count ->
    [one] is
   *[other] are
    } in no backup job of the cohort, so backup is false
    .remedy = take the line out where a machine shall be backed up
import-other-owner = { $name } leads to { $ip }, a machine of the cohort's, but belongs to { $owner }: left out
    .remedy = leave it to them, or let them give it up
import-leads-nowhere = { $name } belongs to { $owner } and leads to { $ip }, which is no machine of the cohort's: left out
    .remedy = remove it on the gateway if nobody needs it
import-would-change = an apply would { $action ->
    [create] make { $address }
    [adopt] change { $address }
   *[other] { $action } { $address }
    }{ $count ->
    [0] {""}
   *[other] : { $fields }
    }{ $losing-count ->
    [0] {""}
   *[other] ; this takes something from { $losing-and }
    }
    .remedy = see eiginfra plan; correct the file or the server, or let it be done
