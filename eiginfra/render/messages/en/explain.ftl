## What a team's file means.

explain-title = { $title } ({ $team }), { $cohort }
explain-file = { $file }{ $day ->
    [none] {""}
   *[other] , { $day }
    }
explain-gives = What this file gives
explain-person = { $username }{ $name ->
    [none] {""}
   *[other] {" "}({ $name })
    }: { $role } until { $until }, { $keys ->
    [0] without an SSH key, so into no machine
    [one] 1 SSH key
   *[other] { $keys } SSH keys
    }
explain-project = project { $name }{ $title ->
    [none] {""}
   *[other] {" "}({ $title })
    }: { $visibility ->
    [public] everybody sees it
    [internal] who is signed in sees it
   *[private] only the team sees it
    }{ $license ->
    [none] , without a licence
   *[other] , licence { $license }
    }
explain-machine = { $type ->
    [vm] virtual machine
   *[container] container
    } { $host }: { $image }{ $size ->
    [none] {""}
   *[other] , size { $size }
    }{ $amounts ->
    [none] {""}
   *[other] {" "}({ $amounts })
    }
explain-published = { $name } leads to its port { $port }{ $everybody ->
    [true] {""}
   *[false] , for some networks only
    }
explain-forwarded = the gateway’s port { $public } leads to its port { $port }
explain-kind = { $count } { $kind }
explain-resources = { $count ->
    [one] In all, eiginfra makes 1 thing of it
   *[other] In all, eiginfra makes { $count } things of it
    }: { $kinds }
explain-quota = What you use of your quota
explain-used = { $measure }: { $used } of { $most }
explain-left = { $none ->
    [true] nothing is left
   *[false] { $amount } left
    }
explain-over = { $amount } too much
explain-unlimited = { $amount }, without a limit
explain-allowed = Whose yes a change needs
explain-yourselves = By yourselves, in this file: members, keys, projects, machines within the quota.
explain-others = Anything else needs the yes of those who look after the cohort: quota, dates, public ports, making public what was private, removing data, other files.
explain-grant = Granted to you until { $until }: { $key } { $value } ({ $reason })
explain-sound = Nothing is wrong in this file.
explain-wrong = What was found in this file
explain-more = More of each: eiginfra explain CODE, for { $codes }.
explain-unreadable = This file cannot be read as long as this is wrong:

## The page of a code.

code-language = In English
code-means = What it means:
code-remedy = What to do:
code-advice = the finding says it, by what is written at its line.
code-wrong = For example, this is refused:
code-right = This is right:
