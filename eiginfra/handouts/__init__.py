"""Cohort and what was seen to documents: for each team a page, and an index for those who look after all.

What lives here: the model of pages and its renderers, the views of a team (what was asked for, and what was observed), the sections and
pages that say it, the sentences in French and English. What may not: requests, plans, secrets. A page states only what was observed; what
is merely wanted is shown as not made yet.
"""

from eiginfra.handouts.composition import HandoutsAsked, compose, handout_files
from eiginfra.handouts.files.output_folder import OutputFolder
from eiginfra.handouts.files.writing import Handout, write

__all__ = ["Handout", "HandoutsAsked", "OutputFolder", "compose", "handout_files", "write"]
