"""How open a project is: a check list of what was seen of it, each point with what to do next.

What lives here: pure functions from the inventory and what was seen to points. What may not: sentences, and guesses about what nobody saw.
"""

from eiginfra.handouts.openness.checklist import openness, progress
from eiginfra.handouts.openness.point import OpennessPoint

__all__ = ["OpennessPoint", "openness", "progress"]
