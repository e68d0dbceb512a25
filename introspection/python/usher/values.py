# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""values: JSON as Python has it, with exact decimals, and times"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Union

from .errors import Invalid

Json = Union[None, bool, int, Decimal, str, list[Any], dict[str, Any]]

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
# nobody means more, and Python's own stack has an end
MAX_DEPTH = 200
# more than a double has
MAX_ZEROS = 400


class Written:
    """What is JSON already, and stays as it is where it is in something else."""

    def get_json(self) -> str:
        raise NotImplementedError


def to_microseconds(time: datetime.datetime) -> int:
    """A time as C has it: microseconds since 1970. One without a zone could be any."""
    if time.tzinfo is None:
        raise Invalid(f"time {time.isoformat()} has no zone: say which, as by datetime.timezone.utc")
    return (time - EPOCH) // MICROSECOND


def from_microseconds(microseconds: int) -> datetime.datetime:
    return EPOCH + microseconds * MICROSECOND


def parse_time(text: str) -> datetime.datetime:
    """A time as it is in documents and events, such as 2026-01-01T00:00:00.000Z."""
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"“{text}” is no time: {error}") from None
    to_microseconds(time)
    return time


def format_time(time: datetime.datetime) -> str:
    """A time as it is in documents and events: to the millisecond, in UTC."""
    microseconds = to_microseconds(time)
    return from_microseconds(microseconds - microseconds % 1000).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_json(value: Any) -> str:
    """JSON text of dict, list, str, int, float, Decimal, datetime, bool and None. Of others it is an Invalid."""
    parts: list[str] = []
    write(value, parts, 0)
    return "".join(parts)


def write(value: Any, parts: list[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Invalid(f"the value is more than {MAX_DEPTH} deep, or has itself in it")
    if isinstance(value, Written):
        parts.append(value.get_json())
    elif isinstance(value, Mapping):
        write_members(value, parts, depth)
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview)):
        parts.append("[")
        for index, item in enumerate(value):
            parts.append("," if index > 0 else "")
            write(item, parts, depth + 1)
        parts.append("]")
    else:
        parts.append(format_plain(value))


def write_members(value: Mapping[Any, Any], parts: list[str], depth: int) -> None:
    parts.append("{")
    for index, (name, item) in enumerate(value.items()):
        if not isinstance(name, str):
            raise Invalid(f"a member is called {name!r}: names are str")
        parts.append(("," if index > 0 else "") + format_text(name) + ":")
        write(item, parts, depth + 1)
    parts.append("}")


def format_plain(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return format_text(value)
    if isinstance(value, datetime.datetime):
        return format_text(format_time(value))
    if isinstance(value, (int, float, Decimal)):
        if not math.isfinite(value):
            raise Invalid(f"{value} is no number of JSON")
        return format_decimal(value) if isinstance(value, Decimal) else repr(value)
    raise Invalid(f"{type(value).__name__} {value!r:.100} has no place in JSON")


def format_decimal(value: Decimal) -> str:
    """As it was written: 19.90 stays 19.90, and 1e-999999999 is no gigabyte."""
    return format(value, "f") if abs(value.adjusted()) < MAX_ZEROS else str(value)


def format_text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(f"{text!r:.100} has half a character: it is no text") from None
    return json.dumps(text, ensure_ascii=False)


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def from_json(text: str | bytes) -> Json:
    """JSON text as dict, list, str, int, Decimal, bool and None."""
    try:
        value: Json = json.loads(text, parse_float=Decimal, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"this is no JSON: {error}") from None
    return value
