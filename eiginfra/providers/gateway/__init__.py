"""The gateway: accounts to jump through, sub-domains and public ports, on one server that is reached over SSH.

What lives here: what is asked of the program on the gateway (client.py), how its answers are read (answer.py, frames.py), what its refusals
mean (errors.py), the kinds, and `doctor`. What may not: SSH itself (providers/ssh.py), other commands than the program's, comparing wanted
and observed (the engine does).
"""
