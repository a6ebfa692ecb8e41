"""What containers and VMs share: how they are listed, read, made, placed, changed and taken away.

What lives here: everything about guests that is not one sort's own. What may not: the kinds themselves.
"""
