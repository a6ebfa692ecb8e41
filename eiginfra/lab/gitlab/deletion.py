"""Delayed deletion: things are renamed and marked first, and vanish after the retention period or when asked again.

Since GitLab 18.0 this holds on all tiers: name and path get the suffix `-deletion_scheduled-<id>`.
"""

import secrets

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.call import Answer, GitLabCall, accepted
from eiginfra.lab.gitlab.errors import message
from eiginfra.lab.gitlab.records import GroupRecord, ProjectRecord, Source

REMOVAL = {"permanently_remove": params.boolean(default=False), "full_path": params.string()}
"""The parameters of a removal."""


def remove(call: GitLabCall, source: Source) -> Answer:
    """Schedule a group or project for deletion, or remove it at once if it is scheduled and `permanently_remove` is given."""
    given = call.given
    thing, word = _thing(call, source)
    if given["permanently_remove"]:
        return _remove_now(call, source, given.get("full_path"))
    if thing.marked_for_deletion_on:
        raise message(400, f"{word} has been already marked for deletion")
    if any(call.state.groups[number].marked_for_deletion_on for kind, number in call.state.sources_above(source) if kind == "group"):
        return accepted()  # it goes with the group above
    suffix = f"-deletion_scheduled-{thing.id}"
    thing.name += suffix
    _rename(call, thing, thing.path + suffix)
    thing.marked_for_deletion_on = call.state.today()
    call.state.doomed.add(source)
    return accepted()


def _remove_now(call: GitLabCall, source: Source, full_path: str | None) -> Answer:
    thing, word = _thing(call, source)
    if isinstance(thing, GroupRecord) and thing.parent_id is None:
        raise message(400, "`permanently_remove` option is only available for subgroups.")
    if not thing.marked_for_deletion_on:
        raise message(400, f"{word} must be marked for deletion first.")
    if full_path != thing.full_path:
        raise message(400, f"`full_path` is incorrect. You must enter the complete path for the {word.lower()}.")
    if isinstance(thing, GroupRecord):
        call.state.remove_group(thing)
    else:
        call.state.remove_project(thing)
    return accepted()


def restore(call: GitLabCall, source: Source) -> None:
    """Undo the scheduled deletion: remove the suffix, or use another suffix if the old path was taken meanwhile.

    Raises ApiError 400 for what is not marked.
    """
    thing, word = _thing(call, source)
    if not thing.marked_for_deletion_on:
        raise message(400, f"{word} has not been marked for deletion")
    suffix = f"-deletion_scheduled-{thing.id}"
    name, path = thing.name.removesuffix(suffix), thing.path.removesuffix(suffix)
    if f"{thing.full_path.rpartition('/')[0]}/{path}".lstrip("/").lower() in call.state.paths:
        other = "-" + secrets.token_hex(3)[:5]
        name, path = name + other, path + other
    thing.name = name
    _rename(call, thing, path)
    thing.marked_for_deletion_on = None
    call.state.doomed.discard(source)


def _thing(call: GitLabCall, source: Source) -> tuple[GroupRecord | ProjectRecord, str]:
    kind, number = source
    return (call.state.groups[number], "Group") if kind == "group" else (call.state.projects[number], "Project")


def _rename(call: GitLabCall, thing: GroupRecord | ProjectRecord, path: str) -> None:
    if isinstance(thing, GroupRecord):
        call.state.rename_group(thing, path)
    else:
        call.state.rename_project(thing, path)
