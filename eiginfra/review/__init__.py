"""What a merge request would change: two revisions of the inventory, compared without any server, and whose approval the difference needs.

What lives here: the review's model, the comparison of two compiled cohorts, what a request edits in which file and field, and the policy
that says whose yes that needs. What may not live here: git, servers, options, and words; `wiring` brings the revisions, `render` the words.
"""
