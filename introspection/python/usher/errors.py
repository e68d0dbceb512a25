# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""errors: a class for each code of USHER_ERROR, and what keeps exceptions of Python from C"""

from __future__ import annotations

import contextlib
import functools
import os
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from gi.repository import GLib

from ._library import Usher

LOG_DOMAIN = "usher-python"


def make_whole(text: str) -> str:
    """With half characters spelt out, which C cannot have."""
    return text.encode(errors="backslashreplace").decode()


class Error(GLib.Error):  # type: ignore[misc]
    """What can go wrong, a class for each code. To raise one in a handler refuses what was asked for."""

    value = Usher.Error.FAILED

    def __init__(self, message: str | None = None) -> None:
        """Without a message it is what the class is for."""
        text = str(message) if message is not None else (type(self).__doc__ or type(self).__name__).splitlines()[0].rstrip(".")
        super().__init__(make_whole(text), GLib.quark_to_string(Usher.error_quark()), int(self.value))

    def __str__(self) -> str:
        return str(self.message)


class Failed(Error):
    """Something nobody foresaw; the log has the detail."""


class Invalid(Error):
    """The input is malformed or refused; repeating it cannot help."""

    value = Usher.Error.INVALID


class Unauthorized(Error):
    """The caller is not signed in, or not the owner."""

    value = Usher.Error.UNAUTHORIZED


class Forbidden(Error):
    """The caller may not do this from there."""

    value = Usher.Error.FORBIDDEN


class NotFound(Error):
    """The thing asked for does not exist."""

    value = Usher.Error.NOT_FOUND


class NotAllowed(Error):
    """The method does not fit the path."""

    value = Usher.Error.NOT_ALLOWED


class Conflict(Error):
    """Someone else changed the thing first."""

    value = Usher.Error.CONFLICT


class Taken(Error):
    """A unique key belongs to another document."""

    value = Usher.Error.TAKEN


class TooLarge(Error):
    """The input is over a limit of size."""

    value = Usher.Error.TOO_LARGE


class Unsupported(Error):
    """The input is of a type that is not read."""

    value = Usher.Error.UNSUPPORTED


class Limited(Error):
    """The caller asks too often."""

    value = Usher.Error.LIMITED


class Busy(Error):
    """The operation is under way already, or the thing is held by another."""

    value = Usher.Error.BUSY


class Unavailable(Error):
    """Something that is needed does not answer."""

    value = Usher.Error.UNAVAILABLE


class Full(Error):
    """A disk, a log or a queue has no room."""

    value = Usher.Error.FULL


class Corrupt(Error):
    """Stored data is not what was written, or is from a newer version."""

    value = Usher.Error.CORRUPT


class Defer(Error):
    """The input comes too early; it shall come again later."""

    value = Usher.Error.DEFER


class Outdated(Error):
    """The thing is not at the version that the caller names."""

    value = Usher.Error.OUTDATED


CLASSES = {int(each.value): each for each in Error.__subclasses__()}


def is_ours(error: GLib.Error) -> bool:
    return bool(GLib.quark_from_string(error.domain) == Usher.error_quark())


def from_glib(error: GLib.Error) -> GLib.Error:
    """The exception for a GError: of another domain it is the one that was given."""
    if isinstance(error, Error) or not is_ours(error):
        return error
    return CLASSES.get(error.code, Failed)(error.message)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raises an Error for each GError of Usher that is met inside; as a decorator, too."""
    try:
        yield
    except GLib.Error as error:
        raise from_glib(error) from None


def translating(function: Callable[..., Any]) -> Callable[..., Any]:
    """Likewise, as a decorator that costs next to nothing."""

    @functools.wraps(function)
    def translated_call(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except GLib.Error as error:
            raise from_glib(error) from None

    return translated_call


def log(level: GLib.LogLevelFlags, text: str) -> None:
    """Writes to the log of the host."""
    GLib.log_variant(LOG_DOMAIN, level, GLib.Variant("a{sv}", {"MESSAGE": GLib.Variant("s", make_whole(text))}))


PACKAGE = os.path.dirname(__file__)


def describe(raised: BaseException) -> str:
    """The traceback, without what of this package led there."""
    where = raised.__traceback__
    while where is not None and where.tb_frame.f_code.co_filename.startswith(PACKAGE):
        where = where.tb_next
    return "".join(traceback.format_exception(type(raised), raised, where or raised.__traceback__)).rstrip()


def tell(what: str, raised: BaseException) -> str:
    """Logs an exception with its traceback. Returns how it is called, in one line."""
    name = f"{what}: " + "".join(traceback.format_exception_only(type(raised), raised)).strip().splitlines()[-1]
    log(GLib.LogLevelFlags.LEVEL_MESSAGE, name + "\n" + describe(raised))
    return name


def guard(function: Callable[..., Any], what: str) -> Callable[..., Any]:
    """For C that takes a GError: whatever is raised, SystemExit too, is logged and becomes an Error. An Error stays, and
    so does a GError of others, which is logged."""

    @functools.wraps(function)
    def guarded(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except GLib.Error as error:
            if not is_ours(error):
                tell(what, error)
            raise
        except BaseException as raised:
            fail(what, raised)

    return guarded


def fail(what: str, raised: BaseException) -> NoReturn:
    """Logs an exception, and raises it as an Error."""
    raise Failed(tell(what, raised)) from raised


def contain(function: Callable[..., Any], what: str, default: Any = None) -> Callable[..., Any]:
    """For C that takes no GError: whatever is raised is logged, and the default is returned."""

    @functools.wraps(function)
    def contained(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except BaseException as raised:
            tell(what, raised)
            return default

    return contained
