# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""host: services, their stores and a bus in this process, without a socket, on a clock that is turned by hand"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import datetime
import itertools
import os
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gi.repository import GLib

from ._library import Usher
from .errors import Invalid, TooLarge, Unavailable, contain, translated
from .events import Answer, Event, Listening, Parked
from .services import add_services
from .values import Json, from_json, from_microseconds, to_json, to_microseconds

FORMATS = {
    "json": Usher.DescriptionFormat.JSON,
    "openapi": Usher.DescriptionFormat.OPENAPI,
    "asyncapi": Usher.DescriptionFormat.ASYNCAPI,
}
STARTS = {"all": Usher.Start.ALL, "new": Usher.Start.NEW, "last": Usher.Start.LAST}
PAGE = 100
# seconds that the hub has for an answer
WAIT = 10
numbers = itertools.count(1)
open_hosts: weakref.WeakSet[Host] = weakref.WeakSet()


@dataclasses.dataclass(frozen=True)
class Reply:
    """What a request was answered with."""

    status: int
    headers: dict[str, str]
    body: bytes
    session: str | None

    @property
    def json(self) -> Json:
        """The body as dict, list, str, int, Decimal, bool or None."""
        return from_json(self.body)


@dataclasses.dataclass
class Parts:
    """What a host that runs is made of."""

    host: Any
    bus: Any
    hub: Any
    clock: Any
    services: list[str]
    listenings: set[Listening] = dataclasses.field(default_factory=set)


