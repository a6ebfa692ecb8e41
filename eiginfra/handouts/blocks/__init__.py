"""The texts of handouts: Markdown files with placeholders, packaged in French and English, that a cohort may replace one by one.

What lives here: the names of all texts and placeholders, the parser that turns a text into parts of a page and says what is wrong with
it, and what is put in the place of placeholders. What may not: HTML, templates, anything that a value could turn into markup.
"""

from eiginfra.handouts.blocks.library import TextLibrary, check_texts
from eiginfra.handouts.blocks.names import NAMES, PLACEHOLDERS
from eiginfra.handouts.blocks.placeholders import Values
from eiginfra.handouts.blocks.values import text_values

__all__ = ["NAMES", "PLACEHOLDERS", "TextLibrary", "Values", "check_texts", "text_values"]
