#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""script-test: a host is driven from Python: requests, events, time, and whatever a script does wrong"""
import asyncio
import datetime
import gc
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings
import weakref
from decimal import Decimal

import usher
from gi.repository import GObject
from usher import Usher

UTC = datetime.timezone.utc
START = datetime.datetime(2026, 1, 1, tzinfo=UTC)


class Echo(GObject.Object, Usher.Service):
    """What a script adds to plugins in C."""

    name = "echo"

    def do_configure(self, context):
        context.add_route("POST", "/api/echo", Usher.RouteFlags.NONE, self.answer)
        context.add_route("POST", "/api/wait", Usher.RouteFlags.BLOCKING, self.wait)
        context.add_route("POST", "/api/hang", Usher.RouteFlags.BLOCKING, self.hang)
        self.came, self.go = threading.Event(), threading.Event()
        return True

    def answer(self, request, unit, reply, *data):
        reply.take_json(request.get_body().get_data().decode())
        reply.set_header("X-Echo", request.get_header("X-Say") or "nothing")
        return True

    def wait(self, request, unit, reply, *data):
        self.came.set()
        self.go.wait(30)
        reply.take_json('"waited"')
        return True

    def hang(self, request, unit, reply, *data):
        self.came.set()
        self.go.wait(3)
        return True


class Case(unittest.TestCase):
    def make(self, *services, **options):
        host = usher.Host(*services, **options)
        host.start()
        self.addCleanup(host.stop)
        return host


