import os
import signal

import pytest

from eiginfra.wiring.stopping import Stopper


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_asks_and_the_second_interrupts(number: int) -> None:
    told: list[str] = []
    before = signal.getsignal(number)
    with Stopper(lambda: told.append("first")).signals() as stopper:
        assert not stopper.stopping()
        os.kill(os.getpid(), number)
        assert stopper.stopping()
        assert stopper.wait(60)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert told == ["first"]
    assert signal.getsignal(number) is before


def test_without_a_signal_it_waits_as_long_as_told() -> None:
    with Stopper().signals() as stopper:
        assert not stopper.wait(0)
