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

merge-conflicts = the request and its target branch change the same lines of { $files-and }
    .remedy = merge the target branch into the request’s branch, and choose there what counts
file-refused = a file of this name, or of this kind, has no place in an inventory: it is git’s, Python’s or eiginfra’s own, or is not read in the same way everywhere
    .remedy = take it out of the request
name-twice = { $name } is taken for { $other }, which is in the same folder, by some file systems or by git
    .remedy = take one of them out of the request, or give it another name
folder-not-in-git = git cannot read this folder: its object { $object } is missing, damaged, or no folder
    .remedy = fetch the branch again; if that does not help, make it anew from the target branch
file-not-in-git = git cannot read this file: its object { $object } is missing, damaged, or no file
    .remedy = fetch the branch again; if that does not help, commit the file anew
folders-too-deep = there are folders in folders, more than { $most } levels of them: none of the request is read
    .remedy = take them out of the request
request-too-large = the request brings or changes more than { $most } files: none of them is read
    .remedy = take out what is no inventory’s, or make several requests
