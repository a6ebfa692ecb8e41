"""What was asked for, each with what was seen of it, without language and layout.

What lives here: the views of a team, its people's access and the gateway. What may not: sentences, requests.
"""
