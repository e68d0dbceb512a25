# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usher from Python: drive a host, or write a service, over gi.repository.Usher"""

from ._library import Usher
from .documents import Document, Page, Request, Timer, Unit
from .errors import (
    Busy,
    Conflict,
    Corrupt,
    Defer,
    Error,
    Failed,
    Forbidden,
    Full,
    Invalid,
    Limited,
    NotAllowed,
    NotFound,
    Outdated,
    Taken,
    TooLarge,
    Unauthorized,
    Unavailable,
    Unsupported,
)
from .events import Event, Listening, Parked
from .fields import Boolean, Channel, Collection, Field, Form, Id, Integer, Json, Money, Setting, String, Time
from .host import Host, Reply
from .loop import Loop, run
from .remote import Remote, Status, connect
from .service import Service, listen, route, timer, upgrade
from .values import format_time, parse_time

__all__ = [
    "Boolean",
    "Busy",
    "Channel",
    "Collection",
    "Conflict",
    "Corrupt",
    "Defer",
    "Document",
    "Error",
    "Event",
    "Failed",
    "Field",
    "Forbidden",
    "Form",
    "Full",
    "Host",
    "Id",
    "Integer",
    "Invalid",
    "Json",
    "Limited",
    "Listening",
    "Loop",
    "Money",
    "NotAllowed",
    "NotFound",
    "Outdated",
    "Page",
    "Parked",
    "Remote",
    "Reply",
    "Request",
    "Service",
    "Setting",
    "Status",
    "String",
    "Taken",
    "Time",
    "Timer",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "Unit",
    "Unsupported",
    "Usher",
    "connect",
    "format_time",
    "listen",
    "parse_time",
    "route",
    "run",
    "timer",
    "upgrade",
]
