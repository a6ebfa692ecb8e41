"""The program that runs in a machine: a text of POSIX shell, sent with each call; nothing of it stays there."""

from importlib.resources import files
from typing import Final

PROGRAM: Final = files(__name__).joinpath("eiginfra-machine.sh").read_text("utf-8")
