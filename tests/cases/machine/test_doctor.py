"""doctor says which machines let eiginfra in, and what each other one waits for."""

from support.machine_ground import Ground


def told(ground: Ground) -> dict[str, dict[str, object]]:
    """What doctor says of machines, by code."""
    answer = ground.call("doctor", "--format", "json")
    return {found["code"]: found for found in answer.json["findings"] if found["code"].startswith("machine")}


def test_doctor_enters_each_machine(ground: Ground) -> None:
    ground.machines = {"web": {}, "db": {}}
    assert told(ground)["machine-not-entered"]["params"] == {"why": {"code": "not-made", "params": {}}}
    ground.apply()
    found = told(ground)
    assert [*found] == ["machines-entered"]
    assert found["machines-entered"]["params"] == {"count": 2, "total": 2}
    ground.guest("db").running = False
    found = told(ground)
    assert found["machines-entered"]["params"] == {"count": 1, "total": 2}
    assert found["machine-not-entered"]["address"] == ground.address("db")
    assert "started" in str(found["machine-not-entered"]["message"])
