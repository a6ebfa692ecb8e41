"""The machines as a provider: who may enter them, and what they say of themselves, over SSH.

What lives here: what is read and written inside a machine. What may not: how machines are made.
"""
