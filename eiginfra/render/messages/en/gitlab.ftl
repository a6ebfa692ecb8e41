## What eiginfra doctor says.

gitlab-unreachable = { $text }
gitlab-not-admin = accounts: create needs an administrator; { $username } is none
    .remedy = use an administrator's token, or write accounts: require under gitlab: in the site file
gitlab-admin-mode = { $username } is an administrator, and GitLab does not let the token act as one
    .remedy = make a token with the scopes api and admin_mode: the instance asks for it (Admin area, Settings, Sign-in restrictions)
gitlab-sign-in-elsewhere = people sign in by { $providers-and }: an account that eiginfra makes has no such identity, and its person's first sign-in is refused
    .remedy = under gitlab: in the site file, write identity:, or accounts: require or invite: then the first sign-in makes the account
gitlab-access-ends = { $username } is Owner of { $root } until { $ends } only
    .remedy = take the end off the membership, or set a later one
gitlab-old = GitLab { $version } at { $url } is older than { $oldest }.0
    .remedy = it gets no security updates any more; upgrade it
gitlab-version = GitLab { $version } at { $url }
gitlab-clock = GitLab's clock says { $server }, this machine's { $here } (UTC)
    .remedy = dates on which access ends go by GitLab's clock; set the wrong one right (a lab may be in another year on purpose)
gitlab-token-untold = the token is { $who }'s; it tells neither its scopes nor its end
gitlab-token = the token '{ $name }' is { $who }'s, with the scopes { $scopes }
gitlab-scope = the token has not the scope api
    .remedy = make one with the scope api; read_api is enough to plan
gitlab-token-expires = the token ends on { $ends }
    .remedy = rotate it in time
gitlab-root-group-missing = the root group { $root } is not there, or hidden from { $username }
    .remedy = make it by hand, as visible as what it shall hold, and give the token's account the Owner role
gitlab-root-group = the root group { $root } is { $visibility }; nothing in it can be more visible
gitlab-access = { $username } is { $role } in { $root }
    .remedy = give it the Owner role: only owners manage members

## Groups and projects.

outside-root-group = { $path } lies outside the root group { $root }
    .remedy = begin the path with { $root }/, or change gitlab.root_group in the site file
gitlab-path = '{ $value }' is not a path on GitLab
    .remedy = letters without accents, digits, _ - and . between slashes, not beginning with - or ., not ending with ., .git or .atom
more-visible = the { $noun } { $path } is { $visibility }, its group { $group } only { $limit }
    .remedy = make the { $noun } { $limit }, or the group { $visibility }
moved-by-hand = the { $noun } { $path } was moved to { $now } by hand; eiginfra creates no second one in its place
    .remedy = move it back on GitLab, or write its new path; to have another made: eiginfra forget '{ $address }'
scheduled-for-deletion = the { $noun } { $path } was deleted on { $when } and can still be restored; eiginfra makes no second one beside it
    .remedy = restore it (POST /{ $noun }s/{ $id }/restore, or in its settings at { $where }) or delete it there for good
group-name = the group's name '{ $name }': { $problem }
projects-not-enforced = members may create projects in { $groups }: their quota of projects is counted, not enforced
    .remedy = write project_creation: owner for the group, and projects in the team's file
project-path = { $path } names no group
    .remedy = write the full path: GROUP/PROJECT
project-moved = { $was } lies in another group than { $path }
    .remedy = move it on GitLab, by hand
project-title = the project's title '{ $title }': { $problem }
group-archived = the group { $path } is archived: nothing in it can be made or changed
    .remedy = take it out of the archive in its settings on GitLab
project-archived = the project { $path } is archived: nobody can push to it
    .remedy = unarchive it in its settings, or write archived: false in the playbook
variable-value = GitLab would refuse the value of { $key }: { $problems }
    .remedy = correct the value where it is kept; `raw: true` allows more signs, `masked: false` all (job logs then show it)
