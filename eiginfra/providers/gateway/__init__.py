"""The gateway: accounts to jump through, sub-domains and public ports, on one server that is reached over SSH.

What lives here: the program that runs there (program/), what is asked of it (client.py), how its answers are read (answer.py, frames.py),
what its refusals mean (errors.py), what nginx, nft, iptables and files of keys say, the kinds, and `doctor`. What may not: SSH itself
(providers/ssh.py), other commands than the program's, comparing wanted and observed (the engine does).
"""
