"""How plans, findings and reports look: text for people, Markdown for merge requests, JSON for programs."""
