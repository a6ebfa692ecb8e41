"""Everything that talks to real servers.

What lives here: one package for each service (client, kinds, `doctor`), and the transport policy that all of them share. What may
not: comparing wanted and observed (only the engine does), printing, or imports of another provider.
"""
