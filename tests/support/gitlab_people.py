"""People of one team, as tests want them."""

from support.words import told

from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec

SPACE = "eig/eig3/adler"
COHORT, ADLER = GroupSpec(path="eig/eig3", visibility="public"), GroupSpec(path=SPACE, visibility="public")
API = ProjectSpec(path=f"{SPACE}/api")
PLACES = (COHORT, ADLER, API)
ADDRESS = f"gitlab.members[{SPACE}]"
GROUP = "/groups/eig%2Feig3%2Fadler"


def user(name):
    return UserSpec(username=name, name=name.title(), email=f"{name}@example.org")


def entry(name, access="developer", expires="2030-06-30", **more):
    return {"username": name, "access": access, "expires": expires, **more}


def members(*entries, holder=SPACE):
    return MembersSpec(group=holder, members=entries)


def invited(name, **more):
    return entry(name, email=f"{name}@example.org", **more)


def account(world, name, email=None, *, shown=True):
    """Somebody signs up; shown: and lets everybody see the address."""
    fields = {"username": name, "name": name, "email": email or f"{name}@example.org", "reset_password": True, "skip_confirmation": True}
    number = world.by_hand("POST", "/users", **fields)["id"]
    if shown:
        world.by_hand("PUT", f"/users/{number}", public_email=fields["email"])
    return number


def direct(world, url=GROUP):
    return {member["username"]: member["access_level"] for member in world.by_hand("GET", f"{url}/members")} | {"eiginfra-bot": 0}


def waits(plan):
    """What waits, and for what, in words."""
    return {str(change.address): {name: told(what) for name, what in change.waiting.items()} for change in plan.changes if change.waiting}
