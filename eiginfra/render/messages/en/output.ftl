## What a plan takes from whom.

harm-access-lost = { $count ->
    [one] 1 person loses access
   *[other] { $count } people lose access
    }
harm-account-blocked = { $count ->
    [one] 1 account is blocked
   *[other] { $count } accounts are blocked
    }
harm-machine-stopped = { $count ->
    [one] 1 machine is stopped
   *[other] { $count } machines are stopped
    }
harm-restarted = { $count ->
    [one] 1 machine is restarted
   *[other] { $count } machines are restarted
    }
harm-port-closed = { $count ->
    [one] 1 public port is closed
   *[other] { $count } public ports are closed
    }
harm-archived = { $count ->
    [one] 1 project is archived
   *[other] { $count } projects are archived
    }
harm-deleted = { $count ->
    [one] 1 thing is deleted
   *[other] { $count } things are deleted
    }

## Findings in reports.

severity-error = error
severity-warning = warning
severity-notice = notice
errors = { $count ->
    [one] 1 error
   *[other] { $count } errors
    }
warnings = { $count ->
    [one] 1 warning
   *[other] { $count } warnings
    }
notices = { $count ->
    [one] 1 notice
   *[other] { $count } notices
    }
no-findings = no findings
label = { $label }:
and-then = { $before }; { $after }
conclusion = { $told }.
resources = { $count ->
    [one] 1 resource
   *[other] { $count } resources
    }
times = { $count } times
times-of = { $count } times: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    }
acknowledged = { $count } acknowledged
first-at = first at
also-at = also at
also = also

## Since when something differs.

trace-run = run { $number }
trace-round = round { $number }
trace-seen = { $who } ({ $at } UTC, first seen)
trace-in-order = { $who } ({ $at } UTC, in order)
trace-now = now
trace-between = since between { $before } and { $after }
trace-before = since before { $after }
trace-activity = { $what } by { $by } ({ $at } UTC)

## Totals of a plan.

plan-totals = Plan: { $actions }.
plan-of = { $what }: { $actions ->
    [none] nothing to do
   *[other] { $actions }
    }
plan-known = { $count ->
    [one] 1 resource stands already as wanted; the journal will note it.
   *[other] { $count } resources stand already as wanted; the journal will note them.
    }
plan-day = { $day }:
plan-nothing = Nothing to do: what stands is what the inventory asks for.
plan-nothing-but = Nothing to do; { $rest }.
plan-waiting = { $count } still waiting
plan-blocked = { $count } blocked
plan-orphans = { $count } left the inventory
still-access = { $people-count ->
    [one] 1 person still has access
   *[other] { $people-count } people still have access
    } where nobody can be let out now: { $people }.
still-access-to = { $person } to { $machines-and }
plan-left = { $count } left alone
to-create = { $count } to add
to-update = { $count } to change
to-adopt = { $count } to adopt
to-replace = { $count } to replace
to-delete = { $count } to remove
of-the-cohort = the cohort’s own
as-of-today = as of { $day }
as-of = as of { $day } (not today)

## A plan as Markdown.

markdown-title = eiginfra: plan of { $cohort } on { $site }, { $day }
markdown-check = eiginfra: check of { $cohort }
markdown-refused = eiginfra: no plan of { $cohort }
markdown-finding = Finding
markdown-remedy = What to do
markdown-add = add { $label } { $value }
markdown-remove = remove { $label } { $value }
cause-new = new
cause-pending = pending
cause-drift = drift
cause-conflict = conflict
cause-orphan = orphan
cause-unknown = unknown

## Values.

yes = yes
no = no
long-text = { $begun }… ({ $lines } lines)
added = added { $values }
removed = removed { $values }

## What an apply did.

applying = applying
outcome-done = done
outcome-waiting = waiting
outcome-failed = failed
outcome-refused = refused
outcome-skipped = skipped
outcome-count = { $count } { $outcome ->
    [waiting] waiting
    [failed] failed
    [refused] refused
    [skipped] skipped
   *[other] done
    }
applied = Applied: { $counts }.
applied-nothing = Applied: nothing to do.
interrupted = Interrupted;
that-was = That was { $day }.
apply-again = Run eiginfra apply again once the reason is mended: what was done stays done, the rest is taken up.

## A saved plan, drift, handouts.

stale = stale: { $address }: { $reason }
carried-out = This plan was carried out in run { $run } already.
nothing-left-of = { $count ->
    [one] Of 1 action nothing is left to do.
   *[other] Of { $count } actions nothing is left to do.
    }
still-hold = { $count } of { $all } actions still hold.
would-refuse = An apply would refuse the others.
drifted = { $count ->
    [one] Drift: 1 resource
   *[other] Drift: { $count } resources
    }
no-drift = No drift
merged-not-applied = { $count ->
    [one] 1 change merged and not applied (eiginfra plan)
   *[other] { $count } changes merged and not applied (eiginfra plan)
    }
last-applied = Last applied { $at } UTC by { $by }{ $commit ->
    [none] {""}
   *[other] {" "}from commit { $commit }
    }.
never-applied = Nothing was applied yet, as far as the journal knows.
applied-in-run = last applied { $at } UTC by { $by } (run { $run }{ $commit ->
    [none] {""}
   *[other] , commit { $commit }
    })
bulletin-written = { $file } has the bulletin; finish it before it is published
handouts-written = { $count ->
    [0] Nothing to write in { $folder }
    [one] 1 file written in { $folder }
   *[other] { $count } files written in { $folder }
    }{ $current ->
    [0] {""}
   *[other] , { $current } unchanged
    }
handouts-sound = { $count ->
    [one] 1 file in { $folder } is up to date
   *[other] All { $count } files in { $folder } are up to date
    }
handouts-wrong = { $count ->
    [one] 1 file in { $folder } is not up to date
   *[other] { $count } files in { $folder } are not up to date
    }
handout-missing = missing: { $path }
handout-stale = stale: { $path }
handout-left-over = left over: { $path }
handout-left-over-changed = left over, and changed by hand: { $path }
handout-removed = removed: { $path }
handouts-without-font = No font of this computer has { $characters }: the PDFs show numbers in their place; install a font that has them (docs/handouts.md)
pages-removed = { $count ->
    [one] 1 removed
   *[other] { $count } removed
    }
files-written = { $count ->
    [one] 1 file in { $folder }
   *[other] { $count } files in { $folder }
    }
plan-adopts = a plan adopts { $count }

## The issue that says that the servers differ.

drift-issue-title = { $cohort }: the servers differ from the inventory
drift-issue = Somebody changed this on the servers, and not in the inventory. The next `eiginfra apply` takes it back; what is to stay belongs into the inventory. eiginfra keeps this issue up to date, and closes it when nothing differs any more.
issue-opened = Issue opened: { $url }
issue-edited = Issue edited: { $url }
issue-unchanged = The issue says so already: { $url }
issue-closed = Issue closed: { $url }

## What was done about a team or a resource.

outcome-unfinished = unfinished
history-run = { $at } UTC, run { $run } ({ $command }) by { $by }{ $commit ->
    [none] {""}
   *[other] , commit { $commit }
    }
history-of = { $count ->
    [one] { $what }: 1 run.
   *[other] { $what }: { $count } runs, the newest first.
    }
history-none = Nothing was done about { $what } yet.
