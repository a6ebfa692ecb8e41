"""The composition root: reads settings, resolves secrets, makes providers and registry, takes the steps from files to plan and apply.

What lives here: what joins the packages. What may not: printing, exit codes, and any rule about kinds, plans or files.
"""
