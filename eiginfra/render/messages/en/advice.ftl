## What to write instead.

reason-did-you-mean = did you mean '{ $meant }'?
reason-some-choices = there are { $count }, e.g. { $some }
reason-choose-among = choose among { $choices }
reason-only-choice = there is only { $choice }
reason-write = write { $text }
reason-write-unquoted = write { $text }, without quotes
reason-write-truth-unquoted = write true or false, without quotes
reason-write-either = write { $one } or { $other }
reason-write-without-brackets = write { $text }, without brackets or '- '
reason-write-after-hyphen = write it on a line of its own, after '- '
reason-write-size-like = write a whole number and its unit, e.g. { $example }
reason-write-guessed-size = write { $size }, if { $unit } was meant
reason-write-day = write { $day }, or delete the key: the cohort's end is the default
reason-day-within = write a day within, or delete the key: the cohort's end is the default
reason-write-maintainer = write maintainer, the highest role in a team: the groups' owner is EIG Link
reason-write-each-protocol = write one entry for tcp and one for udp
reason-write-or-delete-entry = write it, or delete the list entry
reason-write-value = write it
reason-write-or-delete-key = write it, or delete the key
reason-write-former-value = write { $name }: { $before } in the inventory
reason-write-as-protected = write { $name }: { $before } in the inventory; it is protected, so it is not made anew either: take protect off first
reason-write-or-replace = write { $name }: { $before } in the inventory or have it made anew, losing what is in it: --replace '{ $address }'
reason-quote = put it in quotes
reason-quote-as = put it in quotes: "{ $text }"
reason-delete-hyphens = delete the '- ' before '{ $key }' and the others
reason-begin-entries = begin each entry with '- ': '- { $key }: …'
reason-indent-below = indent the lines that belong to it by two spaces, and begin each entry with '- ': '  - { $key }: …'
reason-hyphen-and-space = write a space after the hyphen
reason-one-number = write one number: one entry for each
reason-space-after-hyphen = write a space after the hyphen: '- { $key }: …'
reason-space-after-colon = write '{ $text }', with a space after the colon
reason-belongs-in-entry = it belongs in an entry of '{ $of }': check the indentation
reason-belongs-in = it belongs in { $owner }: check the indentation
reason-belongs-outside = it belongs at the beginning of a line, outside of all lists: check the indentation
reason-pattern = { $what ->
    [team-id] lower-case letters, digits and single hyphens, beginning with a letter, 31 characters at most
    [machine-name] lower-case letters, digits and inner hyphens, 32 characters at most
    [subdomain] the part before the gateway's domain, lower-case letters, digits and inner hyphens, 32 characters at most
    [username] letters, digits, and inside also . _ -
    [provider] as in GitLab's configuration: openid_connect, saml
    [login] a lower-case letter or _, then lower-case letters, digits, _ and -; e.g. debian
    [proxmox-account] NAME@REALM, such as adler-1@pve
    [email] one address, name@domain, with letters, digits and . _ + ~ - before the @
    [project-name] letters, digits, _ and -, with single inner dots, not ending in .git or .atom
    [former-name] letters, digits, and . _ -
    [url] write http:// or https:// and the host
    [proxy] write http:// and its host and port, or none
    [fingerprint] write SHA256: and 43 letters, digits, + or /
    [certificate-folder] write an absolute path, with {"{"}name{"}"} for the sub-domain, e.g. /etc/letsencrypt/live/eig-apps.example.org
    [host-name] letters, digits, hyphens and dots, e.g. eig.example.org
    [colour-value] write # and six of 0-9 and a-f in quotes, e.g. "#000091"
    [font] letters, digits, spaces and hyphens, e.g. Marianne
    [stylesheet] a CSS file beside cohort.yml, without a folder, e.g. eig.css
    [project-path] write the group and the project, e.g. eig/pages
    [group-path] write it without a slash at either end, e.g. eig or public/eig
    [token-id] write user@realm!name, e.g. eiginfra@pve!ci
    [hours] write hh:mm-hh:mm, e.g. 03:00-05:00
    [kind-name] write provider.thing, e.g. gitlab.group
    [code] lower-case words with hyphens, e.g. node-offline
    [listen] write host:port, e.g. 127.0.0.1:9469
    [license] write e.g. MIT, AGPL-3.0-or-later or etalab-2.0
    [mount-path] write it from the root, e.g. /srv/data
   *[title] one line of text, without spaces around it or a comma at its end
    }
reason-pattern-meant = write { $meant }{ $what ->
    [team-id] ; lower-case letters, digits and single hyphens, beginning with a letter, 31 characters at most
    [machine-name] ; lower-case letters, digits and inner hyphens, 32 characters at most
    [subdomain] ; the part before the gateway's domain, lower-case letters, digits and inner hyphens, 32 characters at most
    [username] ; letters, digits, and inside also . _ -
    [provider] ; as in GitLab's configuration: openid_connect, saml
    [proxmox-account] ; NAME@REALM, such as adler-1@pve
    [email] ; one address, name@domain, with letters, digits and . _ + ~ - before the @
    [project-name] ; letters, digits, _ and -, with single inner dots, not ending in .git or .atom
    [fingerprint] ; SHA256: and 43 letters, digits, + or /
    [certificate-folder] ; an absolute path, such as /etc/letsencrypt/live/eig-apps.example.org
    [host-name] ; letters, digits, hyphens and dots, e.g. eig.example.org
    [title] ; one line of text, without spaces around it or a comma at its end
   *[other] {""}
    }
