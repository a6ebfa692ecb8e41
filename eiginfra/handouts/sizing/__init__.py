"""Asked against used: what machines used of their sizes, what to do about it, and how many servers they fit on.

What lives here: pure analysis. What may not: requests, pages.
"""
