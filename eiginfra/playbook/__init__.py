"""Plays, tasks and templates: a cohort, a site and a playbook to the resources that are wanted.

What lives here: patterns, tags, the playbook's format, and all templating there is (a sandbox of expressions). What may not: requests,
knowledge of single kinds, and text of a team's file ever being read as a template.
"""

from eiginfra.playbook.compile import Compiled, compile_playbook
from eiginfra.playbook.loader import load_playbook
from eiginfra.playbook.model import Play, Playbook, Task

__all__ = ["Compiled", "Play", "Playbook", "Task", "compile_playbook", "load_playbook"]