reason-rename-team-file = rename it to { $name }.yml, if it is one
reason-rename-file = rename the file to { $name }.yml: lower-case letters, digits and single hyphens, beginning with a letter, 31 characters at most
reason-did-you-mean-folder = did you mean { $folder }?
reason-name-cohort = name a cohort's folder, e.g. -i inventories/eig3
reason-no-image-of-type = the site has none for this type
reason-see-privileges = see the privileges of the role Administrator: pveum role list
reason-machines-first = make the machines first: the plan after that says what an administrator must run
reason-administrator-command = as root: { $command }
reason-backup-command = an administrator must { $verb ->
    [make] make
   *[change] change
    } it: { $command }{ $without ->
    [0] {""}
    [one] ; without 1 machine that is still to be made
   *[other] ; without { $without } machines that are still to be made
    }

## In playbooks.

reason-play-without-teams = a play without `teams` runs once, for the cohort; write teams: all
reason-item-in-loops = it is known in a task with `loop`, except in the loop itself
reason-kinds-are-written = kinds are written provider.name, e.g. gitlab.group
reason-loop-in-braces = write loop: "{"{{"} { $written } {"}}"}"
reason-without-braces = `when` is an expression already: write it without {"{{"} {"}}"}
reason-close-braces = close every {"{{"} with {"}}"}
reason-default-value = give a value with `or`, or with default
reason-one-of-its-values = choose one of its values, or join them
reason-no-logins = a task runs nothing on machines, and so logs in nowhere: leave it out
reason-order-follows = the order follows from what depends on what: leave it out
reason-failures-typed = failures are typed, and what can be tried again is: leave it out
reason-loop-with-filters = write loop: "{"{{"} … {"}}"}", with filters to choose among the items
reason-tasks-in-a-row = write the tasks one after another; `when`, `tags` and `vars` may stand on the play
reason-one-playbook = there is one playbook: write the plays and their vars in it
reason-plays-for-teams = plays are for teams: write teams: all
reason-no-results = nothing is done while a playbook is read: there is no result to keep
reason-write-vars = write vars on the task or its play
reason-changes-compared = changes are found by comparing: leave it out
reason-plan-shows = `plan` shows what would be done, for the whole: leave it out
reason-plan-shows-differences = `plan` shows every difference: leave it out
reason-no-secrets = secrets are never in a playbook or plan: leave it out
reason-no-handlers = nothing runs after a change: leave it out
reason-tag-always = a task always runs by its tag: write tags: [always]
reason-limits-of-site = the site's limits say how much is done at once: leave it out
reason-run-once = a play without `teams` runs once, for the cohort
reason-kinds-with-provider = kinds are written with their provider, e.g. gitlab.group: leave it out
reason-write-field = write the field on each task, or a variable in the play's vars
reason-write-kind = write the kind as the task's key, e.g. gitlab.group: {"{"}path: …{"}"}
reason-write-fields-below = write the fields below the kind, e.g. gitlab.group: {"{"}path: …{"}"}
reason-no-debugger = there is none: leave it out
reason-no-prompts = nobody is asked while a playbook is read: write it in the cohort's or the site's file

## Parts of sentences.

reason-amount = { $measure ->
    [memory] { $value } of memory
    [disk] { $value } of disk
    [machines] { $value ->
        [one] 1 machine
       *[other] { $value } machines
        }
    [cores] { $value ->
        [one] 1 core
       *[other] { $value } cores
        }
   *[projects] { $value ->
        [one] 1 project
       *[other] { $value } projects
        }
    }
reason-share = { $measure ->
    [memory] { $team } ({ $value })
    [disk] { $team } ({ $value })
    [machines] { $value ->
        [one] { $team } (1 machine)
       *[other] { $team } ({ $value } machines)
        }
    [cores] { $value ->
        [one] { $team } (1 core)
       *[other] { $team } ({ $value } cores)
        }
   *[projects] { $value ->
        [one] { $team } (1 project)
       *[other] { $team } ({ $value } projects)
        }
    }
reason-subdomains = { $count ->
    [one] 1 sub-domain
   *[other] { $count } sub-domains
    }
reason-forwards = { $count ->
    [one] 1 port forward
   *[other] { $count } port forwards
    }
reason-and-more = { $count } more
reason-value-of-team = '{ $value }' in { $team }
reason-no-value-of-team = none in { $team }
reason-by-cohort = the cohort
reason-by-team = team { $team }
reason-by-other-cohort = the cohort { $cohort }
reason-by-team-of-cohort = team { $team } of { $cohort }
reason-in-group = group { $path }
reason-in-project = project { $path }
reason-sort = { $of ->
    [none] nothing (None)
    [truth] true or false
    [text] text
    [number] a number
    [list] a list
    [mapping] a mapping
    [function] a function
   *[other] a { $of }
    }
reason-guest = { $type ->
    [qemu] VM
   *[other] container
    } { $id } on { $node }
reason-guest-absent = there is no such guest
reason-guest-template = it is a template
reason-guest-type = it is a { $type ->
    [qemu] VM
   *[other] container
    }
reason-guest-owned = it belongs to { $mark }
reason-name-length = it must have 1 to 255 characters
reason-name-begins = it must not begin with '{ $sign }'
reason-name-signs = GitLab does not allow { $signs } in it
reason-name-apostrophe = GitLab does not allow { $signs } in it; write ’ for the apostrophe
and = { $first } and { $last }
reason-path-signs = GitLab takes letters without accents and digits, with single . _ - between them, not ending in .git or .atom
reason-path-too-short = it must have { $least } characters or more
reason-path-too-long = it must have { $longest } characters at most, with all groups around it
reason-path-reserved = GitLab needs the name '{ $word }' for itself
reason-path-extension = names that end in { $ending } are taken for files
