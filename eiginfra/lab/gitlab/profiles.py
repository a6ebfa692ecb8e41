"""The states in which a lab's GitLab can start."""

from eiginfra.lab.gitlab.access import OWNER
from eiginfra.lab.gitlab.records import GroupRecord, UserRecord
from eiginfra.lab.gitlab.state import GitLabState

PROFILES = ("eig", "recordings")


def populate(state: GitLabState, profile: str) -> None:
    """An administrator `eiginfra-bot` with a token, and the public group `eig`; all profiles begin so.

    Raises ValueError for an unknown profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"unknown profile {profile!r}: one of {', '.join(PROFILES)}")
    now = state.now()
    bot = state.add_user(
        UserRecord(
            id=state.new_id("user"),
            username="eiginfra-bot",
            name="eiginfra",
            email="eiginfra-bot@example.org",
            namespace_id=state.new_id("namespace"),
            created_at=now,
            confirmed_at=now,
            admin=True,
        )
    )
    state.add_token(bot, "eiginfra", ["api", "sudo"])
    eig = state.add_group(GroupRecord(state.new_id("namespace"), "eig", "Entrepreneurs d’intérêt général", None, "public", created_at=now))
    state.add_member(("group", eig.id), bot.id, OWNER, bot.id, None)
