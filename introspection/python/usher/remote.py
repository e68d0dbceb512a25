# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""remote: a host that runs elsewhere, as its operators see it by the admin listener"""

from __future__ import annotations

import dataclasses
import http.client
import socket
import urllib.parse
from collections.abc import Iterator
from typing import Any

from . import errors
from .events import Event, Parked
from .values import Json, from_json, parse_time, to_json

STATUSES = {
    400: errors.Invalid,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.NotAllowed,
    409: errors.Conflict,
    412: errors.Outdated,
    413: errors.TooLarge,
    415: errors.Unsupported,
    421: errors.Forbidden,
    429: errors.Limited,
    502: errors.Unavailable,
    503: errors.Unavailable,
    504: errors.Unavailable,
    507: errors.Full,
}
# of an answer that is no stream; the pages of a host are far below
MAX_BODY = 64 * 1024 * 1024
# seconds that a listener lets wait who asks for events
LONGEST_WAIT = 20


@dataclasses.dataclass(frozen=True)
class Status:
    """How a host is."""

    ready: bool
    reason: str | None
    about: dict[str, Any]
    services: list[dict[str, Any]]


class UnixConnection(http.client.HTTPConnection):
    """To a listener at a path."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Remote:
    """The operator's verbs on a host, a hub, a gateway or a supervisor. Any thread: each question has its own connection."""

    def __init__(self, url: str, token: str | None = None, timeout: float = 30) -> None:
        if token is not None and (not token.isascii() or not token.isprintable()):
            raise errors.Invalid("the token has what no header may have")
        self._parts = urllib.parse.urlsplit(url if "://" in url or url.startswith("unix:") else "http://" + url)
        if self._parts.scheme not in ("http", "https", "unix") or (self._parts.scheme != "unix" and not self._parts.hostname):
            raise errors.Invalid(f"“{url}” is no address of an admin listener: http://ADDR:PORT, https://… or unix:PATH")
        self._url = url
        self._token = token
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"usher.connect({self._url!r})"

    # what it says of itself

    def status(self) -> Status:
        """Whether it is ready, and its services."""
        status, body = self._ask("GET", "/readyz")
        if status not in (200, 503):
            self._refuse(status, body)
        answer = read(body, dict)
        services = self._list_if_any("/services")
        return Status(status == 200, answer.get("reason"), self.get("/about"), services)

    def processes(self) -> list[dict[str, Any]]:
        """The processes of a supervisor; none of others."""
        return self._list_if_any("/processes")

    def metrics(self) -> str:
        """The numbers for Prometheus, as they are."""
        return self._send("GET", "/metrics").decode(errors="replace")

    def describe(self, format: str = "json") -> Json:
        """The services by what they declare, as “usher describe” tells it: “json”, “openapi” or “asyncapi”."""
        described: Json = self.get(f"/describe/{'description' if format == 'json' else urllib.parse.quote(format, safe='')}.json")
        return described

    def get(self, target: str) -> Any:
        """Any page of the admin listener."""
        return read(self._send("GET", target), dict)

    def _list_if_any(self, target: str) -> list[dict[str, Any]]:
        try:
            return list_items(self.get(target))
        except errors.NotFound:
            return []

    # events

    def parked(self, channel: str | None = None) -> list[Parked]:
        """The events that a queue group could not do."""
        found: list[Parked] = []
        query = {"channel": channel} if channel is not None else {}
        while True:
            page = list_items(self.get("/parked?" + urllib.parse.urlencode({**query, "offset": len(found)})))
            found += [read_parked(each) for each in page]
            if not page:
                return found

    def parked_event(self, parked: Parked | str) -> Event:
        """A parked event with what is in it."""
        one = self.get(f"/parked/{name(parked)}")
        return read_event({**one, "id": one.get("eventId")})

    def replay(self, parked: Parked | str) -> None:
        """Lets a parked event be tried again."""
        self._send("POST", f"/parked/{name(parked)}/replay")

    def drop(self, parked: Parked | str) -> None:
        """Gives a parked event up."""
        self._send("DELETE", f"/parked/{name(parked)}")

    def tail(self, channel: str | None = None, *, after: int | None = None, wait: float | None = None) -> Iterator[Event]:
        """The events of a channel, or of all, as they come: from now on, or behind a sequence. It ends when none came in so
        many seconds; without `wait` never."""
        query: dict[str, Any] = {"channel": channel} if channel is not None else {}
        query |= {"after": after} if after is not None else {}
        # where “now” is, is known before the first event is waited for
        cursor = None if after is not None else self._read_events({**query, "wait": 0}).get("cursor")
        return self._follow(query, cursor, wait)

    def _read_events(self, query: dict[str, Any]) -> Any:
        timeout = self._timeout + query["wait"]
        return read(self._send("GET", "/events?" + urllib.parse.urlencode(query), timeout=timeout), dict)

    def _follow(self, query: dict[str, Any], cursor: str | None, wait: float | None) -> Iterator[Event]:
        left = wait
        while True:
            patience = LONGEST_WAIT if left is None else min(LONGEST_WAIT, int(left))
            where = {"cursor": cursor} if cursor is not None else {}
            page = self._read_events({**query, **where, "wait": patience})
            events = [read_event(event) for event in list_items(page)]
            yield from events
            cursor = page.get("cursor")
            if events:
                left = wait
            elif left is not None:
                left -= patience
                if left < 1:
                    return

    # what it is told

    def ban(self, user: str) -> Json:
        """Bans a user, whose sessions are over then."""
        return self._tell("POST", f"/admin/users/{name(user)}/ban")

    def unban(self, user: str) -> Json:
        """Takes a ban back."""
        return self._tell("POST", f"/admin/users/{name(user)}/unban")

    def reload(self, service: str) -> Json:
        """Puts new processes in the place of those that have a service; of “usher up” alone."""
        return self._tell("POST", f"/services/{name(service)}/reload", timeout=600)

    def backup(self, folder: str) -> Json:
        """Copies the data, as they are at one moment, into a new folder with this name in `admin.backups` of the host."""
        return self._tell("POST", f"/backups/{name(folder)}", timeout=600)

    def _tell(self, method: str, target: str, timeout: float | None = None) -> Json:
        body = self._send(method, target, timeout=timeout)
        return from_json(body) if body else None

    # one question

    def _send(self, method: str, target: str, body: object = None, timeout: float | None = None) -> bytes:
        status, answer = self._ask(method, target, body, timeout)
        if not 200 <= status < 300:
            self._refuse(status, answer)
        return answer

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        if self._parts.scheme == "unix":
            return UnixConnection(self._parts.path, timeout)
        where: dict[str, Any] = {"host": self._parts.hostname or "", "port": self._parts.port, "timeout": timeout}
        return http.client.HTTPSConnection(**where) if self._parts.scheme == "https" else http.client.HTTPConnection(**where)

    def _ask(self, method: str, target: str, body: object = None, timeout: float | None = None) -> tuple[int, bytes]:
        headers = {"Accept": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connect(timeout or self._timeout)
        try:
            connection.request(method, target, to_json(body).encode() if body is not None else None, headers)
            response = connection.getresponse()
            answer = response.read(MAX_BODY + 1)
        except (OSError, http.client.HTTPException) as error:
            raise errors.Unavailable(f"{self._url} does not answer: {error or type(error).__name__}") from error
        finally:
            connection.close()
        if len(answer) > MAX_BODY:
            raise errors.TooLarge(f"{self._url} answers {method} {target} with more than {MAX_BODY} bytes")
        return response.status, answer

    def _refuse(self, status: int, body: bytes) -> None:
        try:
            said = from_json(body)
            message = said["errors"][0]["message"]  # type: ignore[index,call-overload]
        except (errors.Invalid, KeyError, IndexError, TypeError):
            message = body[:200].decode(errors="replace") or "no word"
        raise STATUSES.get(status, errors.Failed)(f"{self._url} answers {status}: {message}")


def connect(url: str, token: str | None = None, timeout: float = 30) -> Remote:
    """A host that runs, by its admin listener: `http://127.0.0.1:8222`, or `unix:PATH`. The token is `admin.token` of the host."""
    return Remote(url, token, timeout)


def name(thing: Parked | str) -> str:
    """As it is in a path."""
    return urllib.parse.quote(thing.id if isinstance(thing, Parked) else str(thing), safe="")


def read(body: bytes, kind: type) -> Any:
    """JSON of a kind: who answers may be somebody else."""
    try:
        value = from_json(body)
    except errors.Invalid as error:
        raise errors.Corrupt(f"the answer is not one of Usher: {error}") from None
    if not isinstance(value, kind):
        raise errors.Corrupt("the answer is not one of Usher")
    return value


def list_items(page: dict[str, Any]) -> list[dict[str, Any]]:
    items = page.get("items")
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise errors.Corrupt("the answer is not one of Usher: it has no items")
    return items


def read_event(event: dict[str, Any]) -> Event:
    try:
        time = parse_time(event["time"])
        more = (event.get("correlation"), event.get("causation"))
        return Event(event["id"], event["channel"], event["sequence"], time, event["payload"], *more)
    except (KeyError, TypeError) as error:
        raise errors.Corrupt(f"the event is not one of Usher: {error}") from None


def read_parked(parked: dict[str, Any]) -> Parked:
    try:
        time = parse_time(parked["time"])
        return Parked(parked["id"], parked["channel"], parked["group"], parked["eventId"], time, parked["attempts"], parked["reasons"])
    except (KeyError, TypeError) as error:
        raise errors.Corrupt(f"the parked event is not one of Usher: {error}") from None
