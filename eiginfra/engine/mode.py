"""What a loop does about drift; apart from the rest of healing, since options are declared with it."""

from enum import StrEnum


class Mode(StrEnum):
    """Whether drift is only reported, or also healed as far as the policy allows."""

    DETECT = "detect"
    HEAL = "heal"
