"""GitLab as a cohort meets it: people invited, renamed projects, somebody who leaves, first files."""

from typing import Any

SPACE = "/groups/eig%2Feig3%2Fadler"
ONLY = ("--tags", "gitlab")


def test_people_are_invited_where_the_site_says_so(place: Any) -> None:
    place.site(gitlab={"accounts": "invite"})
    applied = place.call("apply", "--yes", *ONLY)
    assert applied.code == 0, applied.out + applied.err
    pending = {found["invite_email"] for found in place.gitlab("GET", f"{SPACE}/invitations")}
    assert pending == {"adler-1@example.org", "adler-2@example.org", "adler-mentor@example.org"}
    again = place.call("plan", "--detailed-exitcode", *ONLY)
    assert again.code == 0, again.out
    assert "members[adler-1] waits for adler-1 to accept the invitation" in again.out
    place.edit("adler", "  - username: adler-2", "  - username: adler-9\n    email: adler-9@example.org\n  - username: adler-2")
    assert place.call("apply", "--yes", *ONLY).code == 0
    assert len(place.gitlab("GET", f"{SPACE}/invitations")) == 4


def test_a_project_is_renamed_not_made_anew(place: Any) -> None:
    assert place.call("apply", "--yes", *ONLY).code == 0
    number = place.gitlab("GET", "/projects/eig%2Feig3%2Fadler%2Fapi")["id"]
    place.edit("adler", "  - name: api\n", "  - name: interface\n    was: api\n")
    plan = place.call("plan", *ONLY)
    assert "path: eig/eig3/adler/api → eig/eig3/adler/interface" in plan.out
    assert "Plan: 0 to add, 1 to change, 0 to remove." in plan.out
    assert place.call("drift", *ONLY).code == 0
    assert place.call("apply", "--yes", *ONLY).code == 0
    assert place.gitlab("GET", "/projects/eig%2Feig3%2Fadler%2Finterface")["id"] == number
    assert place.call("plan", "--detailed-exitcode", *ONLY).code == 0


def test_who_leaves_is_removed_and_blocked_by_a_plain_apply(place: Any) -> None:
    assert place.call("apply", "--yes").code == 0
    text = place.team("adler").read_text(encoding="utf-8")
    start = text.index("  - username: adler-2")
    place.team("adler").write_text(text[:start] + text[text.index("mentors:") :], encoding="utf-8")
    applied = place.call("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    assert place.gitlab("GET", "/users", username="adler-2")[0]["state"] == "blocked"
    assert "adler-2" not in {member["username"] for member in place.gitlab("GET", f"{SPACE}/members")}
    assert place.call("plan", "--detailed-exitcode").code == 0


def test_a_repository_begins_with_the_mention_of_the_programme(place: Any) -> None:
    assert place.call("apply", "--yes", *ONLY).code == 0
    files = {found["path"] for found in place.gitlab("GET", "/projects/eig%2Feig3%2Fadler%2Fapi/repository/tree")}
    assert files == {"README.md", "CONTRIBUTING.md", "LICENSE"}
    rule = place.gitlab("GET", "/projects/eig%2Feig3%2Fadler%2Fapi/protected_branches/main")
    assert [rule[f"{what}_access_levels"][0]["access_level"] for what in ("push", "merge")] == [40, 30]


def test_a_handout_gives_no_access_to_who_was_only_invited(place: Any) -> None:
    place.site(gitlab={"accounts": "invite"})
    assert place.call("apply", "--yes").code == 0
    assert place.call("handouts", "--out", "pages").code == 0
    page = (place.folder / "pages" / "adler.md").read_text(encoding="utf-8")
    line = next(line for line in page.splitlines() if "adler-1" in line)
    assert "maintainer" not in line.lower()
