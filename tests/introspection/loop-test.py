#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""loop-test: GLib's loop runs in a thread, beside asyncio's, or until a signal"""
import asyncio
import signal
import subprocess
import sys
import threading
import unittest

import usher
from gi.repository import GLib
from usher import Usher


class Thread(unittest.TestCase):
    def test_all_is_called_in_one_thread(self):
        with usher.Loop() as loop:
            names = {loop.call(lambda: threading.current_thread().name) for _ in range(3)}
            nested = loop.call(lambda: loop.call(lambda: 5))
        self.assertEqual((names, nested), ({"usher-loop"}, 5))

    def test_what_is_raised_comes_back(self):
        with usher.Loop() as loop:
            for raised in (ValueError, SystemExit):
                with self.assertRaises(raised):
                    loop.call(self.throw, raised)
            with self.assertRaisesRegex(usher.Taken, "^taken$"):
                loop.call(Usher.refuse, Usher.Error.TAKEN, "taken")

    def throw(self, raised):
        raise raised

    def test_an_end_waits_for_what_was_asked_for(self):
        seen = []
        with usher.Loop() as loop:
            futures = [loop.submit(seen.append, n) for n in range(100)]
        self.assertTrue(all(future.done() for future in futures))
        self.assertEqual(seen, list(range(100)))
        with self.assertRaisesRegex(RuntimeError, "closed"):
            loop.submit(print)
        loop.close()

    def test_it_is_closed_from_inside(self):
        with usher.Loop() as loop:
            loop.call(loop.close)
        self.assertFalse(loop._is_open)

    def test_asyncio_goes_on_meanwhile(self):
        blocked = threading.Event()

        async def main():
            with usher.Loop() as loop:
                waiting = asyncio.ensure_future(loop.do(blocked.wait, 30))
                await asyncio.sleep(0)
                blocked.set()
                with self.assertRaises(usher.Busy):
                    await loop.do(Usher.refuse, Usher.Error.BUSY, "busy")
                return await waiting

        self.assertTrue(asyncio.run(main()))

    def test_sources_run_in_it(self):
        fired = threading.Event()

        def begin():
            source = GLib.Timeout(1)
            source.set_callback(lambda *_: fired.set())
            source.attach(GLib.MainContext.get_thread_default())

        with usher.Loop() as loop:
            loop.call(begin)
            self.assertTrue(fired.wait(30))


class Signals(unittest.TestCase):
    def test_run_until_a_signal(self):
        script = "import usher; from gi.repository import GLib; GLib.idle_add(lambda: print('runs', flush=True)); print(usher.run())"
        for number in (signal.SIGTERM, signal.SIGINT):
            with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as child:
                self.assertEqual(child.stdout.readline(), "runs\n")
                child.send_signal(number)
                self.assertEqual(child.communicate(timeout=30)[0], f"{int(number)}\n")
                self.assertEqual(child.returncode, 0)


if __name__ == "__main__":
    unittest.main()
