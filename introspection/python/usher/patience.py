# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patience: a handler that hangs is named, and its process ended, so that another one goes on"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from gi.repository import GLib

from .errors import log

# seconds between looks at most
PACE = 1.0
# and how many more there is patience with code that keeps the interpreter to itself, and so this thread from looking
MORE = 5


class Patience:
    """How long handlers may take, which one thread watches over. One that is over is told of with where it is, and the process ends by
    SIGABRT. Where C code keeps the interpreter to itself the kernel ends it by SIGALRM, and all threads tell where they are."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.running: dict[int, tuple[float, str]] = {}
        self.thread = threading.Thread(target=self._watch, name="usher-patience", daemon=True)

    def start(self) -> None:
        faulthandler.register(signal.SIGALRM, all_threads=True, chain=True)
        self.thread.start()

    def wrap(self, handler: Callable[..., Any], what: str) -> Callable[..., Any]:
        running = self.running

        def patient(*arguments: Any) -> Any:
            me = threading.get_ident()
            running[me] = (time.monotonic() + self.seconds, what)
            try:
                return handler(*arguments)
            finally:
                del running[me]

        return patient

    def _watch(self) -> None:
        pace = min(PACE, self.seconds / 2)
        while True:
            signal.setitimer(signal.ITIMER_REAL, self.seconds + MORE)
            time.sleep(pace)
            now = time.monotonic()
            for thread, (deadline, what) in list(self.running.items()):
                if now > deadline:
                    self._give_up(thread, what)

    def _give_up(self, thread: int, what: str) -> None:
        frame = sys._current_frames().get(thread)
        where = "".join(traceback.format_stack(frame)).rstrip() if frame else "  it has just ended"
        log(
            GLib.LogLevelFlags.LEVEL_MESSAGE,
            f"{what} is not done after {self.seconds} s, so this process ends, and another one goes on. It is here:\n{where}",
        )
        sys.stderr.write(f"usher: {what} is not done after {self.seconds} s\n")
        os.abort()