license-not-allowed = { $license } is not on the list of licences that administrations may choose
    .remedy = write one of the list (https://www.data.gouv.fr/licences), such as MIT, EUPL-1.2 or etalab-2.0 for data
license-twice = { $project }: LICENSE is given as a file and by license
    .remedy = take one of the two out
group-or-project = name exactly one of group and project
milestone-dates = due must be later than starts
listed-twice = { $name } is listed twice
    .remedy = keep one
colour = '{ $value }' is not a colour
    .remedy = write # and six hexadecimal digits

## Accounts and members.

account-hidden = the account { $username } (ID { $id }) is not shown to eiginfra's token: it was blocked or deleted
    .remedy = ask an administrator of GitLab
account-missing = there is no account { $username } on GitLab
    .remedy = ask them to sign in once at { $url }, or write accounts: create under gitlab: in the site file
account-without-email = the account { $username } is to be { $accounts ->
    [create] created
   *[invite] invited
    }, but has no e-mail address
    .remedy = write an e-mail address in the team's file
account-email-taken = the e-mail address of { $username } belongs to the account { $account } on GitLab
    .remedy = write { $account } as the username, or another address
account-replaced = the account { $username } (ID { $id }) is not the one that eiginfra knew by that name (ID { $known }): left alone
    .remedy = ask the person for the name of the account; if this is right: eiginfra confirm { $username }
account-name-taken = the name { $username } belongs to another account by now (ID { $id }), which is given nothing
    .remedy = ask the person for the new name of their account
account-unconfirmed = there is an account { $username } (ID { $id }) on GitLab, and nothing proves that it is theirs
    .remedy = ask the person, then: eiginfra confirm { $username }
account-id-missing = cohort.yml gives { $username } the account with the ID { $id }, which GitLab does not show
    .remedy = correct people: { $username }: gitlab_id: in cohort.yml, or take it out and run eiginfra confirm { $username }
account-of-another = the account that { $username } would have (ID { $id }) is another person's of the inventory
    .remedy = ask both for the names of their accounts, then: eiginfra confirm
account-blocked = the account { $username } is { $state }, and the journal does not know that eiginfra did it
    .remedy = an administrator of GitLab can unblock it, or `state: active` in the playbook
account-renamed = the account { $before } is called { $now } now
    .remedy = write username: { $now } in the team's file
access-shared = { $path } is shared with the group { $group }: its members have access up to { $access }
    .remedy = end that in its settings, or write authoritative: [shares] in cohort.yml, or allow: ['{ $name }'] in the playbook
access-direct = { $username } is { $access } of { $path }, where no list of members says so
    .remedy = remove them there, or write authoritative: [direct_members] in cohort.yml, or allow: ['{ $name }'] in the playbook
access-token = the access token '{ $title }' of { $path } has the rights of a { $access }
    .remedy = revoke it if nobody needs it, or write authoritative: [keys] in cohort.yml, or allow: ['{ $name }'] in the playbook
access-deploy-token = the deploy token '{ $title }' of { $path } may publish ({ $access })
    .remedy = revoke it if nobody needs it, or write authoritative: [keys] in cohort.yml, or allow: ['{ $name }'] in the playbook
access-key = the deploy key '{ $title }' may push to { $path }
    .remedy = take that right off if nobody needs it, or write authoritative: [keys] in cohort.yml, or allow: ['{ $name }'] in the playbook
member-kept = { $username } is in gitlab.keep of the site file: its memberships are never touched
    .remedy = take it out of one of the two
member-without-account = there is no account { $username } on GitLab: left out
    .remedy = correct the name, ask them to sign in once, or add a gitlab.user that creates the account
member-is-token = { $username } is the account behind eiginfra's token: its membership of { $path } is never touched
    .remedy = take it out of the members, or give eiginfra an account of its own
last-owner = { $username } stays owner of { $path }: there is no other
    .remedy = name another owner first
below-inherited = { $username } is { $access } of { $path } already, inherited from { $group }: { $wanted } would be less, so nothing is done
    .remedy = give the role that is meant, or take { $username } out of { $group }
invitation-taken = the invitation of { $username } to { $path } is gone, and { $username } did not come: { $accounts } may be the same person, and stays
    .remedy = write the right username in the team's file; if it is somebody else: eiginfra forget '{ $address }'
promotion-waits = { $username } waits since { $since } for an administrator of GitLab to approve { $access } of { $path }; GitLab does not tell whether that was refused
    .remedy = ask the administrator; to have GitLab asked again: eiginfra forget '{ $address }'
leaver-elsewhere = { $name } leaves { $path }, and was added by hand to { $where }: removed there too
    .remedy = list { $name } in the inventory if this is not meant
