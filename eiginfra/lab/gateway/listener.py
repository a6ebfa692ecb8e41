"""The gateway's SSH port: accepts connections in the lab's event loop, serves each in a thread."""

import asyncio
import socket
import threading
from dataclasses import dataclass, field

import paramiko

from eiginfra.lab.gateway.lab import GatewayLab
from eiginfra.lab.gateway.login import Faulty, Login, end, serve
from eiginfra.lab.gateway.logins import GatewayLogin, MachineLogin


@dataclass
class SshListener:
    """A bound socket on which the gateway is served until `stop`."""

    sock: socket.socket
    lab: GatewayLab
    faulty: Faulty
    serving: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: threading.Event = field(default_factory=threading.Event)
    _logins: "set[Login]" = field(default_factory=set)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None

    async def serve(self) -> None:
        """Serve until `stop`."""
        self._loop = asyncio.get_running_loop()
        if self._ended.is_set():
            return
        self.sock.settimeout(0)
        self._loop.add_reader(self.sock, self._accept)
        self.serving.set()
        try:
            await self._over.wait()
        finally:
            self._loop.remove_reader(self.sock)
            for login in list(self._logins):
                login.close()

    def stop(self) -> None:
        """Ask `serve` to end; from the loop's thread or another."""
        self._ended.set()
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._over.set)

    def end_sessions(self, user: str) -> None:
        """End all connections of a user, as the gateway program does with those of an account."""
        for login in list(self._logins):
            if login.user == user and isinstance(login, GatewayLogin):
                login.close()

    def _accept(self) -> None:
        try:
            connection, _ = self.sock.accept()
        except BlockingIOError:
            return
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._serve_gateway, args=(connection,), name="lab-ssh", daemon=True).start()

    def _serve_gateway(self, connection: socket.socket) -> None:
        seconds, rule = self.faulty("SSH /gateway/connect")
        if seconds:
            self._ended.wait(seconds)
        if rule and rule.kind in ("drop", "drop_after", "cut", "exit"):
            connection.close()
            return
        self._serve(connection, GatewayLogin(self.lab, self.faulty, self._ended))

    def _serve(self, sock: "socket.socket | paramiko.Channel", login: Login) -> None:
        self._logins.add(login)
        try:
            serve(sock, login, self._onwards)
        finally:
            self._logins.discard(login)

    def _onwards(self, address: str, channel: paramiko.Channel) -> None:
        """A channel from the gateway to a machine's port 22."""
        threading.Thread(target=self._serve_machine, args=(address, channel), name=f"lab-{address}", daemon=True).start()

    def _serve_machine(self, address: str, channel: paramiko.Channel) -> None:
        seconds, rule = self.faulty(f"SSH /machines/{address}/connect")
        if seconds:
            self._ended.wait(seconds)
        guest = self.lab.guests.at(address)
        if guest is None or (rule and rule.kind in ("drop", "drop_after", "cut", "exit")):
            end(channel)
            return
        self._serve(channel, MachineLogin(self.lab, guest, address, self.faulty, self._ended))
