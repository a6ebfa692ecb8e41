"""What the instance says of itself."""

from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok

VERSION = "18.5.2-ee"
REVISION = "4d1b5a6c7f3"


def version(call: GitLabCall) -> Answer:
    """GET /version and GET /metadata."""
    call.known_user()
    kas = {
        "enabled": False,
        "externalUrl": None,
        "externalK8sProxyUrl": None,
        "version": None,
    }
    return ok({"version": VERSION, "revision": REVISION, "kas": kas, "enterprise": True})


ROUTES: tuple[Route, ...] = (("GET", "/version", version), ("GET", "/metadata", version))
