"""Folders of pages on the disk.

What lives here: which files are up to date, what is written, replaced and left over. What may not: what a page says.
"""
