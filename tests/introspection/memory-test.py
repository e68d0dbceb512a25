#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""memory-test: whatever is made from Python and dropped again leaves memory flat"""
import gc
import os
import tempfile
import unittest

import usher
from usher import Usher

# the issue is what grows with the count, so a first round makes what is kept for good: pools, caches, code
N = int(os.environ.get("USHER_TEST_OBJECTS", "100000"))
FIRST = N // 10
# a pointer each would be more
SLACK = 2 * 1024 * 1024


def read_memory():
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Flat(unittest.TestCase):
    def assertFlat(self, make, n=N):
        for _ in range(n // 10):
            make()
        before = read_memory()
        for _ in range(n):
            make()
        grown = read_memory() - before
        self.assertLess(grown, SLACK, f"{grown / n:.0f} bytes each")

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def make_store(self):
        clock = Usher.RealClock.new()
        store = Usher.Store.open(f"sqlite:{self.folder.name}/a.db", clock, None)
        store.add_collection(Usher.Schema.new("things", [Usher.Field.new("name", Usher.FieldType.STRING, 0, 0, 0, None)]))
        self.addCleanup(store.close)
        return store, clock

    def test_units_documents_and_events(self):
        store, clock = self.make_store()

        def make():
            unit = Usher.Unit.new(store, clock)
            document = unit.new_document("things")
            document.set_string("name", "a")
            unit.insert(document)
            unit.publish("thing:made", document.get_text()[0])
            unit.schedule("soon", "k", 1, None)
            unit.get_commit().get_event(0).get_payload()

        self.assertFlat(make)

    def test_errors(self):
        def make():
            try:
                with usher.errors.translated():
                    Usher.refuse(Usher.Error.TAKEN, "taken")
            except usher.Taken:
                pass

        self.assertFlat(make)

    def test_requests_of_a_host(self):
        with usher.Host("tickets") as host:
            ann = host.sign_in("a" * 24)
            self.assertFlat(lambda: host.request("GET", "/api/tickets/none", session=ann), N // 10)

    def test_events_of_a_host(self):
        with usher.Host() as host, host.listen("thing:made") as listening:

            def make():
                host.publish("thing:made", {"n": 1}) and listening.next()

            self.assertFlat(make, N // 50)

    def test_hosts(self):
        def make():
            with usher.Host("tickets") as host:
                host.request("GET", "/api/tickets")

        self.assertFlat(make, 20)

    def test_growth_is_seen(self):
        kept = []
        with self.assertRaises(AssertionError):
            self.assertFlat(lambda: kept.append(Usher.Event.new(f"{len(kept)}", "a:b", 0, "{}", -1)))


if __name__ == "__main__":
    unittest.main()
