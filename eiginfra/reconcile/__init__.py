"""The reconcile loop: rounds, and what makes them observable from outside.

What lives here: one round, the loop around it, its signals, what it remembers (a small file), log lines, metrics with their
server, the webhook, systemd's notifications, and `--pull`. What may not: decisions about a plan (`engine.healing` makes them), a second way
to plan or apply (a round is `Workspace.plan`, a policy, `Workspace.apply`), printing, exit codes.
"""
