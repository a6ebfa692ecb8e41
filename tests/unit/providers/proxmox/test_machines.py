"""The look at a site's machines that all kinds share."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from eiginfra.core.errors import TransientError
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.guests.survey import Listed, Survey


def test_part_7_a_guest_that_cannot_be_read_is_so_for_its_survey_and_nobody_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([TransientError("proxmox: read guest 9012: the connection was lost"), [{"key": "cores", "value": 2}]])

    def pending(_client: ProxmoxClient, _node: str, _kind: str, _vmid: int) -> Any:
        answer = next(answers)
        if isinstance(answer, TransientError):
            raise answer
        return answer

    monkeypatch.setattr(ProxmoxClient, "pending", pending)
    with ThreadPoolExecutor(1) as readers:
        survey = Survey({9012: Listed(9012, "qemu", "eig", "debian", running=False)}, ProxmoxClient(None), readers, "eig3")
        assert survey.read([9012]) == {}
        assert (survey.guests[9012].reachable, survey.guests[9012].problem) == (False, "proxmox: read guest 9012: the connection was lost")
        assert survey.read([9012]) == {}
        survey.guests[9013] = Listed(9013, "qemu", "eig", "ubuntu", running=False)
        for _ in range(2):  # and what was read is kept
            assert survey.read([9012, 9013])[9013].running == {"cores": 2}
