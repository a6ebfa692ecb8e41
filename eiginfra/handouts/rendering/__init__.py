"""Pages to HTML, Markdown and PDF.

What lives here: the renderers, which escape all that people and servers wrote, and the look: stylesheets, script, theme. What may not:
what a page says.
"""
