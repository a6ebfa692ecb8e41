"""What goes wrong while a template is evaluated or a pattern read, as a code with parameters."""

from jinja2 import UndefinedError

from eiginfra.core.reason import Reason


class EvaluationError(UndefinedError):
    """A value that a template cannot work with. `code` is a finding's; `str()` is for logs only."""

    def __init__(self, code: str, *, advice: Reason | None = None, **params: object) -> None:
        self.code = code
        self.params = params
        self.advice = advice
        super().__init__(f"{code} {params}" if params else code)


class PatternError(ValueError):
    """A pattern of teams that cannot be read, or names a team that does not exist."""

    def __init__(self, code: str, *, advice: Reason | None = None, **params: object) -> None:
        self.code = code
        self.params = params
        self.advice = advice
        super().__init__(f"{code} {params}" if params else code)
