"""The command line: one file a command, and the rendering of plans and reports.

What lives here: options, exit codes, printing, asking. What may not: any decision about what is done; that is the engine's.
Alone among the rooms, `lab.py` and `demo.py` know the lab.
"""
