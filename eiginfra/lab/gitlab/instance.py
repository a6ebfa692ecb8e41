"""What the instance says of itself."""

from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.pagination import PAGED

VERSION = "18.5.2-ee"
REVISION = "4d1b5a6c7f3"


@takes(PAGED)
def version(call: GitLabCall) -> Answer:
    """GET /version, which takes pages though it has none."""
    return metadata(call)


def metadata(call: GitLabCall) -> Answer:
    """GET /metadata, which says the same."""
    call.known_user()
    kas = {
        "enabled": False,
        "externalUrl": None,
        "externalK8sProxyUrl": None,
        "version": None,
    }
    return ok({"version": VERSION, "revision": REVISION, "kas": kas, "enterprise": True})


ROUTES: tuple[Route, ...] = (("GET", "/version", version), ("GET", "/metadata", metadata))