class Host:
    """Services in this process. A context manager: it starts, and stops, and takes its temporary folder away.

    Services are names of plugins, paths of manifests, and objects that implement Usher.Service. What a plugin requires comes
    with it. Settings are as in usher.conf: {"orders.hold-seconds": 60}. The clock stands at `time`, or at now, until it is
    turned; with real_time it is the real one. All but start() and stop() may be called from any thread."""

    def __init__(
        self,
        *services: Any,
        data: str | os.PathLike[str] | None = None,
        settings: Mapping[str, object] | None = None,
        plugins: str | Sequence[str | os.PathLike[str]] = (),
        time: datetime.datetime | None = None,
        real_time: bool = False,
    ) -> None:
        if real_time and time is not None:
            raise Invalid("a host has the real time, or one that is given")
        self._services = services
        self._folder = os.fspath(data) if data is not None else None
        self._settings = dict(settings or {})
        self._plugins = [os.fspath(each) for each in ([plugins] if isinstance(plugins, str) else plugins)]
        self._time = None if real_time else to_microseconds(time or datetime.datetime.now(datetime.timezone.utc))
        self._condition = threading.Condition()
        self._life = threading.RLock()
        self._parts: Parts | None = None
        self._is_over = False
        self._n_users = 0

    def __enter__(self) -> Host:
        self.start()
        return self

    def __exit__(self, kind: object, raised: BaseException | None, trace: object) -> None:
        if raised is None:
            self.stop()
        else:
            contain(self.stop, "stop of the host")()

    # life

    def start(self) -> None:
        """Starts the services. When it returns all their subscriptions are confirmed."""
        with self._life, translated():
            if self._parts is not None or self._is_over:
                raise Invalid("a host starts once: make another one")
            with contextlib.ExitStack() as stack:
                self._parts = self._build(stack)
                self._stack = stack.pop_all()
            open_hosts.add(self)

    def _build(self, stack: contextlib.ExitStack) -> Parts:
        folder = self._folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="usher-", ignore_cleanup_errors=True))
        settings, real = Usher.Settings.new(), Usher.RealClock.new()
        for name, value in self._settings.items():
            settings.assign(f"{name}={format_setting(value)}", "the script")
        Usher.Host.declare_settings(settings)
        clock = real if self._time is None else Usher.ManualClock.new(self._time)
        host = Usher.Host.new(folder, settings, clock)
        stack.callback(host.run_dispose)
        names = add_services(host, self._services, self._plugins)
        settings.check()
        hub = Usher.Hub.new(os.path.join(folder, "bus"), real, None)
        stack.callback(contain(hub.close, "close of the hub"), GLib.USEC_PER_SEC)
        endpoint = hub.bind(f"inproc://usher-{os.getpid()}-{next(numbers)}")
        bus = Usher.bus_open(endpoint, "script", real, None)
        stack.callback(contain(bus.close, "close of the bus"), 0)
        host.start(bus)
        return Parts(host, bus, hub, clock, names)

    def stop(self, timeout: float = 10) -> None:
        """Stops in order: what is under way is finished, for so many seconds at most. Once more does nothing."""
        with self._life, translated():
            parts = self._parts
            if parts is None or self._is_over:
                return
            self._is_over = True
            for listening in list(parts.listenings):
                listening.close()
            try:
                parts.host.stop(int(timeout * GLib.USEC_PER_SEC))
            finally:
                with self._condition:
                    self._condition.wait_for(lambda: self._n_users == 0, timeout)
                self._parts = None
                open_hosts.discard(self)
                self._stack.close()

    @contextlib.contextmanager
    def _used(self) -> Iterator[Parts]:
        with self._condition:
            parts = self._parts
            if parts is None or self._is_over:
                raise Unavailable("the host was stopped" if self._is_over else "the host was not started: use “with”, or start()")
            self._n_users += 1
        try:
            with translated():
                yield parts
        finally:
            with self._condition:
                self._n_users -= 1
                self._condition.notify_all()

    # requests

    def request(
        self,
        method: str,
        target: str,
        body: object = None,
        *,
        session: str | None = None,
        headers: Mapping[str, str] | None = None,
        admin: bool = False,
        timeout: float = 30,
    ) -> Reply:
        """Asks a service, as a listener would. The body is JSON, or bytes as they are; the session is that of another reply, or of
        sign_in()."""
        request = make_request(method, target, body, session, headers or {})
        answer = Answer(f"{method} {target} was not answered")
        with self._used() as parts:
            exchange = Usher.Exchange.new(request, lambda exchange, *_: answer.give(exchange.get_reply(), None))
            parts.host.serve(exchange, admin)
            return self._read(parts, answer.wait(timeout))

    def _read(self, parts: Parts, reply: Any) -> Reply:
        headers: dict[str, str] = {}
        reply.foreach_header(lambda name, value, *_: headers.__setitem__(name, value))
        if reply.get_media_type() is not None:
            headers["Content-Type"] = reply.get_media_type()
        is_new, session = reply.get_session()
        token = parts.host.make_session_token(session) if is_new and session is not None else None
        body = reply.get_body()
        return Reply(reply.get_status(), headers, body.get_data() if body is not None else b"", token)

    def sign_in(self, user_id: str, email: str = "somebody@example.org") -> str:
        """The session of a user, whether there is one or not."""
        with self._used() as parts:
            token: str = parts.host.make_token(user_id, email)
            return token

    def document(self, service: str, collection: str, id: str) -> Json:
        """A document of a service as it is stored, without what is private; None when there is none."""
        with self._used() as parts:
            text = parts.host.dup_document(service, collection, id)
            return from_json(text) if text is not None else None

    def state(self, service: str) -> tuple[str, str]:
        """How far a service has come, and why."""
        with self._used() as parts:
            state, reason = parts.host.get_service_state(service)
            return Usher.plugin_state_to_string(state), reason

    def describe(self, format: str = "json") -> Json:
        """The services by what they declare, as “usher describe” tells it: “json”, “openapi” or “asyncapi”."""
        if format not in FORMATS:
            raise Invalid(f"“{format}” is none of “json”, “openapi” and “asyncapi”")
        with self._used() as parts:
            return from_json(parts.host.describe(FORMATS[format]))

    # events

    def publish(self, channel: str, data: object, *, correlation: str | None = None, timeout: float = 10) -> Event:
        """Publishes an event, and waits until the bus has it for good."""
        if not Usher.event_is_channel(channel):
            raise Invalid(f"“{channel}” is no channel")
        payload = to_json(data)
        if len(payload.encode()) > Usher.EVENT_MAX_PAYLOAD:
            raise TooLarge(f"the event is larger than {Usher.EVENT_MAX_PAYLOAD} bytes")
        answer = Answer(f"the bus did not confirm an event of “{channel}”")
        with self._used() as parts:
            time = parts.clock.get_time()
            event = Usher.Event.new_full(Usher.uuid_new(parts.clock), channel, 0, time, correlation, None, None, payload, -1)
            parts.bus.publish(event, lambda event, error, *_: answer.give(event, error))
            return Event.of(answer.wait(timeout))

    def listen(self, channel: str, function: Callable[[Event], object] | None = None, *, group: str | None = None, start: str = "new") -> Listening:
        """Listens to a channel: all hear all, or of a group one each. It starts with what is new, with all, or with the last."""
        if start not in STARTS:
            raise Invalid(f"“{start}” is no start: {', '.join(STARTS)}")
        with self._used() as parts:
            subscription = Usher.Subscription.new(channel, group, None)
            subscription.start = STARTS[start]
            listening = Listening(channel, function, group is not None)
            push = contain(lambda delivery, *_: listening.push(delivery), f"listener to “{channel}”")
            try:
                number = parts.bus.subscribe(subscription, push)
            except BaseException:
                listening.close()
                raise
            parts.listenings.add(listening)
            listening.bind(lambda: self._unsubscribe(parts, listening, number))
            return listening

    def _unsubscribe(self, parts: Parts, listening: Listening, number: int) -> None:
        parts.listenings.discard(listening)
        with translated():
            parts.bus.unsubscribe(number, False)

    def events(self, channel: str | None = None) -> list[Event]:
        """All events of a channel that the bus has, or of all channels."""
        found: list[Event] = []
        cursor = None
        with self._used() as parts:
            while True:
                query = Usher.EventsQuery.new(channel, cursor)
                query.limit, query.patience = PAGE, WAIT * GLib.USEC_PER_SEC
                answer = Answer("the bus did not tell its events")
                parts.bus.read_events(query, lambda events, error, *_: answer.give(events and events.copy(), error))
                page = answer.wait(2 * WAIT)
                found += [Event.of(event) for event in page.events]
                if len(page.events) == 0 or page.cursor is None:
                    return found
                cursor = page.cursor

    def parked(self, channel: str | None = None) -> list[Parked]:
        """The events that a queue group could not do."""
        found: list[Parked] = []
        with self._used() as parts:
            while True:
                page = parts.bus.list_parked(channel, len(found), PAGE)
                found += [Parked.of(each) for each in page]
                if len(page) == 0:
                    return found

    def parked_event(self, parked: Parked) -> Event:
        """A parked event with what is in it."""
        with self._used() as parts:
            return Event.of(parts.bus.find_parked(parked.id).event)

    def replay(self, parked: Parked) -> None:
        """Lets a parked event be tried again."""
        with self._used() as parts:
            parts.bus.replay_parked(parked.id)

    def drop(self, parked: Parked) -> None:
        """Gives a parked event up."""
        with self._used() as parts:
            parts.bus.drop_parked(parked.id)

    def settle(self, timeout: float = 10) -> None:
        """Waits until every event was sent, delivered and acknowledged, or parked."""
        with self._used() as parts:
            deadline = time.monotonic() + timeout
            last, pause = -1, 0.001
            while True:
                is_sent = all(len(parts.host.list_outbox(name)) == 0 for name in parts.services)
                figures = parts.bus.get_figures(Usher.BusParts.CHANNELS | Usher.BusParts.GROUPS)
                behind = [each for each in figures.groups if each.lag > 0 or each.n_pending > 0 or each.n_out > 0]
                before, last = last, sum(channel.last for channel in figures.channels)
                if is_sent and not behind and last == before:
                    return
                if time.monotonic() > deadline:
                    raise Unavailable(f"the bus did not come to rest in {timeout:g} s: " + tell_behind(behind))
                time.sleep(pause)
                pause = min(2 * pause, 0.02)

    # time

    @property
    def now(self) -> datetime.datetime:
        """The time of the services."""
        with self._used() as parts:
            return from_microseconds(parts.clock.get_time())

    def turn(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0, timeout: float = 10) -> int:
        """Turns the clock, runs the timers that are due then, and lets settle what they publish. How many ran."""
        try:
            far = datetime.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
            self.now + far
        except (OverflowError, ValueError) as error:
            raise Invalid(f"nobody turns a clock so far: {error}") from None
        if far < datetime.timedelta():
            raise Invalid("time does not go back")
        n_all = 0
        with self._used() as parts:
            if self._time is None:
                raise Invalid("this host has the real time, which nobody turns")
            parts.clock.advance(far // datetime.timedelta(microseconds=1))
            while True:
                n_run = parts.host.run_timers()
                self.settle(timeout)
                if n_run == 0:
                    return n_all
                n_all += n_run


def format_setting(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def make_request(method: str, target: str, body: object, session: str | None, headers: Mapping[str, str]) -> Any:
    """What C gets, which trusts those who make one."""
    fields = dict(headers)
    if session is not None:
        fields["Authorization"] = f"Bearer {session}"
    if body is not None and not any(name.lower() == "content-type" for name in fields):
        fields["Content-Type"] = "application/json"
    for text in (method, target, *fields, *fields.values()):
        if not isinstance(text, str) or not text.isprintable() or not text.isascii():
            raise Invalid(f"{text!r:.100} has no place in the head of a request")
    if not target.startswith("/"):
        raise Invalid(f"“{target}” is no path: it begins with “/”")
    request = Usher.Request.new(method, target)
    for name, value in fields.items():
        request.add_header(name, value)
    if body is not None:
        data = bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else to_json(body).encode()
        request.set_body(GLib.Bytes.new(data))
    return request


def tell_behind(groups: list[Any]) -> str:
    if not groups:
        return "events of a database did not reach it, or always more come"
    return f"group “{groups[0].name}” has not done {max(groups[0].lag, groups[0].n_pending, groups[0].n_out)} events of “{groups[0].channel}”"


def stop_all() -> None:
    """Threads of C must not call into a Python that ends."""
    for host in list(open_hosts):
        contain(host.stop, "stop of a host that was left open")(1)


atexit.register(stop_all)
