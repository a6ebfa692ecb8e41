"""The loop that can be left alone: rounds, and what makes them observable from outside.

What lives here: one round, the loop around it, its signals, what it remembers (a small file), log lines, metrics with their
server, the webhook, systemd's notifications, and `--pull`. What may not: judgement about a plan (`engine.reconcile` has it), a second way
to plan or apply (a round is `Workspace.plan`, a policy, `Workspace.apply`), printing, exit codes.
"""
