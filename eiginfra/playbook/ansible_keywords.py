"""Ansible's keywords that playbooks do not have, each with what to write instead."""

from collections.abc import Mapping
from typing import Final

_NO_HOSTS = "eiginfra asks servers' APIs and logs in nowhere: leave it out"
_ORDER = "the order follows from what depends on what: leave it out"
_FAILURES = "failures are typed, and what can be tried again is: leave it out"
_LOOP = 'write loop: "{{ … }}", with filters to choose among the items'
_FLAT = "write the tasks one after another; `when`, `tags` and `vars` may stand on the play"
_FILES = "there is one playbook: write the plays and their vars in it"

FOREIGN: Final[Mapping[str, str]] = {
    "hosts": "plays are for teams: write teams: all",
    "register": "nothing is done while a playbook is read: there is no result to keep",
    "set_fact": "write vars on the task or its play",
    "until": _FAILURES,
    "retries": _FAILURES,
    "delay": _FAILURES,
    "ignore_errors": _FAILURES,
    "ignore_unreachable": _FAILURES,
    "any_errors_fatal": _FAILURES,
    "max_fail_percentage": _FAILURES,
    "failed_when": _FAILURES,
    "changed_when": "changes are found by comparing: leave it out",
    "check_mode": "`plan` shows what would be done, for the whole: leave it out",
    "diff": "`plan` shows every difference: leave it out",
    "no_log": "secrets are never in a playbook or plan: leave it out",
    "notify": "nothing runs after a change: leave it out",
    "handlers": "nothing runs after a change: leave it out",
    "listen": "nothing runs after a change: leave it out",
    "block": _FLAT,
    "rescue": _FAILURES,
    "always": "a task always runs by its tag: write tags: [always]",
    "roles": _FLAT,
    "pre_tasks": _ORDER,
    "post_tasks": _ORDER,
    "serial": _ORDER,
    "strategy": _ORDER,
    "order": _ORDER,
    "throttle": "the site's limits say how much is done at once: leave it out",
    "async": _ORDER,
    "poll": _ORDER,
    "run_once": "a play without `teams` runs once, for the cohort",
    "delegate_to": _NO_HOSTS,
    "delegate_facts": _NO_HOSTS,
    "local_action": _NO_HOSTS,
    "connection": _NO_HOSTS,
    "remote_user": _NO_HOSTS,
    "port": _NO_HOSTS,
    "become": _NO_HOSTS,
    "become_user": _NO_HOSTS,
    "become_method": _NO_HOSTS,
    "become_flags": _NO_HOSTS,
    "environment": _NO_HOSTS,
    "gather_facts": _NO_HOSTS,
    "gather_subset": _NO_HOSTS,
    "collections": "kinds are written with their provider, e.g. gitlab.group: leave it out",
    "module_defaults": "write the field on each task, or a variable in the play's vars",
    "action": "write the kind as the task's key, e.g. gitlab.group: {path: …}",
    "args": "write the fields below the kind, e.g. gitlab.group: {path: …}",
    "debugger": "there is none: leave it out",
    "vars_files": _FILES,
    "vars_prompt": "nobody is asked while a playbook is read: write it in the cohort's or the site's file",
    "import_playbook": _FILES,
    "include_tasks": _FILES,
    "import_tasks": _FILES,
    "include_role": _FILES,
    "import_role": _FILES,
    "include": _FILES,
    **dict.fromkeys(
        ("with_items", "with_list", "with_dict", "with_flattened", "with_nested", "with_subelements", "with_sequence", "with_together"),
        _LOOP,
    ),
}
