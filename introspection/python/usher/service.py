# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""service: a service in Python, by a class whose attributes and decorated methods say what it has and does"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from gi.repository import GObject

from ._library import Usher
from .documents import Document, Page, Request, Timer, Unit, describe, dump
from .errors import Invalid, contain, guard
from .events import Event
from .fields import Channel, Collection, Fields, Form, Setting
from .patience import Patience

Handler = TypeVar("Handler", bound=Callable[..., Any])

ROUTE_FLAGS = {
    "signed_in": Usher.RouteFlags.SIGNED_IN,
    "admin": Usher.RouteFlags.ADMIN,
    "unkeyed": Usher.RouteFlags.UNKEYED,
}
# what a service has as soon as it is configured
OWN_MEMBERS = ("context", "patience", "tables")
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")
OWN_HEADERS = ("connection", "content-length", "content-type", "date", "keep-alive", "transfer-encoding")
TIMEOUT = ("handler-timeout", "30", "seconds after which a handler that is not done ends its process, which is told of, and another goes on")


def mark(kind: str, *what: Any) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        if not callable(handler):
            raise TypeError(f"@usher.{kind} is for a method, and not for {handler!r}")
        handler.__dict__.setdefault("usher_marks", []).append((kind, *what))
        return handler

    return decorate


def route(method: str, pattern: str, **flags: bool) -> Callable[[Handler], Handler]:
    """The method answers requests: it is given a Request and a Unit, and returns the answer, see `Service`. `:name` in the pattern is one
    segment, which `request["name"]` has. With `signed_in=True` who has no session is refused, with `admin=True` the route is on the
    admin listener, with `unkeyed=True` an `Idempotency-Key` is not heeded."""
    unknown = sorted(set(flags) - set(ROUTE_FLAGS))
    if unknown:
        raise TypeError(f"a route has no “{unknown[0]}”, but {', '.join(ROUTE_FLAGS)}")
    return mark("route", method, pattern, [ROUTE_FLAGS[name] for name, value in flags.items() if value])


def listen(channel: object, *, group: str | None = None) -> Callable[[Handler], Handler]:
    """The method takes the events of a channel, from the first that is kept: it is given an Event and a Unit."""
    return mark("listen", str(channel), group)


def timer(name: str) -> Callable[[Handler], Handler]:
    """The method does what timers of this name are for, which `unit.schedule()` sets: it is given a Timer and a Unit."""
    return mark("timer", name)


def upgrade(collection: object, *, start: int, to: int) -> Callable[[Handler], Handler]:
    """The method brings a stored document from level `start` to level `to`: it is given a Document."""
    return mark("upgrade", collection, start, to)


# how many arguments a handler of each kind is given
ARGUMENTS = {"route": 2, "listen": 2, "timer": 2, "upgrade": 1}


def check(handler: Callable[..., Any], kind: str, name: str) -> None:
    """Refuses what can be no handler, before anything is open."""
    if inspect.iscoroutinefunction(handler) or inspect.isasyncgenfunction(handler):
        raise Invalid(
            f"handler “{name}” is “async def”, but a handler is a plain function that a thread of the service's pool runs: write “def”, "
            "call what blocks as it is, and have more at once by the setting “threads”"
        )
    if inspect.isgeneratorfunction(handler):
        raise Invalid(f"handler “{name}” has a “yield”, but returns its answer at once")
    try:
        inspect.signature(handler).bind(*range(ARGUMENTS[kind]))
    except TypeError as error:
        takes = {"route": "request, unit", "listen": "event, unit", "timer": "timer, unit", "upgrade": "document"}[kind]
        raise Invalid(f"handler “{name}” is called with ({takes}), but that does not fit: {error}") from None


