"""GitLab: a cohort's accounts, groups, members, projects and their settings, below one root group.

What lives here: the client (the only importer of python-gitlab), what is asked of it (`api`), the kinds, and `doctor`. What may
not: anything of other providers, of the inventory, or of the engine's decisions.
"""
