"""The form of GitLab's objects, as far as the kinds read them, by the path that was asked; sources: GitLab's REST documentation."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StrictInt

from eiginfra.providers.shapes import Shape


def _a_day(text: str) -> str:
    date.fromisoformat(text[:10])
    return text


def _an_instant(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time without its zone")
    return text


Number = Annotated[StrictInt, Field(ge=0, lt=2**63)]
Day = Annotated[str, AfterValidator(_a_day)]
Instant = Annotated[str, AfterValidator(_an_instant)]
CommitId = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]


class _GitLabNumbered(BaseModel):
    id: Number


class _GitLabGroup(_GitLabNumbered):
    full_path: str
    name: str
    path: str
    visibility: str
    description: str | None = None
    web_url: str | None = None
    marked_for_deletion_on: str | None = None


class _GitLabProject(_GitLabNumbered):
    path_with_namespace: str
    name: str
    path: str
    visibility: str | None = None
    description: str | None = None
    web_url: str | None = None
    topics: list[str] | None = None
    archived: StrictBool | None = None
    marked_for_deletion_on: str | None = None
    marked_for_deletion_at: str | None = None


class _GitLabUser(_GitLabNumbered):
    username: str
    name: str | None = None
    state: str | None = None
    web_url: str | None = None
    email: str | None = None
    public_email: str | None = None
    confirmed_at: str | None = None
    created_at: str | None = None
    is_admin: StrictBool | None = None
    bot: StrictBool | None = None


class _GitLabMember(_GitLabNumbered):
    username: str
    access_level: Number
    expires_at: Day | None = None
    state: str | None = None
    public_email: str | None = None
    created_at: str | None = None
    created_by: _GitLabNumbered | None = None


class _GitLabInvitation(BaseModel):
    invite_email: str
    access_level: Number
    expires_at: Day | None = None
    created_at: str | None = None


class _GitLabVariable(BaseModel):
    key: str
    value: str | None = None
    environment_scope: str | None = None
    description: str | None = None


class _GitLabLevel(BaseModel):
    access_level: Number | None
    id: Number | None = None


class _GitLabRule(_GitLabNumbered):
    name: str
    push_access_levels: list[_GitLabLevel] | None = None
    merge_access_levels: list[_GitLabLevel] | None = None
    allow_force_push: StrictBool | None = None


class _GitLabLabel(_GitLabNumbered):
    name: str
    color: str
    description: str | None = None


class _GitLabMilestone(_GitLabNumbered):
    title: str
    description: str | None = None
    state: str | None = None
    start_date: Day | None = None
    due_date: Day | None = None


class _GitLabMembership(BaseModel):
    source_id: Number
    source_type: str
    access_level: Any | None = None


class _GitLabToken(BaseModel):
    scopes: list[str] | None = None
    expires_at: Day | None = None


class _GitLabVersion(BaseModel):
    version: str


class _GitLabAuthor(_GitLabNumbered):
    username: str


class _GitLabRequest(_GitLabNumbered):
    iid: Number
    title: str
    author: _GitLabAuthor
    source_branch: str
    target_branch: str
    source_project_id: Number | None
    target_project_id: Number
    sha: CommitId | None
    web_url: str
    draft: StrictBool
    merged_at: Instant | None = None


class _GitLabNote(_GitLabNumbered):
    author: _GitLabAuthor
    body: str
    system: StrictBool


class _GitLabApproval(BaseModel):
    user: _GitLabAuthor
    approved_at: Instant | None = None


class _GitLabApprovals(BaseModel):
    approved_by: list[_GitLabApproval]


class _GitLabRequestVersion(_GitLabNumbered):
    head_commit_sha: CommitId
    created_at: Instant


class _GitLabPush(BaseModel):
    ref_type: str | None
    ref: str | None
    commit_from: CommitId | None
    commit_to: CommitId | None


class _GitLabPushEvent(_GitLabNumbered):
    author: _GitLabAuthor | None = None
    push_data: _GitLabPush


class _GitLabIssue(_GitLabNumbered):
    iid: Number
    title: str
    author: _GitLabAuthor
    description: str | None = None
    web_url: str
    created_at: Instant | None = None
    confidential: StrictBool | None = None
    labels: list[str] | None = None


class _GitLabRelease(BaseModel):
    tag_name: str
    name: str | None = None
    released_at: Instant
    upcoming_release: StrictBool | None = None


class _GitLabTreeEntry(BaseModel):
    name: str
    type: str


class _GitLabCommit(BaseModel):
    committed_date: Instant


def _asked(path: str, model: type[Any], *names: str) -> tuple[re.Pattern[str], Shape[Any]]:
    return re.compile(path), Shape(model, *names)


_ONE = r"/[^/]+"
_SHAPES = (
    _asked(r"/version", _GitLabVersion),
    _asked(r"/personal_access_tokens/self", _GitLabToken),
    _asked(rf"/users/{_ONE[1:]}/memberships", _GitLabMembership, "source_name"),
    _asked(rf"/user|/users(?:{_ONE})?", _GitLabUser, "username", "id"),
    _asked(rf".*/members(?:/all)?(?:{_ONE})?", _GitLabMember, "username", "id"),
    _asked(r".*/invitations", _GitLabInvitation, "invite_email"),
    _asked(r".*/variables", _GitLabVariable, "key"),
    _asked(r".*/protected_branches", _GitLabRule, "name"),
    _asked(r".*/labels", _GitLabLabel, "name", "id"),
    _asked(r".*/milestones", _GitLabMilestone, "title", "id"),
    _asked(rf"/projects{_ONE}/(?:merge_requests|issues){_ONE}/notes(?:{_ONE})?", _GitLabNote, "id"),
    _asked(rf"/projects{_ONE}/merge_requests{_ONE}/approvals", _GitLabApprovals),
    _asked(rf"/projects{_ONE}/merge_requests{_ONE}/versions", _GitLabRequestVersion, "id"),
    _asked(rf"/projects{_ONE}/merge_requests", _GitLabRequest, "iid"),
    _asked(rf"/projects{_ONE}/releases", _GitLabRelease, "tag_name"),
    _asked(rf"/projects{_ONE}/repository/tree", _GitLabTreeEntry, "name"),
    _asked(rf"/projects{_ONE}/repository/commits", _GitLabCommit, "short_id"),
    _asked(rf"/projects{_ONE}/events", _GitLabPushEvent, "id"),
    _asked(rf"/projects{_ONE}/issues(?:{_ONE})?", _GitLabIssue, "iid"),
    _asked(rf"(?:/groups{_ONE})?/projects|/projects{_ONE}(?:/(?:un)?archive)?", _GitLabProject, "path_with_namespace", "id"),
    _asked(rf"/groups(?:{_ONE}(?:/descendant_groups|/subgroups)?)?", _GitLabGroup, "full_path", "id"),
)
_ANYTHING = Shape(dict[str, Any], "name", "id")


_WRITTEN = re.compile(
    rf"/(?:groups|projects|users)(?:{_ONE})?(?:/(?:un)?archive)?|/projects{_ONE}/(?:merge_requests{_ONE}/notes|issues)(?:{_ONE})?"
)


def shape_of_written(path: str, verb: str) -> Shape[Any] | None:
    """The form of what a path answers when something was written, for the objects that are passed on; None: others are read with care."""
    return shape_of(path) if verb != "delete" and _WRITTEN.fullmatch(path) else None


def shape_of(path: str) -> Shape[Any]:
    """The form of what a path answers: the object, or each item of the list."""
    return next((shape for pattern, shape in _SHAPES if pattern.fullmatch(path.partition("?")[0])), _ANYTHING)
