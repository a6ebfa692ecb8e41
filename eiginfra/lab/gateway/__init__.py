"""The lab's gateway: a real SSH server that answers the gateway program's verbs, a web front, and the machines behind it.

What lives here: the state of such a server, the verbs of `docs/gateway-program.md` on it, and what people reach through it. What may not:
anything of eiginfra outside `eiginfra.lab`, a shell, and an invented success for what is not modelled.
"""
