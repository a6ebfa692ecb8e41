## Guards, quotas and plans.

removal-cap = { $count } of { $total } { $step ->
    [entry] entries of { $kind } { $what } would be removed
   *[other] { $kind } would go ({ $step })
    }; the cap is { $cap }
    .remedy = look whether the inventory lost people; if it is right: --allow-removals { $count }, or `caps: {"{"}{ $what }: { $count }{"}"}` in cohort.yml
team-renamed = team { $gone } is gone, and the new team { $new } asks for the same: was its file renamed?
    .remedy = a team keeps the id it began with: name the file { $gone }.yml again (the title may change); if { $new } is a new team, say so: --as-new { $new }
asked-for-twice = { $one } and { $other } ask for the same { $what } in { $within }: '{ $value }'
    .remedy = give one of them another
was-missing = { $gone } is gone and { $new } is new: if it is the same, it will be made a second time
    .remedy = write was: { $gone } beside its name; nothing if it is another
dependency-circle = these depend on one another: { $circle }
    .remedy = a kind's dependencies are wrong
claimed-elsewhere = { $address } was applied with another { $names } by the cohort { $cohort }, which is known by the journal only
    .remedy = make both agree; if { $cohort } is over: eiginfra forget --cohort { $cohort } '{ $address }'
claims-clash = { $address } is wanted with different { $names }: by { $one } and by { $other }
    .remedy = make both agree, or give one another key
cohort-closed = today is outside the cohort's dates: nothing new is made
    .remedy = see starts and ends in cohort.yml
immutable-field = { $name } is { $before } and cannot become { $after }
quota-exceeded = { $team } asks for { $used }, its quota is { $allowed }: { $excess } too much
    .remedy = ask for less, or have EIG Link write under quota.teams in cohort.yml: { $write }
capacity-exceeded = all teams together ask for { $used }, the cohort's capacity is { $allowed }: most by { $largest }
    .remedy = ask for less, or raise `capacity.{ $measure }` if the server has it
quota-overrun = { $team } really uses { $used }, its quota is { $allowed }
    .remedy = an apply takes back what was enlarged by hand; what was made by hand is for a person to remove
quota-excess = it takes { $amounts } more than the inventory asks for
quota-excess-departed = it left the inventory and still takes { $amounts }
made-by-hand = it was made by hand, and takes { $amounts }
    .remedy = ask for it in the inventory, or have whoever made it remove it: eiginfra leaves it alone
brief-quota-excess = more than the inventory asks for
brief-quota-excess-departed = more than the inventory asks for
brief-made-by-hand = made by hand
plan-elsewhere = { $saved } was made for { $what } { $theirs }, this is { $ours }
    .remedy = make a plan here: eiginfra plan --out FILE
plan-unreadable = { $name } is not a plan of this version of eiginfra
    .remedy = make a new one: eiginfra plan --out FILE
plan-unsigned = { $name } is not signed with the site's `plan_key`
    .remedy = make the plan with the same site file and key, or give the plan's file to nobody on the way
plan-altered = { $name } was altered after it was made
    .remedy = make a new one: eiginfra plan --out FILE

acknowledgement-expired = the acknowledgement of { $finding } for { $subject } ended on { $until }
    .remedy = remove it, or write a later day in until
error-acknowledged = { $finding } is an error here: errors cannot be acknowledged
    .remedy = correct what it is about, and remove this entry
unknown-finding = there is no finding '{ $finding }'
    .remedy = `eiginfra plan --format json` shows the codes of what is found
acknowledgement-unused = nothing is found any more that this acknowledges: { $finding } for { $subject }
    .remedy = remove it, unless another cohort needs it

## Journal, secrets and services.

journal-url = `journal` is not a database URL
    .remedy = write a file's path, or postgresql://user@host/database
journal-option = an option of the database URL in `journal` is none of PostgreSQL's, or its value is not
    .remedy = write postgresql://user@host/database?sslmode=require, say; the options are those of libpq
journal-database = `journal` names the database '{ $database }'
    .remedy = write a file's path, or postgresql://user@host/database
journal-unreadable = { $name } is damaged, or is no journal
    .remedy = move it away and run again: only history and the causes of differences are lost, nothing on the servers
journal-foreign = { $name } is a database, but not a journal
    .remedy = give the journal a file or database of its own
journal-newer = the journal { $name } was written by a newer eiginfra (schema { $found }, this one knows { $known })
    .remedy = upgrade eiginfra here too
machines-not-asked = whether the machines can be entered is not known: { $text }
machine-not-entered = eiginfra cannot enter it, and waits for { $why }
machines-entered = { $count } of { $total } machines let eiginfra in
journal-empty = the journal holds no run yet
journal = the journal's last run is { $number }, { $started } UTC by { $by }
service-unwell = { $service }: { $text }
no-section = the site has no { $provider } section
ca-unreadable = { $ca }: { $reason }
    .remedy = name a PEM file under { $service }.ca in the site file
ca-not-pem = { $ca }: it holds no certificate in PEM format
    .remedy = name a PEM file under { $service }.ca in the site file
secret-unset = { $name ->
        [none] the environment variable that is named here is
       *[other] the environment variable { $name } is
    } not set or empty
    .remedy = see docs/site.md, Secrets
secret-file-empty = the file that is named here{ $name ->
        [none] {""}
       *[other] {" "}({ $name })
    } is empty
    .remedy = see docs/site.md, Secrets
secret-file-unreadable = the file that is named here{ $name ->
        [none] {""}
       *[other] {" "}({ $name })
    } cannot be read: { $reason }
    .remedy = write the path of the file, never the secret; see docs/site.md, Secrets
secret-command-failed = the command that is named here, which should print the secret, failed: { $reason }
    .remedy = write the program and its arguments, never the secret; see docs/site.md, Secrets
secret-command-empty = the command that is named here printed nothing
    .remedy = see docs/site.md, Secrets
secret-not-text = the secret that is kept there is not text (UTF-8)
    .remedy = keep the secret alone there, on one line
secret-of-several-lines = the secret that is kept there has several lines
    .remedy = keep the secret alone there, on one line
secret-no-private-key = what is kept there is no private key
    .remedy = keep the whole text of the key there, from -----BEGIN to -----END
secret-with-control-character = the secret that is kept there holds a character that cannot be seen
    .remedy = copy the secret again, without what is around it
secret-not-ascii = the secret that is kept there holds other signs than ASCII letters, digits and punctuation, or blanks
    .remedy = copy the secret again, without what is around it
secret-too-long = what is kept there is too long to be a secret
    .remedy = keep the secret alone there, on one line

## Answers of a form that is not known.

odd-answer = { $provider }: { $what }: { $name } has a form that is not known ({ $complaint }), and is left out; nothing new is created there meanwhile
    .remedy = look at that object on the server, and at what is between; tell eiginfra's developers if the server is well
odd-answers = { $provider }: { $count } more objects have a form that is not known
    .remedy = see the one before
held-by-another = { $address } asks for the { $what } '{ $value }', which { $holder } has
    .remedy = choose another, or rename or remove { $holder } on the server

## The inventory's repository, and the issue there.

repository-unnamed = the cohort names no repository for notes and issues
    .remedy = write repository: {"{"}url: https://gitlab.example.org/GROUP/PROJECT{"}"} in cohort.yml
repository-elsewhere = { $url } is no project on a server of the site ({ $servers }), and no other gets its token
    .remedy = write the address of the project there, as the browser shows it
