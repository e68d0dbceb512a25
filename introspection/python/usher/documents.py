# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""documents: what handlers read and write, as Python has it"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ._library import Usher
from .errors import Invalid, translating
from .values import Json, Written, from_json, from_microseconds, to_json, to_microseconds

KINDS = Usher.FieldType
TEXTS = (KINDS.STRING, KINDS.ID)
# what a number in C is here
READ: dict[Usher.FieldType, Callable[[int], Any]] = {KINDS.TIME: from_microseconds, KINDS.MONEY: lambda minor: Decimal(minor).scaleb(-2)}
BASE = {"id": KINDS.ID, "version": KINDS.INTEGER}


def describe(schema: Usher.Schema) -> dict[str, Usher.FieldType]:
    """The types of all fields."""
    return {**BASE, **{field.name: field.type for field in schema.get_fields()}}


def own(convert: Callable[[Any], Any], value: Any) -> Any:
    """What cannot be converted is the program's fault, and no client's."""
    try:
        return convert(value)
    except Invalid as error:
        raise ValueError(str(error)) from None


def dump(value: Any) -> str:
    """JSON, of documents too."""
    text: str = own(to_json, value)
    return text


class Document(Written):
    """A document of a collection, or what a form was filled in with: fields by name, as in a dictionary. A field that is not set is None.
    A time is a datetime with a zone, and an amount a Decimal."""

    __slots__ = ("raw", "kinds")

    def __init__(self, raw: Usher.Document, kinds: dict[str, Usher.FieldType]) -> None:
        self.raw, self.kinds = raw, kinds

    @property
    def id(self) -> str:
        return str(self.raw.get_id())

    @property
    def version(self) -> int:
        return int(self.raw.get_version())

    def __getitem__(self, field: str) -> Any:
        kind = self.kinds[field]
        if field == "id":
            return self.raw.get_id()
        if field == "version":
            return self.raw.get_version()
        if not self.raw.has(field):
            return None
        if kind in TEXTS:
            return self.raw.get_string(field)
        if kind == KINDS.BOOLEAN:
            return self.raw.get_boolean(field)
        if kind == KINDS.JSON:
            return from_json(self.raw.get_string(field))
        return READ.get(kind, int)(self.raw.get_integer(field))

    def __setitem__(self, field: str, value: Any) -> None:
        kind = self.kinds[field]
        if field == "id":
            self.raw.set_id(expect(field, value, str))
        elif value is None:
            self.raw.unset(field)
        elif kind == KINDS.JSON:
            self.raw.set_string(field, dump(value))
        elif kind in TEXTS:
            self.raw.set_string(field, expect(field, value, str))
        elif kind == KINDS.BOOLEAN:
            self.raw.set_boolean(field, expect(field, value, bool))
        else:
            self.raw.set_integer(field, to_integer(field, kind, value))

    def get(self, field: str, default: Any = None) -> Any:
        value = self[field]
        return default if value is None else value

    def update(self, values: dict[str, Any]) -> None:
        for field, value in values.items():
            self[field] = value

    def get_json(self) -> str:
        return str(self.raw.get_text()[0])

    def __contains__(self, field: str) -> bool:
        return field in self.kinds and self[field] is not None

    def __repr__(self) -> str:
        return f"Document({self.get_json()})"


def to_integer(field: str, kind: Usher.FieldType, value: Any) -> int:
    """As C has a number, an amount or a time."""
    if kind == KINDS.TIME:
        return int(own(to_microseconds, expect(field, value, datetime.datetime)))
    if kind == KINDS.MONEY:
        return to_minor(field, value)
    return int(expect(field, value, int))


def to_minor(field: str, value: Any) -> int:
    """Of an amount, the whole number of minor units."""
    minor = expect(field, value, (Decimal, int)) * 100
    if minor != int(minor):
        raise ValueError(f"field “{field}” is an amount with two decimals at most, and cannot be {value!r}")
    return int(minor)


def expect(field: str, value: Any, kind: type | tuple[type, ...]) -> Any:
    """A truth is no number here."""
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    names = " or ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
    raise TypeError(f"field “{field}” wants to be {names}, and cannot be {value!r}")


class Timer:
    """A timer that is due."""

    __slots__ = ("raw",)

    def __init__(self, raw: Usher.Timer) -> None:
        self.raw = raw

    name = property(lambda self: self.raw.get_name())
    key = property(lambda self: self.raw.get_key())
    due = property(lambda self: from_microseconds(self.raw.get_due()))

    @property
    def data(self) -> Json:
        """What it was set with."""
        text = self.raw.get_payload()
        return None if text is None else from_json(text)


class Request:
    """A request. What is not here is in `raw`, an `Usher.Request`."""

    __slots__ = ("raw", "service")

    def __init__(self, raw: Usher.Request, service: Any) -> None:
        self.raw, self.service = raw, service

    user_id = property(lambda self: self.raw.get_user_id())

    def __getitem__(self, parameter: str) -> str:
        """A segment of the path that the route's pattern names."""
        value = self.raw.get_parameter(parameter)
        if value is None:
            raise KeyError(f"the route has no “:{parameter}”")
        return str(value)

    def query(self, name: str, default: str | None = None) -> str | None:
        value = self.raw.get_query(name)
        return default if value is None else value

    def header(self, name: str) -> str | None:
        """The first of that name; Invalid where it is no text."""
        try:
            value: str | None = self.raw.get_header(name)
        except UnicodeDecodeError:
            raise Invalid(f"Header “{name}” is not in UTF-8") from None
        return value

    @translating
    def json(self) -> Json:
        """The body; what is no JSON is answered 400."""
        self.raw.get_json()
        return from_json(self.raw.get_body().get_data())

    @translating
    def read(self, table: object) -> Document:
        """The body, held against a collection or a form; what does not fit is answered 400 by name."""
        schema, kinds = self.service.find_table(table)
        return Document(self.raw.read(schema), kinds)

    @translating
    def match(self, document: Document) -> None:
        """412 when the client wants another version changed."""
        self.raw.match(document.raw)


