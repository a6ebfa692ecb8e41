"""What is asked of the program, and what its refusals mean."""

import pytest
from support.gateway_wire import KEY, SETTINGS, Entry, Wire

from eiginfra.core.errors import HeldError, PermanentError, PermissionDeniedError, ProviderError, UsageError
from eiginfra.core.look import Look
from eiginfra.core.provider import Context
from eiginfra.providers.gateway import program
from eiginfra.providers.gateway.client import GatewayClient
from eiginfra.providers.gateway.errors import DataRefusedError, ProgramMissingError, ResultRefusedError, ToolMissingError, refusal
from eiginfra.providers.gateway.provider import GatewayProvider
from eiginfra.providers.ssh_target import SshAnswer


@pytest.mark.parametrize(
    ("code", "said", "sort", "words"),
    [
        (64, "no such verb", PermanentError, "older than this eiginfra"),
        (65, "refused: open: not an address", DataRefusedError, "refused: open: not an address"),
        (69, "missing: nginx", ToolMissingError, "missing: nginx"),
        (73, "cannot write /etc/x", PermanentError, "is its disk full"),
        (74, "nginx: [emerg] in /etc/nginx/a.conf:3", ResultRefusedError, "a.conf:3"),
        (75, "locked", HeldError, "another run works on the gateway"),
        (77, "root only", PermissionDeniedError, "not run as root"),
        (78, "configuration: 2: no such key", PermanentError, "configuration: 2"),
        (1, "sudo: a password is required", PermissionDeniedError, program.sudoers("eiginfra")),
        (1, "sudo: a terminal is required to read the password", PermissionDeniedError, "visudo"),
        (1, f"sudo: {program.PATH}: command not found", ProgramMissingError, "must be installed"),
        (127, "sh: sudo: not found", ProgramMissingError, "must be installed"),
        (1, "", PermanentError, "exit code 1"),
        (255, "anything", PermanentError, "exit code 255"),
    ],
)
def test_what_a_refusal_means(code: int, said: str, sort: type[ProviderError], words: str) -> None:
    problem = refusal(code, said, "eig.example.org: observe", "eiginfra")
    assert type(problem) is sort
    assert words in str(problem)
    assert str(problem).startswith("eig.example.org: observe")


def test_sudo_that_refuses_ends_with_77_and_says_the_line() -> None:
    wire = Wire(failing={"observe": SshAnswer(1, b"", b"sudo: a password is required\n")})
    with pytest.raises(PermissionDeniedError, match="eiginfra ALL=") as caught:
        wire.client.state()
    assert caught.value.exit_code == 77


def test_a_look_reads_once() -> None:
    wire, look = Wire({"adler-1": Entry(1001)}), Look()
    client = wire.client
    assert client.state(look) is client.state(look)
    assert client.state(Look()) is not client.state(look)
    assert wire.asked == ["observe", "observe"]
    assert client.meter.counts == {"observe": 2}


@pytest.mark.parametrize("value", ["a\nkey ssh-ed25519", "a\rb", "a\0", "a\x1b[2J", "\u2028"])
def test_data_is_one_line_each(value: str) -> None:
    wire = Wire()
    with pytest.raises(ValueError, match="more than a line"):
        wire.client.write("account", [("name", value)], "make it")
    assert wire.asked == []


def test_without_a_section_or_offline_nothing_is_asked() -> None:
    with pytest.raises(UsageError, match="no section"):
        GatewayClient(None, None).state()
    with pytest.raises(UsageError, match="offline"):
        GatewayClient(SETTINGS, None).state()


def test_without_a_section_the_provider_has_its_kinds() -> None:
    provider = GatewayProvider(None, Context())
    assert provider.url is None
    assert {kind.name for kind in provider.kinds} >= {"gateway.account", "gateway.features"}
    assert provider.requests() == {}
    provider.close()


def test_those_who_existed_before_are_shown_to_who_confirms() -> None:
    wire = Wire({"adler-1": Entry(1005, member=False), "adler-2": Entry(1006), "root": Entry(0, member=False, privileged=True)})
    provider = GatewayProvider(None, Context())
    provider._client = wire.client
    found = provider.accounts(dict.fromkeys(("adler-1", "adler-2", "adler-3", "root"), ""))
    assert {name: account.id for name, account in found.items()} == {"adler-1": 1005}
    assert provider.accounts({}) == {}


def test_keys_are_no_part_of_what_is_said() -> None:
    assert KEY not in str(refusal(65, "refused: key: not a key", "make the account adler-1", "eiginfra"))
