"""How plans, findings and reports look: text for people, Markdown for merge requests, JSON for programs.

What lives here: all sentences about plans, findings and reasons. What may not: decisions, requests, exit codes.
"""
