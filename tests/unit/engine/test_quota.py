import pytest
from support.fakes import Server, registry, thing

from eiginfra.core.usage import Limit, Limits
from eiginfra.engine.checks import check_wanted

ADLER = [thing("web", team="adler", cores=3), thing("db", team="adler", cores=2)]
PLUME = [thing("plume", team="plume", cores=1)]


@pytest.mark.parametrize(
    ("limits", "messages"),
    [
        (Limits(teams={"adler": Limit(cores=5)}), []),
        (Limits(teams={"adler": Limit(cores=4)}), ["adler asks for 5 cores, its quota is 4 cores: 1 core too much"]),
        (Limits(teams={"adler": Limit(machines=1)}), ["adler asks for 2 machines, its quota is 1 machine: 1 machine too much"]),
        (Limits(capacity=Limit(cores=6)), []),
        (
            Limits(capacity=Limit(cores=5)),
            ["all teams together ask for 6 cores, the cohort's capacity is 5 cores: most by adler (5 cores), plume (1 core)"],
        ),
    ],
)
def test_requests_against_quota_and_capacity(limits: Limits, messages: list[str]) -> None:
    found = check_wanted(registry(Server()), [*ADLER, *PLUME], limits)
    assert [finding.message for finding in found] == messages
    assert all(finding.severity == "error" and finding.remedy for finding in found)
