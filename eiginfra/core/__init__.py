"""The concepts that all other packages use: address, resource, kind, observed object, change, plan, usage, finding, secret, clock, errors.

What lives here: immutable values and the interface a kind implements. What may not: I/O of any sort, and imports of other packages of
eiginfra.
"""
