"""What containers and VMs share: how they are listed, read, created, changed and deleted.

What lives here: everything about guests that is not about one kind. What may not: the kinds themselves.
"""