class Page:
    """Documents for a client, as many as it asks for, from where it has come to: what `Unit.page()` gives and a handler returns."""

    def __init__(self, query: Usher.Query) -> None:
        self.query = query


class Unit:
    """What a handler reads, and what it wants changed: all of it is committed when it returns, or nothing. What is not here is in
    `raw`, an `Usher.Unit`."""

    __slots__ = ("raw", "service")

    def __init__(self, raw: Usher.Unit, service: Any) -> None:
        self.raw, self.service = raw, service

    time = property(lambda self: from_microseconds(self.raw.get_time()))
    has_waited = property(lambda self: self.raw.has_waited())

    def _wrap(self, collection: object, raw: Usher.Document) -> Document:
        return Document(raw, self.service.find_table(collection)[1])

    @translating
    def find(self, collection: object, id: str) -> Document:
        """A document; NotFound where there is none."""
        return self._wrap(collection, self.raw.find(str(collection), id))

    @translating
    def lookup(self, collection: object, id: str) -> Document | None:
        """A document, or None where there is none."""
        raw = self.raw.lookup(str(collection), id)[1]
        return None if raw is None else self._wrap(collection, raw)

    def _make_query(self, collection: object, order: str | None, oldest_first: bool, equal: dict[str, Any]) -> Usher.Query:
        query = Usher.Query.new(str(collection))
        kinds = self.service.find_table(collection)[1]
        for field, value in equal.items():
            kind = kinds[field]
            if kind == KINDS.BOOLEAN:
                query.equal_boolean(field, expect(field, value, bool))
            elif kind in TEXTS or kind == KINDS.JSON:
                query.equal(field, expect(field, value, str))
            else:
                query.equal_integer(field, to_integer(field, kind, value))
        if order is not None:
            query.order_by(order)
        query.oldest_first(oldest_first)
        return query

    @translating
    def query(self, collection: object, *, limit: int = 100, after: str | None = None, order: str | None = None, oldest_first: bool = False,
              **equal: Any) -> list[Document]:
        """The documents whose fields have these values, without what this unit changes."""
        query = self._make_query(collection, order, oldest_first, equal)
        query.limit(limit)
        if after is not None:
            query.after(after)
        return [self._wrap(collection, raw) for raw in self.raw.query(query)]

    def page(self, collection: object, *, order: str | None = None, oldest_first: bool = False, **equal: Any) -> Page:
        """Likewise, as an answer: with `?limit=`, `?after=` and `?order=` of the request."""
        return Page(self._make_query(collection, order, oldest_first, equal))

    @translating
    def new(self, collection: object, values: dict[str, Any] | None = None, /, **fields: Any) -> Document:
        """A document that is not in the unit yet."""
        document = self._wrap(collection, self.raw.new_document(str(collection)))
        document.update({**(values or {}), **fields})
        return document

    @translating
    def insert(self, document: Document) -> Document:
        self.raw.insert(document.raw)
        return document

    @translating
    def replace(self, document: Document) -> Document:
        self.raw.replace(document.raw)
        return document

    @translating
    def remove(self, document: Document) -> None:
        self.raw.remove(document.raw)

    @translating
    def create(self, document: Document, channel: object | None = None) -> Document:
        """Inserts a document and publishes it."""
        self.raw.create(document.raw, None if channel is None else str(channel))
        return document

    @translating
    def update(self, document: Document, channel: object | None = None) -> Document:
        """Replaces a document and publishes it."""
        self.raw.update(document.raw, None if channel is None else str(channel))
        return document

    def publish(self, channel: object, payload: Any) -> None:
        """Publishes a document as it is now, or anything that JSON has."""
        if isinstance(payload, Document):
            self.raw.publish_document(str(channel), payload.raw)
        else:
            self.raw.publish(str(channel), dump(payload))

    def schedule(self, name: str, key: str, due: datetime.datetime, data: Any = None) -> None:
        """Sets a timer, or sets it anew."""
        self.raw.schedule(name, key, own(to_microseconds, due), None if data is None else dump(data))

    def unschedule(self, name: str, key: str) -> None:
        self.raw.unschedule(name, key)

    @translating
    def defer(self, reason: str) -> None:
        """The event came too early: it comes again soon."""
        self.raw.defer(reason)

    @translating
    def wait_for(self, collection: object, id: str, seconds: float) -> None:
        """The request is answered when that document has changed, or after so many seconds: the handler runs again then."""
        self.raw.wait_for(str(collection), id, int(seconds * 1000000))

    def then(self, step: Callable[[Unit], Any]) -> None:
        """What is done after the commit, with a unit of its own: it answers."""
        self.raw.then(self.service.adapt_step(step))

    def hold_answer(self, look: Callable[[Unit], Any]) -> None:
        """What answers after the commit, when what it waits for has come."""
        self.raw.hold_answer(self.service.adapt_step(look))
