"""What eiginfra says of a gateway that does what it should, and what its own account may do there."""

from support.gateway_door import Door
from support.gateway_office import ADDRESSES, ROOTS_KEYS, Office
from support.gateway_people import Member
from support.namespaces import Host

from eiginfra.providers.gateway import program


def test_a_plan_after_an_apply_has_nothing_to_do(office: Office) -> None:
    assert "Nothing to do" in office.call("plan", "--detailed-exitcode")


def test_doctor_finds_all_that_the_gateway_needs(office: Office) -> None:
    said = office.call("doctor")
    assert "eiginfra-gateway" in said, said


def test_a_machine_has_the_keys_of_its_members_and_eiginfras_own_alone(office: Office, door: Door, people: dict[str, Member]) -> None:
    assert office.network.machines[ADDRESSES["adler"]].read(ROOTS_KEYS).count("ssh-ed25519") == 3
    with office.asks("adler", members=("both-1",)):
        text = office.network.machines[ADDRESSES["adler"]].read(ROOTS_KEYS)
        assert people["adler-1"].key not in text
        assert people["both-1"].key in text
    assert people["adler-1"].key in office.network.machines[ADDRESSES["adler"]].read(ROOTS_KEYS)


def test_eiginfras_account_may_do_nothing_else_as_root(office: Office, door: Door, gateway: Host) -> None:
    for command in ("id", f"{program.PATH} setup", f"{program.PATH} observe again", program.PATH):
        refused = door.ssh(f"sudo -n {command}", "end\n")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "password is required" in refused.stderr
    assert gateway.try_("cat", "/etc/shadow", user="eiginfra").returncode == 1