class Requests(Case):
    def test_types_of_python_go_there_and_back(self):
        host = self.make(Echo())
        value = {"none": None, "yes": True, "n": 2**53, "price": Decimal("19.90"), "text": "ä\n\"☃", "list": [1, [], {}]}
        reply = host.request("POST", "/api/echo", value, headers={"X-Say": "hello"})
        self.assertEqual((reply.status, reply.json, reply.headers["X-Echo"], reply.session), (200, value, "hello", None))
        self.assertEqual(str(reply.json["price"]), "19.90")
        self.assertEqual(host.request("POST", "/api/echo", START).json, "2026-01-01T00:00:00.000Z")
        self.assertEqual(usher.parse_time("2026-01-01T00:00:00.000Z"), START)
        self.assertEqual(host.request("POST", "/api/echo", b"[1.50]").body, b"[1.50]")

    def test_what_is_no_json_is_invalid(self):
        host = self.make(Echo())
        endless = []
        endless.append(endless)
        for value in (object(), {1, 2}, {1: 2}, float("nan"), Decimal("Infinity"), "\ud800", endless, START.replace(tzinfo=None), 1j):
            with self.subTest(value=repr(value)), self.assertRaises(usher.Invalid):
                host.request("POST", "/api/echo", value)

    def test_what_fits_no_head_is_invalid(self):
        host = self.make(Echo())
        heads = [("GET", "no-slash", {}), ("GET", "/a\r\nX: 1", {}), ("GE T\n", "/", {}), ("GET", "/", {"X": "a\r\nB: c"}), ("GET", "/", {"X\0": ""})]
        heads += [(1, "/", {}), ("GET", None, {}), ("GET", "/", {"X": 5})]
        for method, target, headers in heads:
            with self.subTest(target=target), self.assertRaises(usher.Invalid):
                host.request(method, target, headers=headers)

    def test_an_answer_of_an_error_is_no_exception(self):
        host = self.make("tickets")
        self.assertEqual(host.request("GET", "/nothing").status, 404)
        self.assertEqual(host.request("PATCH", "/api/tickets").status, 405)
        self.assertEqual(host.request("POST", "/api/tickets", {"title": "a", "price": 1}).status, 401)
        ann = host.sign_in("a" * 24)
        reply = host.request("POST", "/api/tickets", {"title": "", "price": -1}, session=ann)
        self.assertEqual((reply.status, {each["field"] for each in reply.json["errors"]}), (400, {"title", "price"}))
        self.assertEqual(host.request("GET", "/api/tickets", session="nonsense").status, 200)

    def test_a_session_begins_and_ends(self):
        host = self.make("auth")
        ann = host.request("POST", "/api/users/signup", {"email": "ann@example.com", "password": "correct horse"}).session
        current = host.request("GET", "/api/users/currentuser", session=ann).json["currentUser"]
        self.assertEqual(current["email"], "ann@example.com")
        self.assertIsNone(host.request("POST", "/api/users/signout", session=ann).session)
        banned = host.request("POST", f"/admin/users/{current['id']}/ban", admin=True)
        self.assertEqual((banned.status, banned.json["id"]), (200, current["id"]))

    def test_requests_from_threads(self):
        host = self.make("tickets")
        ann = host.sign_in("a" * 24)
        made = []

        def sell(number):
            for i in range(10):
                made.append(host.request("POST", "/api/tickets", {"title": f"{number}-{i}", "price": 5}, session=ann).status)

        threads = [threading.Thread(target=sell, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(made, [201] * 80)

    def test_who_gets_no_answer_waits_no_longer_than_he_says(self):
        echo = Echo()
        host = self.make(echo)
        with self.assertRaisesRegex(usher.Unavailable, "POST /api/hang was not answered in 0.05 s"):
            host.request("POST", "/api/hang", timeout=0.05)
        echo.go.set()

    def test_asyncio_beside(self):
        async def main():
            with usher.Loop() as loop:
                host = await loop.do(usher.Host, "tickets")
                await loop.do(host.start)
                ann = await loop.do(host.sign_in, "a" * 24)
                sale = {"title": "a", "price": 5}
                replies = await asyncio.gather(*(asyncio.to_thread(host.request, "POST", "/api/tickets", sale, session=ann) for _ in range(5)))
                await loop.do(host.stop)
                return [reply.status for reply in replies]

        self.assertEqual(asyncio.run(main()), [201] * 5)


class Events(Case):
    def test_publish_and_listen(self):
        host = self.make(time=START)
        with host.listen("thing:made") as listening:
            made = host.publish("thing:made", {"price": Decimal("1.50"), "at": START}, correlation="c")
            came = listening.next()
        self.assertEqual((came.data, came.time, came.id), ({"price": Decimal("1.50"), "at": "2026-01-01T00:00:00.000Z"}, START, made.id))
        self.assertEqual((came.channel, came.sequence, came.correlation), ("thing:made", 1, "c"))
        self.assertEqual([event.id for event in host.events("thing:made")], [made.id])
        with host.listen("thing:made", start="all") as again:
            self.assertEqual(again.next().id, made.id)
        with self.assertRaises(usher.Unavailable):
            again.next(timeout=0)
        self.assertEqual(list(again), [])

    def test_many_events_are_read_by_pages(self):
        host = self.make()
        for n in range(120):
            host.publish("thing:made", n)
        self.assertEqual([event.data for event in host.events()], list(range(120)))

    def test_a_listener_may_ask_the_host(self):
        host = self.make("tickets")
        ann, made, done = host.sign_in("a" * 24), [], threading.Event()

        def sell(event):
            made.append(host.request("POST", "/api/tickets", {"title": event.data, "price": 5}, session=ann).status)
            done.set()

        with host.listen("sale:wanted", sell):
            host.publish("sale:wanted", "Concert")
            self.assertTrue(done.wait(30))
        self.assertEqual(made, [201])

    def test_what_a_listener_raises_goes_no_further(self):
        host = self.make()
        came = []
        done = threading.Event()

        def listen(event):
            came.append(event.data)
            done.set() if event.data == 3 else None
            raise [ValueError("a"), SystemExit(3), KeyboardInterrupt(), usher.Conflict("b")][event.data]

        with host.listen("thing:made", listen):
            for n in range(4):
                host.publish("thing:made", n)
            self.assertTrue(done.wait(30))
        self.assertEqual(came, [0, 1, 2, 3])

    def test_what_a_group_cannot_do_is_parked(self):
        host = self.make()
        fails, seen = [True], []

        def listen(event):
            seen.append(event.data)
            if fails:
                raise ValueError(f"no {event.data}")

        with host.listen("thing:made", listen, group="script"):
            made = host.publish("thing:made", "a")
            host.settle()
            parked = host.parked()
            self.assertEqual([(each.channel, each.group, each.event_id, each.attempts) for each in parked], [("thing:made", "script", made.id, 5)])
            self.assertIn("ValueError: no a", parked[0].reasons[0])
            self.assertEqual(host.parked_event(parked[0]).data, "a")
            fails.clear()
            host.replay(parked[0])
            host.settle()
            self.assertEqual((host.parked(), seen), ([], ["a"] * 6))

    def test_what_a_group_defers_comes_again(self):
        host = self.make()
        seen = []

        def listen(event):
            seen.append(event.data)
            if len(seen) < 3:
                raise usher.Defer("later")

        with host.listen("thing:made", listen, group="script"):
            host.publish("thing:made", "a")
            host.settle()
        self.assertEqual((seen, host.parked()), (["a"] * 3, []))

    def test_what_a_group_has_not_taken_is_anothers(self):
        host = self.make()
        with host.listen("thing:made", group="script") as idle:
            made = host.publish("thing:made", "a")
            idle._condition.acquire()
            idle._condition.wait_for(lambda: idle._queue, 30)
            idle._condition.release()
        seen = []
        with host.listen("thing:made", lambda event: seen.append(event.id), group="script", start="all"):
            host.settle()
        self.assertEqual((seen, host.parked()), ([made.id], []))

    def test_bad_events_are_refused(self):
        host = self.make()
        for channel in ("", "a b", "x" * 300, 5):
            with self.subTest(channel=channel), self.assertRaises((usher.Invalid, TypeError)):
                host.publish(channel, {})
        with self.assertRaises(usher.Invalid):
            host.publish("thing:made", object())
        with self.assertRaises(usher.TooLarge):
            host.publish("thing:made", "x" * (Usher.EVENT_MAX_PAYLOAD + 1))
        with self.assertRaises(usher.Invalid):
            host.listen("thing:made", start="yesterday")
        with self.assertRaises(usher.NotFound):
            host.drop(usher.Parked("none", "a", "b", "c", START, 1, []))

    def test_who_takes_nothing_is_told_what_he_lost(self):
        listening = usher.Listening("thing:made", None, False)
        for _ in range(10002):
            listening.push(None)
        self.assertEqual(len(listening._queue), 10000)
        listening._queue.clear()
        with self.assertRaisesRegex(usher.Full, "2 events of “thing:made” were lost"):
            listening.next()
        listening.close()


class Time(Case):
    def test_it_stands_until_it_is_turned(self):
        host = self.make(time=START)
        self.assertEqual(host.now, START)
        host.turn(days=1, seconds=0.5)
        self.assertEqual(host.now, START + datetime.timedelta(days=1, seconds=0.5))
        for wrong in (-1, float("nan"), float("inf"), 1e30, 1e11):
            with self.subTest(minutes=wrong), self.assertRaises(usher.Invalid):
                host.turn(minutes=wrong)
        self.assertEqual(host.now, START + datetime.timedelta(days=1, seconds=0.5))

    def test_the_real_one_is_not_turned(self):
        host = self.make(real_time=True)
        with self.assertRaisesRegex(usher.Invalid, "real time"):
            host.turn(minutes=1)
        with self.assertRaises(usher.Invalid):
            usher.Host(time=START, real_time=True)


class Life(Case):
    def test_a_host_is_used_while_it_runs(self):
        host = usher.Host("tickets")
        with self.assertRaisesRegex(usher.Unavailable, "not started"):
            host.request("GET", "/api/tickets")
        with host:
            self.assertEqual(host.state("tickets")[0], "ready")
            self.assertIn("/api/tickets", host.describe("openapi")["paths"])
            self.assertIn("tickets", [service["name"] for service in host.describe()["services"]])
            with self.assertRaises(usher.Invalid):
                host.describe("yaml")
            listening = host.listen("ticket:created")
            with self.assertRaises(usher.Invalid):
                host.start()
        for use in (
            lambda: host.request("GET", "/api/tickets"),
            lambda: host.publish("a:b", 1),
            lambda: host.listen("a:b"),
            lambda: host.turn(minutes=1),
            lambda: host.now,
            host.parked,
            host.events,
            host.settle,
        ):
            with self.assertRaisesRegex(usher.Unavailable, "was stopped"):
                use()
        with self.assertRaises(usher.Unavailable):
            listening.next(timeout=0)
        host.stop()
        with self.assertRaises(usher.Invalid):
            host.start()

    def test_two_hosts(self):
        one, two = self.make("tickets"), self.make("tickets")
        ann = one.sign_in("a" * 24)
        self.assertEqual(one.request("POST", "/api/tickets", {"title": "a", "price": 5}, session=ann).status, 201)
        one.settle()
        self.assertEqual((len(one.events()), two.events(), two.request("GET", "/api/tickets").json), (1, [], []))

    def test_one_folder_is_of_one_host(self):
        with tempfile.TemporaryDirectory() as folder:
            with usher.Host("tickets", data=folder) as host:
                with self.assertRaisesRegex(usher.Busy, "data directory"), usher.Host("tickets", data=folder):
                    pass
                ann = host.sign_in("a" * 24)
                ticket = host.request("POST", "/api/tickets", {"title": "a", "price": 5}, session=ann).json
            with usher.Host("tickets", data=folder) as host:
                self.assertEqual(host.document("tickets", "tickets", ticket["id"])["title"], "a")
                self.assertIsNone(host.document("tickets", "tickets", "f" * 24))
                with self.assertRaises(usher.NotFound):
                    host.document("nobody", "tickets", ticket["id"])

    def test_what_cannot_be_started_says_why(self):
        wrong = [
            (("no-such-plugin",), {}, usher.NotFound, "no-such-plugin"),
            (("/no/such.plugin",), {}, usher.Invalid, "/no/such.plugin"),
            ((5,), {}, usher.Invalid, "5 is no service"),
            (("tickets",), {"settings": {"tickets.no-such": 1}}, usher.Invalid, "no-such"),
            (("tickets",), {"settings": {"host.workers": "many"}}, usher.Invalid, "host.workers"),
            (("tickets",), {"plugins": ["/no/such/folder"]}, usher.Invalid, "/no/such/folder"),
            ((), {"data": "/proc/nothing"}, usher.Error, "/proc/nothing"),
        ]
        for services, options, kind, words in wrong:
            with self.subTest(services=services, **options), self.assertRaisesRegex(kind, words):
                usher.Host(*services, **options).start()

    def test_an_error_inside_is_the_one_that_is_told(self):
        with self.assertRaisesRegex(ValueError, "mine"), usher.Host("tickets"):
            raise ValueError("mine")

    def test_a_stop_ends_who_waits(self):
        echo, told = Echo(), []
        host = self.make(echo)

        def ask():
            told.append(host.request("POST", "/api/wait").status)

        thread = threading.Thread(target=ask)
        thread.start()
        self.assertTrue(echo.came.wait(30))
        stopper = threading.Thread(target=host.stop)
        stopper.start()
        echo.go.set()
        thread.join()
        stopper.join()
        self.assertEqual(told, [200])

    def test_threads_that_race_with_a_stop(self):
        host = self.make("tickets")
        told = set()

        def ask():
            while True:
                try:
                    told.add(host.request("GET", "/api/tickets").status)
                except usher.Unavailable:
                    return

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        host.settle()
        host.stop()
        for thread in threads:
            thread.join()
        self.assertLessEqual(told, {200, 503})

    def test_who_forgets_to_stop_ends_all_the_same(self):
        script = "import usher; host = usher.Host('tickets'); host.start(); host.listen('a:b', print); host.publish('a:b', 1)"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, "Traceback" in done.stderr), (0, False), done.stderr)


class Kept(Case):
    def test_nothing_is_left_of_a_host(self):
        n_threads = threading.active_count()
        echo = Echo()
        host = usher.Host("tickets", echo)
        with host, host.listen("thing:made", print):
            host.request("GET", "/api/tickets")
        kept = [weakref.ref(echo), weakref.ref(host)]
        del echo, host
        gc.collect()
        self.assertEqual(([each() for each in kept], threading.active_count()), ([None, None], n_threads))


if __name__ == "__main__":
    warnings.simplefilter("error")
    unittest.main()
