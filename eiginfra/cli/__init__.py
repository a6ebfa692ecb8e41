"""The command line: one file for each command.

What lives here: options, exit codes, printing, asking. What may not: any decision about what is done; that is the engine's.
Only `lab.py` and `demo.py` may use the lab.
"""
