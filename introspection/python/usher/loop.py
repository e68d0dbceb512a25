# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""loop: GLib's loop, run for the user: until a signal, or in a thread beside asyncio's"""

from __future__ import annotations

import asyncio
import concurrent.futures
import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from gi.repository import GLib

from .errors import from_glib

Result = TypeVar("Result")


def run() -> int:
    """Runs GLib's loop until the program gets SIGINT or SIGTERM, in the main thread. Returns which."""
    loop = GLib.MainLoop()
    came: list[int] = []

    def on_signal(number: int) -> Any:
        came.append(number)
        loop.quit()
        return GLib.SOURCE_REMOVE

    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, on_signal, number)
    loop.run()
    return came[0]


class Loop:
    """GLib's loop in a thread of its own, for programs that have asyncio's, or none. A context manager.

    Blocking calls of Usher are made in it one after the other, so it is also the one thread that the life cycle of
    a host wants."""

    def __init__(self) -> None:
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        self._thread = threading.Thread(target=self._run, name="usher-loop", daemon=True)
        self._mutex = threading.Lock()
        self._is_open = False

    def __enter__(self) -> Loop:
        self._is_open = True
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _run(self) -> None:
        self._context.push_thread_default()
        self._loop.run()
        self._context.pop_thread_default()

    def submit(self, function: Callable[..., Result], *arguments: Any, **options: Any) -> concurrent.futures.Future[Result]:
        """Calls a function in the loop's thread. Any thread."""
        future: concurrent.futures.Future[Result] = concurrent.futures.Future()

        def on_turn() -> Any:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function(*arguments, **options))
                except GLib.Error as error:
                    future.set_exception(from_glib(error))
                except BaseException as raised:
                    future.set_exception(raised)
            return GLib.SOURCE_REMOVE

        with self._mutex:
            if not self._is_open:
                raise RuntimeError("the loop is closed")
            self._attach(on_turn)
        return future

    def call(self, function: Callable[..., Result], *arguments: Any, **options: Any) -> Result:
        """Calls a function in the loop's thread, and waits for it. Any thread but that one."""
        if threading.current_thread() is self._thread:
            return function(*arguments, **options)
        return self.submit(function, *arguments, **options).result()

    async def do(self, function: Callable[..., Result], *arguments: Any, **options: Any) -> Result:
        """Calls a function in the loop's thread, while asyncio's goes on."""
        return await asyncio.wrap_future(self.submit(function, *arguments, **options))

    def close(self) -> None:
        """Ends the loop when all that was asked for is done."""
        with self._mutex:
            if not self._is_open:
                return
            self._is_open = False
            self._attach(self._loop.quit)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _attach(self, function: Callable[[], object]) -> None:
        source = GLib.Idle(GLib.PRIORITY_DEFAULT)
        source.set_callback(lambda *_: function())
        source.attach(self._context)
