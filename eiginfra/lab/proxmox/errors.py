"""What a handler raises to answer with an error, in the words Proxmox uses."""

PARAMETERS = "Parameter verification failed."


class ProxmoxHttpError(Exception):
    """An answer other than 200.

    `message` goes to the reason phrase (its first line) and to the body; `errors` maps a parameter to what is wrong with it.
    """

    def __init__(self, status: int, message: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors

    def __str__(self) -> str:
        """As Perl prints an exception inside another message: the code, and one line a parameter."""
        if self.status == 500 and not self.errors:
            return self.message
        lines = "".join(f"\n{name}: {text.rstrip()}" for name, text in (self.errors or {}).items())
        return f"{self.status} {self.message}{lines}"


class ServerError(ProxmoxHttpError):
    """Perl's `die`: 500 with the message (or, inside a task, the task's exit status)."""

    def __init__(self, message: str) -> None:
        super().__init__(500, message)


class ParamError(ProxmoxHttpError):
    """A parameter that passed its schema and is still wrong: 400 with `errors`."""

    def __init__(self, **errors: str) -> None:
        super().__init__(400, PARAMETERS, errors)


class DeniedError(ProxmoxHttpError):
    """403; `what` is the text in the parentheses."""

    def __init__(self, what: str = "") -> None:
        super().__init__(403, f"Permission check failed ({what})" if what else "Permission check failed")


class GatewayError(ProxmoxHttpError):
    """595 to 599, whose body is empty: the node that was asked did not get an answer from the one that was meant."""


class AuthError(ProxmoxHttpError):
    """401, whose body is empty."""

    def __init__(self, message: str) -> None:
        super().__init__(401, message)
