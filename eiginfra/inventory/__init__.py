"""YAML files to a typed Cohort, Site and Settings, every value with its file:line:column.

What lives here: the file formats, the loaders, the checks that need no server, the JSON Schemas. What may not: requests, templates, and
anything about how a team's file becomes resources (the playbook does that).
"""
