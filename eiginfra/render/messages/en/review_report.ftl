## What a review says: of a request as a whole, by team, of quotas, access and approvals.

review-title = Review of { $head } against { $base }: what the request would change
review-asked = { $count ->
    [one] { $count } thing more
   *[other] { $count } things more
    }
review-changed = { $count ->
    [one] { $count } changed
   *[other] { $count } changed
    }
review-renamed = { $count } renamed
review-given-up = { $count ->
    [one] { $count } given up
   *[other] { $count } given up
    }
review-gains = { $people-and } { $people-count ->
    [one] gains
   *[other] gain
    } access
review-loses = { $people-and } { $people-count ->
    [one] loses
   *[other] lose
    } access
review-measure = { $measure } { $amounts }
review-of-limit = { $amounts } of { $limit }
measure-machines = machines
measure-cores = cores
measure-memory = memory
measure-disk = disk
measure-projects = projects
review-cohorts-own = the cohort’s own
review-capacity = the whole cohort
review-nothing = nothing of what the inventory asks for
review-incomplete = { $teams-count ->
    [one] { $teams-and } cannot be compared until its file is corrected
   *[other] { $teams-and } cannot be compared until their files are corrected
    }
review-quota = Quota
review-approval = Approval
review-findings = Findings
review-allowances = What EIG Link would have to write into cohort.yml to allow it
review-known = Found at the base already
review-live = On the servers
review-missing = it is missing
review-difference = The difference
review-with = Not together with !{ $number }
review-needs-by = { $by } must approve
review-needs-anyone = EIG Link must approve
review-given = approved by { $by }
review-no-needs = Nobody’s approval is needed.
review-unknown-author = The author is not known here: the strictest verdict is shown.
review-totals = Review: { $what }; { $approvals ->
    [0] no approval is needed
    [one] { $approvals } approval is needed
   *[other] { $approvals } approvals are needed
    }; { $findings }.
review-no-findings = no new findings
review-cut = The rest is cut off; see the job’s log.
