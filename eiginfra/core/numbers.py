"""Whole numbers as patterns, for JSON Schemas and for those who read text by them."""

from collections.abc import Iterator


def up_to(most: int) -> str:
    """Whole numbers from 1 to `most`, without zeros before them."""
    return f"(?:{'|'.join(_up_to(str(most)))})"


def _up_to(most: str) -> Iterator[str]:
    """Shorter numbers; then those that begin like `most` and have a smaller digit next; then `most`."""
    if len(most) > 1:
        yield f"[1-9][0-9]{{0,{len(most) - 2}}}"
    for place, digit in enumerate(most):
        least = 1 if place == 0 else 0
        if int(digit) > least:
            rest = len(most) - place - 1
            yield f"{most[:place]}[{least}-{int(digit) - 1}]" + (f"[0-9]{{{rest}}}" if rest else "")
    yield most
