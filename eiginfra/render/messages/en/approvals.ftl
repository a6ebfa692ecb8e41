## Approvals: what is wrong with the rules in cohort.yml, and why an edit needs a yes.

approval-key = { $key } is no key of a team's file
    .remedy = write a key as in mentors, members[].until or machines[].forward
approval-form = a rule for { $key } is either free or names who must say yes
    .remedy = write free: true with authors, or by with user names
approval-authors = a rule that makes { $key } free says for whom
    .remedy = add authors: members, mentors, or user names

reason-edit-of-file = this file is no team's
reason-edit-of-cohort-file = cohort.yml is EIG Link's
reason-edit-of-text = the texts of handouts are EIG Link's
reason-edit-of-new-cohort = the cohort { $cohort } is new
reason-edit-of-new-team = the team { $team } is new
reason-edit-removes-team = the file of the team { $team } is removed
reason-edit-of-mode = it is or was no plain file: a program, a link, a folder of another repository
reason-edit-unreadable = before or after, the file is not one that can be compared
reason-edit-by-outsider = { $person } is not a member of { $team }
reason-edit-by-other-account = { $person } is not the account that cohort.yml confirms for this name
reason-edit-unless-members = needed only if somebody wrote it who is not a member of { $team }
reason-edit-unless-authors = needed only if somebody wrote it whom cohort.yml does not name ({ $authors }; team { $team })
reason-edit-of-rule = cohort.yml asks for a yes for { $key }
reason-edit-of-field = { $field } is not the team's to change
reason-edit-removes-data = data goes with it
reason-edit-unprotects = it is protected no more
reason-edit-ends-backup = it is not backed up
reason-edit-replaces = another type is another machine: the data of this one goes
reason-edit-raises-role = the role { $role } is more than the one who gives it has
reason-edit-date = it is a date
reason-edit-publishes = it becomes visible to more people
reason-edit-opens = it is opened to more networks
reason-edit-opens-port = a public port is opened
reason-edit-subdomain-of-team = the name belongs to the team { $team }
reason-edit-key-elsewhere = { $person } is in another team, too, and this key opens their account everywhere
reason-edit-names-person = whether and how { $person } is named in public is their own to say
