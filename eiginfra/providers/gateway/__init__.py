"""The gateway as a provider: accounts to jump through, sub-domains, forwarded ports, features of containers, by one program there over SSH.

What lives here: what the gateway program is sent and answers, and the kinds of it. What may not: shell commands, and other services.
"""
