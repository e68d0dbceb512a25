# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""serve: the process of a service in Python, in which the program “usher” does all that it does elsewhere:
/usr/bin/python3 -P serve.py LIBRARY COMMAND…, as “usher” itself begins it"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Optional

LEFT_OUT = 4
QUIET = 0.3

Seen = Optional[tuple[int, int, int]]


def load_program(path: str) -> ctypes.CDLL:
    """The program as a library. It brings the library that the package wants, so it comes first."""
    program = ctypes.CDLL(path)
    program.usher_main.argtypes = [ctypes.c_int, ctypes.POINTER(ctypes.c_char_p), ctypes.c_void_p]
    program.usher_main.restype = ctypes.c_int
    return program


def load_package() -> None:
    """The package that this file is of, whatever else is found under its name."""
    import importlib.util

    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location("usher", folder / "__init__.py", submodule_search_locations=[str(folder)])
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["usher"] = package
    spec.loader.exec_module(package)


def call_program(program: ctypes.CDLL, words: list[str], loader: Any) -> int:
    arguments = (ctypes.c_char_p * (len(words) + 1))(*[os.fsencode(word) for word in words], None)
    return int(program.usher_main(len(words), arguments, hash(loader) % 2**64))


def make_loader(watch: Watch) -> Any:
    from usher.files import Loader

    def tell(service: Any, path: str) -> None:
        service.is_served = True
        watch.add(path)

    return Loader(tell)


def is_program(path: str) -> bool:
    """One that cannot be is told of, and changes nothing."""
    try:
        compile(Path(path).read_bytes(), path, "exec")
    except (OSError, SyntaxError, ValueError) as error:
        print(f"usher: a service was edited, but “{path}” cannot be loaded: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return False
    return True


class Watch(threading.Thread):
    """With --watch and a bus elsewhere: stops in order when a file was edited, so that the process begins anew."""

    def __init__(self, is_wanted: bool) -> None:
        super().__init__(name="usher-watch", daemon=True)
        self.is_wanted, self.is_over = is_wanted, False
        self.seen: dict[str, Seen] = {}

    def look(self, path: str) -> Seen:
        try:
            info = os.stat(path)
        except OSError:
            return None
        return info.st_ino, info.st_size, info.st_mtime_ns

    def add(self, path: str) -> None:
        self.seen[path] = self.look(path)
        if self.is_wanted and not self.is_alive():
            self.start()

    def run(self) -> None:
        former: dict[str, Seen] = {}
        while not self.is_over:
            threading.Event().wait(QUIET)
            now = {path: self.look(path) for path in list(self.seen)}
            # while there is none it is being written
            if now == former and None not in now.values() and now != self.seen:
                self.seen = now
                self.is_over = all([is_program(path) for path in now])
            former = now
        print("usher: a service was edited, so its process begins anew", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGTERM)


def tell_of_threads() -> None:
    """What a service leaves running ends with the process, and is told of."""
    left = [each.name for each in threading.enumerate() if each is not threading.main_thread() and not each.name.startswith("usher-")
            and not isinstance(each, threading._DummyThread)]
    if left:
        print(f"usher: threads that services have left behind end with the process: {', '.join(left)}", file=sys.stderr)


def main() -> int:
    # what services print is none of what a command tells
    sys.stdout = sys.stderr
    library, *words = sys.argv[1:]
    watch = Watch("--watch" in words and any(word.split("=")[0] == "--bus" for word in words))
    try:
        program = load_program(library)
        load_package()
        loader = make_loader(watch)
    except (ImportError, OSError) as error:
        print(f"usher: services in Python cannot run: {error}", file=sys.stderr)
        return LEFT_OUT if "--leave-out" in words else 1
    status = call_program(program, ["usher", *words], loader)
    tell_of_threads()
    if watch.is_over:
        # it would end what has no handler for it yet
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.execv(sys.executable, [sys.executable, "-P", "-u", *sys.argv])
    return status


if __name__ == "__main__":
    code = main()
    # neither a thread that was left behind nor the end of the interpreter is waited for
    sys.stdout.flush()
    sys.stderr.flush()
    ctypes.CDLL(None).fflush(None)
    os._exit(code)
