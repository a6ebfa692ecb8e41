"""Cohort and observed objects to documents: for each team one page in HTML and Markdown, and an index for those who look after all.

What lives here: the view of a team (what was asked for, and what was observed), the sentences in French and English, the templates. What
may not: requests, plans, secrets. A page states only what was observed; what is merely wanted is shown as not made yet.
"""

from eiginfra.handouts.team_pages import Handout, render
from eiginfra.handouts.writing import write

__all__ = ["Handout", "render", "write"]