def check_names(service: type) -> None:
    """Refuses what is declared under a name that Service uses itself: its handler, or its table, would be lost."""
    for each in service.__mro__:
        for name, value in vars(each).items() if each not in Service.__mro__ else ():
            is_declared = isinstance(value, (Fields, Setting)) or getattr(value, "usher_marks", None)
            if name in OWN_MEMBERS or (is_declared and name in vars(Service)):
                raise Invalid(f"“{name}” of class “{each.__name__}” is a name that usher.Service uses itself: choose another one")


def check_header(name: Any, value: Any) -> None:
    """C would leave it out, and tell the log alone."""
    if not isinstance(name, str) or not HEADER_NAME.fullmatch(name):
        raise TypeError(f"the answer has a header {name!r:.100}, but that is no name of one")
    if name.lower() in OWN_HEADERS:
        raise TypeError(f"the answer has the header “{name}”, but that the listener says itself")
    if not isinstance(value, str) or not HEADER_VALUE.fullmatch(value):
        raise TypeError(f"the answer has the header “{name}” with {value!r:.100}, but wants a text without line breaks and control characters")


def write(reply: Usher.Reply, answer: Any, request: Usher.Request | None, unit: Usher.Unit) -> None:
    """Makes a reply of what a handler returns."""
    if isinstance(answer, tuple):
        if not 1 <= len(answer) <= 3 or isinstance(answer[0], bool) or not isinstance(answer[0], int) or not 200 <= answer[0] <= 599:
            raise TypeError(f"the answer is {answer!r}, but a tuple wants to be (status, body) or (status, body, headers)")
        status, body, headers = (*answer, None, None)[:3]
        write(reply, body, request, unit)
        reply.set_status(status)
        for name, value in (headers or {}).items():
            check_header(name, value)
            reply.set_header(name, value)
    elif answer is None:
        reply.set_status(204)
    elif isinstance(answer, Document):
        reply.set_document(answer.raw)
    elif isinstance(answer, Page):
        if request is None:
            raise TypeError("a page is the answer to a request, and of no step")
        Usher.list_answer(request, unit, reply, answer.query)
    elif isinstance(answer, (dict, list, str, int, float, Decimal)):
        reply.take_json(dump(answer))
    else:
        raise TypeError(f"the answer is {answer!r}, but wants to be a document, a page, what JSON has, None, or (status, body)")


