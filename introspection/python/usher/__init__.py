# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usher from Python: drive a host, or write a service, over gi.repository.Usher"""

from ._library import Usher
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
from .host import Host, Reply
from .loop import Loop, run
from .remote import Remote, Status, connect
from .values import format_time, parse_time

__all__ = [
    "Busy",
    "Conflict",
    "Corrupt",
    "Defer",
    "Error",
    "Event",
    "Failed",
    "Forbidden",
    "Full",
    "Host",
    "Invalid",
    "Limited",
    "Listening",
    "Loop",
    "NotAllowed",
    "NotFound",
    "Outdated",
    "Parked",
    "Remote",
    "Reply",
    "Status",
    "Taken",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "Unsupported",
    "Usher",
    "connect",
    "format_time",
    "parse_time",
    "run",
]
