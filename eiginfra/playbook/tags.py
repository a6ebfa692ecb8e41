"""Tags as Ansible has them."""

from collections.abc import Collection

RESERVED = frozenset({"all", "tagged", "untagged"})
"""Words of `--tags` and `--skip-tags` that no task may bear; `always` and `never` may be borne."""

_UNTAGGED = frozenset({"untagged"})


def selected(tags: Collection[str], only: Collection[str] = (), skip: Collection[str] = ()) -> bool:
    """Whether something with these tags is meant by `--tags only --skip-tags skip`.

    `always` is meant unless it is skipped by name, `never` only if it (or another tag of the same task) is asked for.
    """
    own = frozenset(tags) or _UNTAGGED
    wanted = frozenset(only) or {"all"}
    rare = "never" in own
    meant = (
        "always" in own or bool(own & wanted) or ("all" in wanted and not rare) or ("tagged" in wanted and own != _UNTAGGED and not rare)
    )
    return meant and not _skipped(own, frozenset(skip))


def _skipped(own: frozenset[str], skip: frozenset[str]) -> bool:
    if "all" in skip:
        return "always" not in own or "always" in skip
    return bool(own & skip) or ("tagged" in skip and own != _UNTAGGED)
