# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""events: what happened, who listens to it, and what could not be done"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import threading
from collections.abc import Callable, Iterator
from typing import Any

from gi.repository import GLib

from ._library import Usher
from .errors import Defer, Full, Invalid, Unavailable, contain, from_glib, tell
from .values import Json, from_json, from_microseconds, parse_time

# of a channel without a group, which nobody can make wait
MAX_QUEUED = 10000
MAX_REASON = 200


@dataclasses.dataclass(frozen=True)
class Event:
    """What happened, as it went over the bus."""

    id: str
    channel: str
    sequence: int
    time: datetime.datetime
    payload: str
    correlation: str | None = None
    causation: str | None = None
    traceparent: str | None = None

    @property
    def data(self) -> Json:
        """What is in it, as dict, list, str, int, Decimal, bool or None; Invalid where that is no JSON."""
        return from_json(self.payload)

    def read(self, path: str, kind: type = str) -> Any:
        """What is in it at a path, such as “ticket.id”; Invalid, by name, where that is missing or of another type."""
        value: Any = self.data
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise Invalid(f"event “{self.id}” of “{self.channel}” has no “{path}” that is {kind.__name__}")
        return value

    def read_id(self, path: str) -> str:
        """Likewise, the id of a document."""
        value: str = self.read(path)
        if not Usher.id_is_valid(value):
            raise Invalid(f"event “{self.id}” of “{self.channel}” has “{path}” that is no id")
        return value

    def read_time(self, path: str) -> datetime.datetime:
        """Likewise, a time."""
        return parse_time(self.read(path))

    @classmethod
    def of(cls, event: Any) -> Event:
        """From the event of C."""
        return cls(
            id=event.get_id(),
            channel=event.get_channel(),
            sequence=event.get_sequence(),
            time=from_microseconds(event.get_time()),
            payload=event.get_payload()[0],
            correlation=event.get_correlation(),
            causation=event.get_causation(),
            traceparent=event.get_traceparent(),
        )


@dataclasses.dataclass(frozen=True)
class Parked:
    """An event that a queue group could not do, and why."""

    id: str
    channel: str
    group: str
    event_id: str
    time: datetime.datetime
    attempts: int
    reasons: list[str]

    @classmethod
    def of(cls, parked: Any) -> Parked:
        """From the parked event of C."""
        return cls(
            id=parked.id,
            channel=parked.channel,
            group=parked.group,
            event_id=parked.event_id,
            time=from_microseconds(parked.time),
            attempts=parked.attempts,
            reasons=list(parked.reasons),
        )


class Listening:
    """A subscription: give it a function, iterate over it, or take events one by one by next(). A context manager.

    A function is called in a thread of its own, so it may ask the host. In a group what it raises is an attempt that
    failed, and Defer lets the event come again later; without a group it is logged."""

    def __init__(self, channel: str, function: Callable[[Event], object] | None, is_grouped: bool) -> None:
        self.channel = channel
        self._function = function
        self._is_grouped = is_grouped
        self._queue: collections.deque[Any] = collections.deque()
        self._condition = threading.Condition()
        self._is_open = True
        self._n_lost = 0
        self._end: Callable[[], None] = lambda: None
        self._thread: threading.Thread | None = None
        if function is not None:
            self._thread = threading.Thread(target=self._work, name=f"usher-listener-{channel}", daemon=True)
            self._thread.start()

    def __enter__(self) -> Listening:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        while True:
            delivery = self._take(None)
            if delivery is None:
                return
            yield self._open(delivery)

    def next(self, timeout: float = 10) -> Event:
        """The next event; Unavailable when none comes in so many seconds."""
        delivery = self._take(timeout)
        if delivery is None:
            raise Unavailable(f"no event of “{self.channel}” came in {timeout:g} s" if self._is_open else "nobody listens any more")
        return self._open(delivery)

    def close(self) -> None:
        """Ends the subscription. What was not taken is lost, or in a group another's."""
        with self._condition:
            if not self._is_open:
                return
            self._is_open = False
            left, self._queue = self._queue, collections.deque()
            self._condition.notify_all()
        for delivery in left:
            self._hand_back(delivery)
        self._end()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def push(self, delivery: Any) -> None:
        """For the bus, on its own thread."""
        with self._condition:
            if self._is_open and len(self._queue) >= MAX_QUEUED and not self._is_grouped:
                self._n_lost += 1
                return
            if self._is_open:
                self._queue.append(delivery)
                self._condition.notify()
                return
        self._hand_back(delivery)

    def _hand_back(self, delivery: Any) -> None:
        """It is no attempt: nobody has looked at it."""
        if self._is_grouped:
            delivery.hand_back()

    def bind(self, end: Callable[[], None]) -> None:
        """What ends the subscription."""
        self._end = end

    def _take(self, timeout: float | None) -> Any:
        with self._condition:
            self._condition.wait_for(lambda: self._queue or not self._is_open or self._n_lost > 0, timeout)
            if self._queue:
                return self._queue.popleft()
            if self._n_lost > 0:
                n_lost, self._n_lost = self._n_lost, 0
                raise Full(f"{n_lost} events of “{self.channel}” were lost, as {MAX_QUEUED} were not taken yet")
            return None

    def _open(self, delivery: Any) -> Event:
        event = Event.of(delivery.get_event())
        delivery.ack()
        return event

    def _work(self) -> None:
        while True:
            try:
                delivery = self._take(None)
            except Full as error:
                tell(f"listener to “{self.channel}”", error)
                continue
            if delivery is None:
                return
            contain(self._do, f"listener to “{self.channel}”")(delivery)

    def _do(self, delivery: Any) -> None:
        assert self._function is not None
        try:
            self._function(Event.of(delivery.get_event()))
        except Defer as error:
            delivery.defer(str(error)[:MAX_REASON])
        except BaseException as raised:
            delivery.nak(0, tell(f"listener to “{self.channel}”", raised)[:MAX_REASON])
        else:
            delivery.ack()


class Answer:
    """What another thread will say, for a bounded time: an error, or a value."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._is_there = threading.Event()
        self._value: Any = None
        self._error: GLib.Error | None = None

    def give(self, value: Any, error: GLib.Error | None) -> None:
        """For the other thread, once."""
        self._value, self._error = value, error
        self._is_there.set()

    def wait(self, timeout: float) -> Any:
        """The value; Unavailable when none comes in so many seconds."""
        if not self._is_there.wait(timeout):
            raise Unavailable(f"{self._what} in {timeout:g} s")
        if self._error is not None:
            raise from_glib(self._error)
        return self._value
