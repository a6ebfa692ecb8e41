"""The nouns: address, resource, kind, observed object, change, plan, usage, finding, secret, clock and the errors.

What lives here: immutable values and the interface a kind implements. What may not: I/O of any sort, and anything that imports another
room of the house.
"""
