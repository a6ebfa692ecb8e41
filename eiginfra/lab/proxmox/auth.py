"""Who is calling: API tokens, and tickets with their CSRF token. Facts: recorded on a real server (auth)."""

import hmac
import re
import secrets
from hashlib import sha256
from urllib.parse import unquote

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox.errors import AuthError, ProxmoxHttpError
from eiginfra.lab.proxmox.releases import RELEASES
from eiginfra.lab.proxmox.state import Json, ProxmoxState

_TOKEN = re.compile(r"PVEAPIToken[ =](.*)")
_TOKEN_ID = re.compile(r"([^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+)!([A-Za-z][A-Za-z0-9.\-_]+)=(.*)")
_TICKET = re.compile(r"PVE:(?P<user>[^:]+@[^:]+):(?P<time>[0-9A-F]{8})::(?P<mac>.+)")
LIFETIME = 7200


class Authentication:
    """Checks credentials against a state and signs tickets; the signing key lives as long as the process."""

    def __init__(self, state: ProxmoxState, clock: LabClock) -> None:
        self._state = state
        self._clock = clock
        self._key = secrets.token_bytes(16)

    def identify(self, method: str, headers: dict[str, str]) -> str:
        """The caller's `user@realm` or `user@realm!token`; raises AuthError with the server's reason."""
        token = _TOKEN.match(headers.get("authorization", ""))
        cookie = re.search(r"(?:^|;\s*)(?:__Host-)?PVEAuthCookie=([^;]*)", headers.get("cookie", ""))
        if token is None and (cookie is None or not cookie[1]):
            raise AuthError("No ticket")
        try:
            user = self._token(token[1]) if token else self._ticket(unquote(cookie[1] if cookie else ""))
        except AuthError as error:
            if RELEASES[self._state.release].quiet_401:
                raise AuthError("Authentication failed!") from error
            raise
        if token:
            return user
        if method != "GET" and not hmac.compare_digest(headers.get("csrfpreventiontoken", ""), self.csrf(user)):
            raise AuthError("Permission denied - invalid csrf token")
        return user

    def _token(self, text: str) -> str:
        match = _TOKEN_ID.fullmatch(text)
        if match is None:
            raise AuthError("no tokenid specified")
        user, token, secret = match.groups()
        self._alive(user)
        info = self._state.users[user].get("tokens", {}).get(token)
        if info is None:
            raise AuthError(f"no such token '{token}' for user '{user}'")
        if info.get("expire") and info["expire"] <= self._clock.timestamp():
            raise AuthError(f"token '{token}' access expired")
        if not hmac.compare_digest(info["value"], secret):
            raise AuthError("invalid token value!")
        return f"{user}!{token}"

    def _alive(self, user: str) -> Json:
        info = self._state.users.get(user)
        if info is None:
            raise AuthError(f"no such user ('{user}')")
        if not info.get("enable", 1):
            raise AuthError(f"user '{user}' is disabled")
        if info.get("expire") and info["expire"] <= self._clock.timestamp():
            raise AuthError(f"user '{user}' access expired")
        return info

    def _ticket(self, ticket: str) -> str:
        match = _TICKET.fullmatch(ticket)
        age = self._clock.timestamp() - int(match["time"], 16) if match else LIFETIME
        if match is None or not -300 <= age < LIFETIME or not hmac.compare_digest(ticket, self._sign(match["user"], match["time"])):
            raise AuthError("permission denied - invalid PVE ticket")
        self._alive(match["user"])
        return match["user"]

    def _sign(self, user: str, time: str) -> str:
        mac = hmac.new(self._key, f"{user}:{time}".encode(), sha256).hexdigest()
        return f"PVE:{user}:{time}::{mac}="

    def csrf(self, user: str) -> str:
        """The CSRF prevention token of a user."""
        return "00000000:" + hmac.new(self._key, f"csrf {user}".encode(), sha256).hexdigest()

    def log_in(self, user: str, password: str) -> str:
        """A new ticket for name and password (an existing ticket is a password too)."""
        info = self._state.users.get(user)
        try:
            self._alive(user)
            good = password.startswith("PVE:") and self._ticket(password) == user
        except AuthError as error:
            raise ProxmoxHttpError(401, "authentication failure") from error
        stored = (info or {}).get("password", "")
        if not good and not (stored and hmac.compare_digest(stored, hash_password(password))):
            raise ProxmoxHttpError(401, "authentication failure")
        return self._sign(user, f"{int(self._clock.timestamp()):08X}")


def hash_password(password: str) -> str:
    """How the lab keeps a password: enough for a place to practise on."""
    return sha256(f"lab:{password}".encode()).hexdigest()
