"""Everything that talks to real servers.

What lives here: one package a service (its client, its kinds, its `doctor`), and the transport policy that all of them share. What may
not: any comparing of wanted and observed (the engine alone does), printing, or one provider's knowledge of another.
"""