class Service(GObject.Object, Usher.Service):  # type: ignore[misc]
    """A service, which a file has one subclass of. Attributes are its collections, forms, events and settings; methods with
    decorators are its handlers. They keep no state of their own, may run twice, and beside themselves where the setting `threads` is not 1.

    A request is answered with what its handler returns: a document, a page, anything that JSON has, None, or a tuple (status, body) or
    (status, body, headers). An Error that it raises is answered by its table, and what else it raises by 500, with the traceback in the log
    alone. Either way nothing is committed."""

    # its process is for nothing else, and there is who begins another one
    is_served = False

    def do_configure(self, context: Usher.Context) -> bool:
        guard(self._configure, "configure()")(context)
        return True

    def do_start(self, context: Usher.Context) -> bool:
        guard(self._start, "start()")()
        return True

    def start(self) -> None:
        """What is to be done once before the first request, if anything."""

    def stop(self) -> None:
        """What is to be done after the last, if anything."""

    def do_stop(self, context: Usher.Context) -> None:
        contain(self.stop, "stop()")()

    def _start(self) -> None:
        seconds = self.context.get_integer(TIMEOUT[0])
        if seconds < 1:
            raise Invalid(f"setting “{self.context.get_name()}.{TIMEOUT[0]}” is {seconds}, but wants 1 or more")
        self.patience.seconds = seconds
        if self.is_served:
            self.patience.start()
        self.start()

    def _list(self, kind: type) -> list[Any]:
        found = {}
        for each in reversed(type(self).__mro__):
            found.update({name: value for name, value in vars(each).items() if isinstance(value, kind)})
        return list(found.values())

    def _configure(self, context: Usher.Context) -> None:
        check_names(type(self))
        self.context = context
        self.patience = Patience(int(TIMEOUT[1]))
        self.tables: dict[str, tuple[Usher.Schema, dict[str, Usher.FieldType]]] = {}
        context.use_pool(1)
        context.add_settings([Usher.Setting.new(None, TIMEOUT[0], Usher.SettingType.INTEGER, *TIMEOUT[1:])])
        context.add_settings([setting.make() for setting in self._list(Setting)])
        for collection in self._list(Collection):
            context.add_collection(collection.name, collection.make())
            for key, message in collection.keys.items():
                context.add_key(collection.name, list(key), message)
        for form in self._list(Form):
            context.add_form(form.name, form.make())
        for channel in self._list(Channel):
            context.add_event(channel.name, channel.make())
        self._add_handlers(context)

    def find_table(self, name: object) -> tuple[Usher.Schema, dict[str, Usher.FieldType]]:
        """The schema of a collection or form, and the types of its fields."""
        found = self.tables.get(str(name))
        if found is None:
            schema = self.context.get_schema(str(name)) or self.context.get_form(str(name))
            if schema is None:
                raise KeyError(f"service “{self.context.get_name()}” has no collection or form “{name}”")
            found = self.tables[str(name)] = (schema, describe(schema))
        return found

    def _add_handlers(self, context: Usher.Context) -> None:
        names = {name: None for each in reversed(type(self).__mro__) for name in vars(each)}
        for name in names:
            handler = inspect.getattr_static(type(self), name)
            for kind, *what in getattr(handler, "usher_marks", ()):
                bound = getattr(self, name)
                check(bound, kind, name)
                getattr(self, "_add_" + kind)(context, name, bound, *what)

    def _describe(self, name: str) -> str:
        return f"handler “{name}” of service “{self.context.get_name()}”"

    def _add_route(self, context: Usher.Context, name: str, handler: Handler, method: str, pattern: str, flags: list[Usher.RouteFlags]) -> None:
        what = self._describe(name)

        def answer(request: Usher.Request, unit: Usher.Unit, reply: Usher.Reply, *data: Any) -> bool:
            write(reply, handler(Request(request, self), Unit(unit, self)), request, unit)
            return True

        all_flags = Usher.RouteFlags.BLOCKING
        for flag in flags:
            all_flags |= flag
        context.add_route(method, pattern, all_flags, guard(self.patience.wrap(answer, what), what))

    def _add_listen(self, context: Usher.Context, name: str, handler: Handler, channel: str, group: str | None) -> None:
        context.add_listener(channel, group, self._adapt(name, handler, Event.of))

    def _add_timer(self, context: Usher.Context, name: str, handler: Handler, timer_name: str) -> None:
        context.add_timer(timer_name, self._adapt(name, handler, Timer))

    def _adapt(self, name: str, handler: Handler, wrapper: Callable[[Any], Any]) -> Callable[..., bool]:
        what = self._describe(name)

        def take(given: Any, unit: Usher.Unit, *data: Any) -> bool:
            returned = handler(wrapper(given), Unit(unit, self))
            if returned is not None:
                raise TypeError(f"it returns {returned!r}, but nobody is answered")
            return True

        return guard(self.patience.wrap(take, what), what)

    def _add_upgrade(self, context: Usher.Context, name: str, handler: Handler, collection: object, start: int, to: int) -> None:
        what = self._describe(name)

        def change(document: Usher.Document, *data: Any) -> bool:
            handler(Document(document, self.find_table(collection)[1]))
            return True

        context.add_upgrade(str(collection), start, to, guard(self.patience.wrap(change, what), what))

    def adapt_step(self, step: Callable[[Unit], Any]) -> Callable[..., bool]:
        """What a handler leaves to be done after its commit, for C."""
        what = self._describe(getattr(step, "__name__", repr(step)))

        def take(unit: Usher.Unit, reply: Usher.Reply, *data: Any) -> bool:
            write(reply, step(Unit(unit, self)), None, unit)
            return True

        return guard(self.patience.wrap(take, what), what)
