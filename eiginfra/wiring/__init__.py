"""The composition root: reads the settings, resolves secrets, builds clients, fills the registry, walks the road from files to plan.

What lives here: what joins the rooms. What may not: printing, exit codes, and any rule about kinds, plans or files.
"""
