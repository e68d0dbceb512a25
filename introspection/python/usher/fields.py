# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fields: what a service declares of what it stores, asks for, tells and is told"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._library import Usher

FLAGS = {
    "input": Usher.FieldFlags.INPUT,
    "required": Usher.FieldFlags.REQUIRED,
    "trim": Usher.FieldFlags.TRIM,
    "private": Usher.FieldFlags.PRIVATE,
    "indexed": Usher.FieldFlags.INDEXED,
    "unique": Usher.FieldFlags.UNIQUE,
    "text": Usher.FieldFlags.TEXT,
}


class Field:
    """A field of a document, a form or an event. Which flags there are, `Usher.FieldFlags` tells; each is a keyword here.

    Its limits are a length or a value; the messages are for who sent what does not keep to them."""

    kind = Usher.FieldType.STRING

    def __init__(self, *, min: int = 0, max: int = 0, message: str | None = None, max_message: str | None = None, **flags: bool) -> None:
        unknown = sorted(set(flags) - set(FLAGS))
        if unknown:
            raise TypeError(f"a field has no “{unknown[0]}”, but {', '.join(FLAGS)}")
        self.flags = Usher.FieldFlags(0)
        for name, value in flags.items():
            self.flags |= FLAGS[name] if value else Usher.FieldFlags(0)
        self.min, self.max, self.message, self.max_message = min, max, message, max_message

    def make(self, name: str) -> Usher.Field:
        """The row of a table, for C."""
        row = Usher.Field.new(name, self.kind, self.flags, self.min, self.max, self.message)
        if self.max_message is not None:
            row.set_max_message(self.max_message)
        return row


class String(Field):
    """A text."""


class Id(Field):
    """The id of a document, of any service."""

    kind = Usher.FieldType.ID


class Integer(Field):
    """A whole number."""

    kind = Usher.FieldType.INTEGER


class Boolean(Field):
    """True or False."""

    kind = Usher.FieldType.BOOLEAN


class Money(Field):
    """An amount, with two decimals: a Decimal here, and an exact number in JSON."""

    kind = Usher.FieldType.MONEY


class Time(Field):
    """A time: a datetime with a zone here, and ISO 8601 in JSON."""

    kind = Usher.FieldType.TIME


class Json(Field):
    """Any value that JSON has."""

    kind = Usher.FieldType.JSON


class Fields:
    """A table of fields. A keyword is the name of a field; names that no keyword can be, such as those with a dot, are given as a
    dictionary."""

    def __init__(self, table: dict[str, Field] | None = None, /, **fields: Field) -> None:
        self.fields: dict[str, Field] = {**(table or {}), **fields}
        for name, field in self.fields.items():
            if not isinstance(field, Field):
                raise TypeError(f"“{name}” is {field!r}, but wants a field, such as usher.String()")
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    def __str__(self) -> str:
        return self.name

    def make(self) -> list[Usher.Field]:
        """The table, for C."""
        return [field.make(name) for name, field in self.fields.items()]


class Collection(Fields):
    """Documents of a service, under the name of the attribute that this is. `keys` has groups of fields that no two documents share, and what
    a client is told then: {("title", "userId"): "You have one with this title"}."""

    def __init__(self, table: dict[str, Field] | None = None, /, *, keys: dict[tuple[str, ...], str | None] | None = None, **fields: Field) -> None:
        super().__init__(table, **fields)
        self.keys = keys or {}


class Form(Fields):
    """What a request is asked for that is no document."""


class Channel(Fields):
    """A channel of the bus on which the service publishes, and what the events tell: the fields of a collection, or others."""

    def __init__(self, channel: str, of: Fields | dict[str, Field] | None = None, /, **fields: Field) -> None:
        super().__init__(of.fields if isinstance(of, Fields) else of, **fields)
        self.name = channel


SETTINGS: dict[type, tuple[Any, Callable[[Any], str], Callable[..., Any]]] = {
    bool: (Usher.SettingType.BOOLEAN, lambda value: "true" if value else "false", Usher.Context.get_boolean),
    int: (Usher.SettingType.INTEGER, str, Usher.Context.get_integer),
    str: (Usher.SettingType.STRING, str, Usher.Context.get_string),
}


class Setting:
    """A setting of the service, a text, a number or a truth as its default is. Its key is the attribute's name with `-` for `_`."""

    def __init__(self, default: str | int | bool, description: str) -> None:
        if type(default) not in SETTINGS:
            raise TypeError(f"the default of a setting is {default!r}, but wants a text, a whole number, True or False")
        self.default, self.description = default, description
        self.key = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = name.replace("_", "-")

    def __get__(self, service: Any, owner: type) -> Any:
        return self if service is None else SETTINGS[type(self.default)][2](service.context, self.key)

    def make(self) -> Usher.Setting:
        """The setting, for C."""
        kind, write, _ = SETTINGS[type(self.default)]
        return Usher.Setting.new(None, self.key, kind, write(self.default), self.description)
