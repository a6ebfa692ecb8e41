"""Git over HTTP, as clients use it (`git clone http://…/eig/eig3/adler/api.git`), and who may.

The refusals are GitLab's own texts (public sources, `git_http_client_controller.rb` and `git_access.rb`).
"""

import base64
import binascii
import gzip
import re
import zlib
from urllib.parse import parse_qs, unquote

from starlette.requests import Request

from eiginfra.lab.gitlab.access import DEVELOPER, find_project, is_archived, level_of, may_read_code
from eiginfra.lab.gitlab.auth import check_active, token_trouble
from eiginfra.lab.gitlab.call import Answer, GitLabCall
from eiginfra.lab.gitlab.errors import GitLabHttpError
from eiginfra.lab.gitlab.git_folder import git_folder
from eiginfra.lab.gitlab.git_push import Push, commands_of, push_in
from eiginfra.lab.gitlab.records import ProjectRecord, Source
from eiginfra.lab.gitlab.state import GitLabState
from eiginfra.lab.vain import AskedInVain

_PATH = re.compile(r"/(?P<project>[^/]+(?:/[^/]+)*?/[^/]+?)(?P<git>\.git)?/(?P<what>info/refs|git-upload-pack|git-receive-pack)")
_SERVICES = ("git-upload-pack", "git-receive-pack")
_READING, _WRITING = frozenset({"api", "read_repository", "write_repository"}), frozenset({"api", "write_repository"})
_DENIED = (
    "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a "
    "token instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped. See "
    "{url}/help/topics/git/troubleshooting_git.md#error-on-git-fetch-http-basic-access-denied"
)
_HIDDEN = "The project you were looking for could not be found or you don't have permission to view it."


def is_git(path: str) -> bool:
    """Whether a path is one that Git asks for."""
    return _PATH.fullmatch(path) is not None


async def answer(state: GitLabState, request: Request, path: str, in_vain: AskedInVain) -> Answer:
    """The answer to Git; refusals are plain text, which Git shows to its user."""
    asked = _PATH.fullmatch(path)
    if asked is None:
        return _text(404, "Not Found")
    what, query = asked["what"], request.scope["query_string"].decode("latin-1")
    service = parse_qs(query).get("service", [""])[0] if what == "info/refs" else what
    if request.method != ("GET" if what == "info/refs" else "POST") or service not in _SERVICES:
        return _text(403, "Forbidden")
    call = GitLabCall(state, "GET", f"/projects/{asked['project']}", {"id": unquote(asked["project"])}, {}, {})
    refused = _authenticate(call, request.headers.get("authorization", ""), service) or _refusal(call, service)
    if refused is not None:
        return refused
    if not asked["git"]:
        return Answer(301, b"", {"location": f"{state.url}/{asked['project']}.git/{what}?{query}"})
    project = find_project(call)
    protocol = request.headers.get("git-protocol", "")
    protocol = protocol if re.fullmatch(r"version=[0-2]", protocol) else ""
    headers = {"cache-control": "no-cache, max-age=0, must-revalidate"}
    if what == "info/refs":
        with git_folder(state, project) as folder:
            shown = folder.serve(service.removeprefix("git-"), "--advertise-refs", protocol=protocol)
        return Answer(
            200, _line(f"# service={service}\n") + b"0000" + shown, {**headers, "content-type": f"application/x-{service}-advertisement"}
        )
    try:
        body = await request.body()
        body = gzip.decompress(body) if request.headers.get("content-encoding") == "gzip" else body
    except (OSError, EOFError, zlib.error):
        return _text(400, "Bad Request")
    headers["content-type"] = f"application/x-{service}-result"
    if service == "git-upload-pack":
        return Answer(200, _fetch(call, project, body, protocol), headers)
    try:
        commands = commands_of(body)
    except ValueError:
        return _text(400, "Bad Request")
    return Answer(200, push_in(call, project, Push(body, commands, protocol), in_vain), headers)


def _text(status: int, text: str, **headers: str) -> Answer:
    return Answer(status, text.encode(), {"content-type": "text/plain; charset=utf-8", **headers})


def _line(text: str) -> bytes:
    return f"{len(text) + 4:04x}{text}".encode()


def _authenticate(call: GitLabCall, header: str, service: str) -> Answer | None:
    """Set the call's user by the token that came as a password, whatever the name; the refusal of who has no valid one."""
    state = call.state
    denied = _text(401, _DENIED.format(url=state.url), **{"www-authenticate": 'Basic realm="GitLab"'})
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        try:
            return None if service == "git-upload-pack" and may_read_code(call, find_project(call)) else denied
        except GitLabHttpError:
            return denied
    try:
        secret = base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return denied
    token = state.tokens.get(secret)
    if token is None or token_trouble(state, token) is not None:
        return denied
    call.token, call.user = token, state.users[token.user_id]
    token.last_used_at = state.now()
    return None


def _refusal(call: GitLabCall, service: str) -> Answer | None:
    """Why a known token, or nobody, may not fetch from the project or push to it at all."""
    scopes = set(call.token.scopes) if call.token else _READING
    if call.token and not scopes & (_WRITING if service == "git-receive-pack" else _READING):
        return _text(
            403, "You are not allowed to upload code." if service == "git-receive-pack" else "You are not allowed to download code."
        )
    try:
        if call.user is not None:
            check_active(call.state, call.user)
        project = find_project(call)
    except GitLabHttpError as problem:
        if problem.status == 301:
            return _text(501, "The lab does not model Git at a project's former path.")
        return _text(404, _HIDDEN) if problem.status == 404 else _text(403, str(problem.body["message"]).removeprefix("403 Forbidden - "))
    if not may_read_code(call, project):
        return _text(403, "You are not allowed to download code from this project.")
    source: Source = ("project", project.id)
    if service == "git-receive-pack" and (
        is_archived(call.state, source) or not (call.admin or level_of(call.state, call.user, source) >= DEVELOPER)
    ):
        return _text(403, "You are not allowed to push code to this project.")
    return None


def _fetch(call: GitLabCall, project: ProjectRecord, body: bytes, protocol: str) -> bytes:
    with git_folder(call.state, project) as folder:
        return folder.serve("upload-pack", stdin=body, protocol=protocol)
