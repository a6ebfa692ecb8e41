"""The sections of handouts, one module for what belongs together: from views to parts of a page.

What lives here: in which order and form something is said. What may not: looking at servers, deciding what is true (the views do).
"""
