"""Git's own objects: their bytes, and the ids that follow from them."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha1
from typing import Any

Tree = dict[str, dict[str, Any]]
"""Path -> {`blob`: sha, `mode`: text, `last`: id of the commit that changed it last}."""
TREE_MODE = "040000"
GITLINK = "160000"
"""The mode of an embedded repository, whose `blob` is a commit of that one."""


def framed(kind: str, content: bytes) -> bytes:
    """An object with its header, as Git hashes and stores it."""
    return f"{kind} {len(content)}\0".encode() + content


def identity(kind: str, content: bytes) -> str:
    """The id of an object."""
    return sha1(framed(kind, content), usedforsecurity=False).hexdigest()


def tree_contents(flat: Tree) -> dict[str, bytes]:
    """The tree object of each folder of a flat tree; the topmost folder is the empty path."""
    entries: dict[str, list[tuple[bytes, bytes]]] = {"": []}
    for path in flat:
        parts = path.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            entries.setdefault("/".join(parts[:depth]), [])
    for path, entry in flat.items():
        _enter(entries, path, entry["mode"], entry["blob"])
    contents: dict[str, bytes] = {}
    for folder in sorted(entries, key=lambda path: (-path.count("/"), -len(path))):
        contents[folder] = b"".join(line for _, line in sorted(entries[folder]))
        if folder:
            _enter(entries, folder, TREE_MODE, identity("tree", contents[folder]))
    return contents


def _enter(entries: dict[str, list[tuple[bytes, bytes]]], path: str, mode: str, number: str) -> None:
    folder, _, name = path.rpartition("/")
    # Git orders the entries of a folder as if the names of folders ended in a slash.
    order = f"{name}/" if mode == TREE_MODE else name
    entries[folder].append((order.encode(), f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(number)))


def commit_content(commit: Mapping[str, Any], tree: str) -> bytes:
    """The commit object of a commit as the API shows it."""
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in commit["parent_ids"])]
    lines += [f"{role} {_person(commit, role)}" for role in ("author", "committer")]
    return ("\n".join(lines) + f"\n\n{commit['message']}").encode()


def _person(commit: Mapping[str, Any], role: str) -> str:
    moment = {"author": "authored_date", "committer": "committed_date"}[role]
    return signature(commit[f"{role}_name"], commit[f"{role}_email"], commit[moment])


def signature(name: str, email: str, moment: str) -> str:
    """Who and when, as Git writes it."""
    name, email = (text.translate({ord(char): None for char in "<>\n\0"}).strip() for text in (name, email))
    return f"{name} <{email}> {int(datetime.fromisoformat(moment).timestamp())} +0000"


def tag_content(name: str, commit: str, tagger: str, message: str) -> bytes:
    """The tag object of an annotated tag."""
    return f"object {commit}\ntype commit\ntag {name}\ntagger {tagger}\n\n{message}".encode()


def valid_ref(name: str) -> bool:
    """Git's rules for names of references, as far as a branch or tag meets them."""
    banned = any(char in " ~^:?*[\\\x7f" or ord(char) < 32 for char in name)
    parts = name.split("/")
    whole = ".." not in name and "@{" not in name and name != "@" and not name.startswith("-") and not name.endswith(".")
    return not banned and whole and all(part and not part.startswith(".") and not part.endswith(".lock") for part in parts)
