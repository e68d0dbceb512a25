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
from .loop import Loop, run

__all__ = [
    "Busy",
    "Conflict",
    "Corrupt",
    "Defer",
    "Error",
    "Failed",
    "Forbidden",
    "Full",
    "Invalid",
    "Limited",
    "Loop",
    "NotAllowed",
    "NotFound",
    "Outdated",
    "Taken",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "Unsupported",
    "Usher",
    "run",
]
