"""The cohort's pages: what EIG Link, mentors and teams see of the whole cohort, and what everybody may see.

What lives here: pure functions from the cohort, its site and what was seen to pages. What may not: a layout, and anything that
a public build was not given: `public` takes away what is personal or internal before a page is composed.
"""

from eiginfra.handouts.pages.build import cohort_pages

__all__ = ["cohort_pages"]
