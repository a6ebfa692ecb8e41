"""The program that runs in a machine: a text of POSIX shell, sent with each call; nothing of it stays there. Its parts are joined here."""

from typing import Final

from eiginfra.providers.shell_parts import joined

PROGRAM: Final = joined(__name__)
