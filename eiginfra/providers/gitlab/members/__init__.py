"""Lists of members of groups and projects: read, compared with what is wanted, and changed.

What lives here: what `gitlab.members` is made of. What may not: any other kind.
"""
