"""From desired and observed to a plan, and from a plan to changes on the servers.

What lives here: the comparison (nowhere else), the order, the planner, the quota check, the guards, the executor and drift. Pure, but for
the observer and the executor, which call kinds. What may not: knowledge of any one provider, of files, or of how things are printed.
"""
