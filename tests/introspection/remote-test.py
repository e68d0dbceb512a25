#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""remote-test: a host that runs is treated from Python, by its admin listener: remote-test.py PROGRAM"""
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

import usher
from usher import Usher

PROGRAM = os.path.abspath(sys.argv.pop(1))
TOKEN = "correct-horse-battery"


class Program:
    """The program, on a folder of its own, until it is stopped."""

    def __init__(self, *words, admin=None, environment=None):
        self.folder = tempfile.mkdtemp(prefix="usher-remote-")
        admin = admin or f"unix:{self.folder}/admin"
        listen = [] if words[0] == "hub" else ["--listen", "127.0.0.1:0"]
        command = [PROGRAM, *words, "--data", f"{self.folder}/data", *listen, "--admin", admin]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | (environment or {}))
        # what listens where, the admin listener last
        said = dict(self.child.stdout.readline().split(" on ") for _ in range(2))
        self.public = said.get("listening", "").strip()
        self.bus = said.get("bus", "").strip()
        self.admin = admin if admin.startswith("unix:") else said["admin"].strip().replace("0.0.0.0", "127.0.0.1")

    def sign_up(self):
        request = urllib.request.Request(
            self.public + "/api/users/signup",
            b'{"email":"ann@example.com","password":"correct horse"}',
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return usher.values.from_json(answer.read())["id"]

    def stop(self):
        self.child.terminate()
        self.child.communicate(timeout=60)
        shutil.rmtree(self.folder)


class Running(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backups = tempfile.mkdtemp(prefix="usher-backups-")
        cls.program = Program("run", "auth", "tickets", "-s", f"admin.backups={cls.backups}")
        cls.addClassCleanup(shutil.rmtree, cls.backups)
        cls.addClassCleanup(cls.program.stop)
        cls.host = usher.connect(cls.program.admin)

    def test_status(self):
        status = self.host.status()
        self.assertEqual((status.ready, status.reason), (True, None))
        self.assertEqual({each["service"] for each in status.services}, {"auth", "tickets"})
        self.assertIn(self.program.folder, status.about["data"])
        self.assertEqual(self.host.processes(), [])
        self.assertIn("usher_", self.host.metrics())
        self.assertIn("ticket.created", self.host.describe("asyncapi")["channels"])
        self.assertEqual([each["name"] for each in self.host.describe()["services"]], ["auth", "tickets"])
        with self.assertRaises(usher.NotFound):
            self.host.describe("yaml/..")

    def test_ban_and_tail(self):
        events = self.host.tail("user:banned", wait=20)
        user = self.program.sign_up()
        self.assertEqual(self.host.ban(user)["id"], user)
        event = next(events)
        self.assertEqual((event.channel, event.data["id"]), ("user:banned", user))
        self.host.unban(user)
        hasty = usher.connect(self.program.admin, timeout=0.5)
        self.assertEqual(list(hasty.tail("user:never", wait=2)), [])
        everything = [each.channel for each in self.host.tail(after=0, wait=0)]
        self.assertEqual(everything.count("user:banned"), 1)
        with self.assertRaises(usher.NotFound):
            self.host.ban("f" * 24)

    def test_parked(self):
        self.assertEqual(self.host.parked(), [])
        for verb in (self.host.replay, self.host.drop, self.host.parked_event):
            with self.assertRaises(usher.NotFound):
                verb("no such/event?")

    def test_reload_is_of_a_supervisor(self):
        with self.assertRaisesRegex(usher.NotFound, "404"):
            self.host.reload("tickets")

    def test_backup(self):
        told = self.host.backup("monday")
        self.assertEqual(told["folder"], f"{self.backups}/monday")
        copied = {path.name for path in Path(self.backups, "monday").iterdir()}
        self.assertLessEqual({"auth.db", "tickets.db"}, copied)
        with self.assertRaisesRegex(usher.Conflict, "is there already"):
            self.host.backup("monday")
        for name in ("..", ".hidden", "a b", "x" * 100):
            with self.subTest(name=name), self.assertRaises(usher.Error):
                self.host.backup(name)
        self.assertEqual(os.listdir(self.backups), ["monday"])


class Supervised(unittest.TestCase):
    def test_processes_are_replaced(self):
        program = Program("up", "tickets")
        self.addCleanup(program.stop)
        host = usher.connect(program.admin)
        former = {each["name"]: each["pid"] for each in host.processes()}
        self.assertEqual(set(former), {"hub", "tickets"})
        self.assertEqual(host.reload("tickets")["generation"], 2)
        later = {each["name"]: each["pid"] for each in host.processes()}
        self.assertEqual((later["hub"], later["tickets"] != former["tickets"]), (former["hub"], True))
        with self.assertRaises(usher.NotFound):
            host.reload("nobody")


class Bus(unittest.TestCase):
    def test_parked_events(self):
        folder = tempfile.mkdtemp(prefix="usher-hub-")
        self.addCleanup(shutil.rmtree, folder)
        program = Program("hub", "--bus", f"ipc://{folder}/bus")
        self.addCleanup(program.stop)
        host = usher.connect(program.admin)
        self.assertTrue(host.status().ready)
        bus = Usher.bus_open(f"ipc://{folder}/bus", "test", Usher.RealClock.new(), None)
        self.addCleanup(bus.close, 0)
        came = []

        def listen(delivery, *data):
            came.append(delivery.get_attempt())
            delivery.nak(0, "no")

        bus.subscribe(Usher.Subscription.new("thing:made", "group", None), listen)
        done, told = threading.Event(), []
        made = Usher.uuid_new(Usher.RealClock.new())
        bus.publish(Usher.Event.new(made, "thing:made", 0, '{"n":1}', -1), lambda event, error, *_: (told.append(error), done.set()))
        self.assertTrue(done.wait(30))
        self.assertEqual(told, [None])
        self.assertEqual(next(host.tail("thing:made", after=0, wait=20)).data, {"n": 1})
        deadline = time.monotonic() + 30
        while not (parked := host.parked("thing:made")) and time.monotonic() < deadline:
            pass
        self.assertEqual([(each.group, each.event_id, each.attempts, each.reasons) for each in parked], [("group", made, 5, ["no"] * 5)])
        self.assertEqual((host.parked_event(parked[0]).data, host.parked("other:made")), ({"n": 1}, []))
        host.replay(parked[0])
        while not (again := host.parked()) and time.monotonic() < deadline:
            pass
        host.drop(again[0])
        self.assertEqual((host.parked(), len(came)), ([], 10))


class Refusing(unittest.TestCase):
    def test_backups_are_off_until_a_folder_is_named(self):
        program = Program("run", "tickets")
        self.addCleanup(program.stop)
        with self.assertRaisesRegex(usher.Forbidden, "admin.backups"):
            usher.connect(program.admin).backup("monday")

    def test_token(self):
        program = Program("run", "tickets", admin="0.0.0.0:0", environment={"USHER_ADMIN__TOKEN": TOKEN})
        self.addCleanup(program.stop)
        with self.assertRaises(usher.Unauthorized):
            usher.connect(program.admin, token="wrong").status()
        self.assertTrue(usher.connect(program.admin, token=TOKEN).status().ready)

    def test_nobody_is_there(self):
        for url in ("http://127.0.0.1:1", "unix:/no/such/socket", "127.0.0.1:1"):
            with self.subTest(url=url), self.assertRaises(usher.Unavailable):
                usher.connect(url).status()
        for url in ("ftp://127.0.0.1", "", "http://"):
            with self.subTest(url=url), self.assertRaises(usher.Invalid):
                usher.connect(url)
        with self.assertRaises(usher.Invalid):
            usher.connect("127.0.0.1:1", token="a\r\nX: 1")

    def test_somebody_else_is_there(self):
        class Somebody(http.server.BaseHTTPRequestHandler):
            answers = [b"hello", b"[1]", b'{"items":5}', b'{"items":[{}]}', b'{"items":[5]}', b"\xff", b"[" * 100000]

            def do_GET(self):
                answer = self.answers[int(self.headers["Authorization"].split()[1])]
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Somebody) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            for number in range(len(Somebody.answers)):
                host = usher.connect(f"http://127.0.0.1:{server.server_port}", token=str(number))
                for verb in (host.parked, lambda: list(host.tail(after=0, wait=0))):
                    with self.subTest(answer=number), self.assertRaises(usher.Corrupt):
                        verb()
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    unittest.main()
