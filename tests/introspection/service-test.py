#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""service-test: a service in Python does what one in C does, and whatever it does wrong is named"""
import datetime
import os
import subprocess
import sys
import tempfile
import threading
import unittest
import unittest.mock
from decimal import Decimal
from pathlib import Path

import usher
from gi.repository import Gio, GLib
from usher.files import load_module, load_service

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)


class Shelf(usher.Service):
    """All that can be declared, once."""

    name = "shelf"
    books = usher.Collection(
        {"author.name": usher.String()},
        title=usher.String(input=True, required=True, text=True, min=1, max=20, message="Give it a title"),
        price=usher.Money(input=True, indexed=True),
        sold=usher.Boolean(indexed=True),
        pages=usher.Integer(indexed=True),
        tags=usher.Json(),
        until=usher.Time(indexed=True),
        owner=usher.Id(),
        keys={("title",): None},
    )
    notes = usher.Collection(text=usher.String())
    wish = usher.Form(word=usher.String(input=True, required=True, min=1, max=5))
    added = usher.Channel("book:added", books)
    heard = usher.Channel("book:heard", title=usher.String(required=True))
    greeting = usher.Setting("hello", "what is said")
    loud_mode = usher.Setting(False, "whether it is said loudly")
    times = usher.Setting(2, "how often")

    @usher.route("POST", "/api/books")
    def add(self, request, unit):
        book = request.read(self.books)
        book.update({"sold": False, "pages": 3, "tags": ["a", {"b": Decimal("1.50")}], "until": unit.time, "author.name": "Ann"})
        return 201, unit.create(book, self.added), {"X-Pages": "3"}

    @usher.route("GET", "/api/books/:id")
    def get(self, request, unit):
        return unit.find(self.books, request["id"])

    @usher.route("GET", "/api/books")
    def list(self, request, unit):
        return unit.page(self.books, order="pages") if request.query("all") else unit.query(self.books, pages=3, limit=1)

    @usher.route("GET", "/api/found")
    def search(self, request, unit):
        wanted = {"price": Decimal("19.90"), "until": START, "sold": False, "title": "one"}
        return [len(unit.query(self.books, **{name: value})) for name, value in wanted.items()] + [len(unit.query(self.books, price=20))]

    @usher.route("PUT", "/api/books/:id")
    def sell(self, request, unit):
        book = unit.find(self.books, request["id"])
        request.match(book)
        book["sold"] = True
        book["tags"] = None
        return {"was": unit.update(book), "title": book["title"], "price": book["price"] + book.get("pages"), "until": book["until"], "has": ["tags" in book, "sold" in book], "least": book.get("tags", 7)}

    @usher.route("DELETE", "/api/books/:id")
    def remove(self, request, unit):
        book = unit.lookup(self.books, request["id"])
        if book is not None:
            unit.remove(book)

    @usher.route("POST", "/api/wish", signed_in=True)
    def wish_for(self, request, unit):
        return {"word": request.read(self.wish)["word"], "said": self.greeting * self.times, "loud": self.loud_mode, "by": request.user_id}

    @usher.route("POST", "/api/raw")
    def raw(self, request, unit):
        return request.json()

    @usher.route("POST", "/api/later")
    def later(self, request, unit):
        note = unit.insert(unit.new(self.notes, text="first"))

        def step(unit):
            again = unit.find(self.notes, note.id)
            again["text"] = "second"
            unit.replace(again)
            return 202, again

        unit.then(step)

    @usher.route("GET", "/api/notes")
    def list_notes(self, request, unit):
        return unit.query(self.notes)

    @usher.listen(added)
    def hear(self, event, unit):
        unit.publish(self.heard, {"title": event.data["title"]})
        unit.schedule("remind", event.data["id"], unit.time + HOUR, {"title": event.data["title"]})
        if event.data["title"] == "twice":
            unit.unschedule("remind", event.data["id"])

    @usher.timer("remind")
    def remind(self, timer, unit):
        unit.insert(unit.new(self.notes, {"text": f"{timer.name} {timer.data['title']}"}))


class Wrong(usher.Service):
    """Whatever a handler may do, by the name of the route."""

    name = "wrong"
    things = usher.Collection(size=usher.Integer(), price=usher.Money(), at=usher.Time(), title=usher.String(unique=True))
    VALUES = {"plain": "a\té", "line": "a\r\nb: c", "zero": "a\0", "half": "\ud800", "number": 5}

    def do(self, request, unit):
        raise NotImplementedError

    @usher.route("GET", "/api/:what")
    def act(self, request, unit):
        unit.insert(unit.new(self.things, size=1))
        return getattr(self, "do_it_" + request["what"])(request, unit)

    def do_it_raise(self, request, unit):
        raise ZeroDivisionError("secret of the house")

    def do_it_exit(self, request, unit):
        sys.exit(3)

    def do_it_interrupt(self, request, unit):
        raise KeyboardInterrupt

    def do_it_refuse(self, request, unit):
        raise usher.Forbidden("not for you")

    def do_it_invalid(self, request, unit):
        raise usher.Invalid("Say more")

    def do_it_foreign(self, request, unit):
        raise GLib.Error("nobody knows", GLib.quark_to_string(Gio.io_error_quark()), 1)

    def do_it_torn(self, request, unit):
        raise ValueError("half \ud800")

    def do_it_half_refused(self, request, unit):
        raise usher.Invalid("half \ud800")

    def do_it_bare(self, request, unit):
        raise usher.NotFound

    def do_it_nothing(self, request, unit):
        return None

    def do_it_object(self, request, unit):
        return object()

    def do_it_nan(self, request, unit):
        return {"a": float("nan")}

    def do_it_status(self, request, unit):
        return 99, {}

    def do_it_long(self, request, unit):
        return 200, {}, {}, {}

    def do_it_header(self, request, unit):
        return 200, {}, {request.query("name"): self.VALUES[request.query("value", "plain")]}

    def do_it_half(self, request, unit):
        return "\ud800"

    def do_it_deep(self, request, unit):
        value = []
        value.append(value)
        return value

    def do_it_field(self, request, unit):
        return unit.new(self.things, colour="red")

    def do_it_type(self, request, unit):
        return unit.new(self.things, size="large")

    def do_it_truth(self, request, unit):
        return unit.new(self.things, size=True)

    def do_it_huge(self, request, unit):
        return unit.new(self.things, size=2**70)

    def do_it_amount(self, request, unit):
        return unit.new(self.things, price=Decimal("1.001"))

    def do_it_when(self, request, unit):
        return unit.new(self.things, at=datetime.datetime(2026, 1, 1))

    def do_it_recurse(self, request, unit):
        return self.do_it_recurse(request, unit)

    def do_it_thread(self, request, unit):
        threading.Thread(target=lambda: 1 / 0).start()
        return {}

    def do_it_old(self, request, unit):
        """A unit of before, which is over."""
        Wrong.unit, former = unit, getattr(Wrong, "unit", None)
        return {"former": former is not None and former.query(self.things) is not None}

    @usher.listen("thing:odd")
    def hear(self, event, unit):
        return 5


def make(*services, **options):
    return usher.Host(*services, time=START, **options)


class Right(unittest.TestCase):
    def setUp(self):
        self.host = self.enterContext(make(Shelf(), settings={"shelf.greeting": "hey"}))

    def add(self, title="one"):
        reply = self.host.request("POST", "/api/books", {"title": title, "price": Decimal("19.90")})
        self.assertEqual(reply.status, 201)
        return reply

    def test_a_document_is_what_was_asked_for(self):
        reply = self.add()
        book = reply.json
        self.assertEqual(reply.headers["X-Pages"], "3")
        self.assertEqual((book["price"], book["until"], book["author"]), (Decimal("19.9"), "2026-01-01T00:00:00.000Z", {"name": "Ann"}))
        self.assertEqual(book["tags"], ["a", {"b": Decimal("1.50")}])
        self.assertEqual(self.host.request("GET", f"/api/books/{book['id']}").json, book)
        for target in ("/api/books", "/api/books?all=1"):
            self.assertEqual(self.host.request("GET", target).json, [book])

    def test_documents_are_found_by_fields_of_each_kind(self):
        self.add()
        self.assertEqual(self.host.request("GET", "/api/found").json, [1, 1, 1, 1, 0])

    def test_a_number_is_no_longer_than_it_was_written(self):
        for number in ("1e-999999999", "0e-999999999", "1e300", "19.90", "-0.00"):
            with self.subTest(number=number):
                reply = self.host.request("POST", "/api/raw", number.encode())
                self.assertEqual((reply.status, Decimal(reply.body.decode())), (200, Decimal(number)))
                self.assertLess(len(reply.body), 400)

    def test_a_document_is_changed_and_removed(self):
        path = f"/api/books/{self.add().json['id']}"
        sold = self.host.request("PUT", path).json
        self.assertEqual((sold["was"]["sold"], sold["was"]["version"], sold["title"], sold["has"], sold["least"]), (True, 1, "one", [False, True], 7))
        self.assertEqual(sold["was"]["price"], Decimal("19.9"))
        self.assertEqual((sold["price"], sold["until"]), (Decimal("22.90"), "2026-01-01T00:00:00.000Z"))
        self.assertEqual(self.host.request("DELETE", path).status, 204)
        self.assertEqual(self.host.request("GET", path).status, 404)
        self.assertEqual(self.host.request("DELETE", path).status, 204)

    def test_what_does_not_fit_is_refused_by_name(self):
        reply = self.host.request("POST", "/api/books", {"title": " "})
        self.assertEqual((reply.status, reply.json["errors"]), (400, [{"message": "Give it a title", "field": "title"}]))
        self.add()
        reply = self.host.request("POST", "/api/books", {"title": "one"})
        self.assertEqual((reply.status, reply.json["errors"][0]["field"]), (400, "title"))
        self.assertEqual(self.host.request("POST", "/api/raw", b"{").status, 400)
        self.assertEqual(self.host.request("POST", "/api/raw", {"a": 1}).json, {"a": 1})

    def test_settings_forms_and_sessions(self):
        self.assertEqual(self.host.request("POST", "/api/wish", {"word": "a"}).status, 401)
        said = self.host.request("POST", "/api/wish", {"word": "a"}, session=self.host.sign_in("a" * 24)).json
        self.assertEqual((said["word"], said["said"], said["loud"]), ("a", "heyhey", False))
        self.assertEqual(said["by"], "a" * 24)

    def test_events_and_timers(self):
        with self.host.listen("book:heard") as heard:
            self.add()
            self.assertEqual(heard.next().data, {"title": "one"})
        self.host.turn(hours=2)
        self.host.settle()
        self.assertEqual([note["text"] for note in self.host.request("GET", "/api/notes").json], ["remind one"])

    def test_a_timer_is_taken_back(self):
        with self.host.listen("book:heard") as heard:
            self.add("twice")
            heard.next()
        self.host.turn(hours=2)
        self.host.settle()
        self.assertEqual(self.host.request("GET", "/api/notes").json, [])

    def test_a_step_answers(self):
        self.assertEqual(self.host.request("POST", "/api/later").json["text"], "second")


class Pool(unittest.TestCase):
    def test_all_handlers_run_on_the_pool_which_has_one_thread(self):
        names = set()

        class Where(usher.Service):
            name = "where"

            @usher.route("GET", "/api/where")
            def tell(self, request, unit):
                self.note()
                unit.publish("where:asked", {})

            @usher.listen("where:asked")
            def hear(self, event, unit):
                self.note()
                unit.schedule("soon", "a", unit.time)

            @usher.timer("soon")
            def fire(self, timer, unit):
                self.note()

            def note(self):
                names.add((threading.get_native_id(), sys._getframe(1).f_code.co_name))

        with make(Where()) as host:
            for _ in range(5):
                host.request("GET", "/api/where")
            host.turn(seconds=1)
            host.settle()
        self.assertEqual({name for _, name in names}, {"tell", "hear", "fire"})
        self.assertEqual(len({thread for thread, _ in names} - {threading.get_native_id()}), 1)


class Mistaken(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = cls.enterClassContext(make(Wrong()))

    def ask(self, what):
        return self.host.request("GET", "/api/" + what)

    def test_whatever_is_raised_is_an_error_and_no_word_of_it_is_told(self):
        for what in ("raise", "exit", "interrupt", "foreign", "object", "nan", "status", "long", "half", "deep", "field", "type", "truth", "huge", "amount", "when",
                     "recurse", "unknown"):
            with self.subTest(what=what):
                reply = self.ask(what)
                self.assertEqual((reply.status, reply.json), (500, {"errors": [{"message": "Something went wrong"}]}))

    def test_a_header_that_cannot_be_is_named(self):
        self.assertEqual(self.ask("header?name=X-A").headers["X-A"], "a\té")
        for name in ("", "a%20b", "a:b", "Content-Type", "content-length", "Date", "Connection", "Keep-Alive", "Transfer-Encoding"):
            with self.subTest(name=name):
                self.assertEqual(self.ask("header?name=" + name).status, 500)
        for value in ("line", "zero", "half", "number"):
            with self.subTest(value=value):
                self.assertEqual(self.ask("header?name=X-A&value=" + value).status, 500)

    def test_errors_have_their_status(self):
        self.assertEqual(self.ask("refuse").status, 403)
        self.assertEqual((self.ask("invalid").status, self.ask("invalid").json["errors"][0]["message"]), (400, "Say more"))
        self.assertEqual(self.ask("nothing").status, 204)
        self.assertEqual((self.ask("half_refused").status, self.ask("half_refused").json["errors"][0]["message"]), (400, "half \\ud800"))
        self.assertEqual(self.ask("bare").status, 404)

    def test_the_rest_goes_on(self):
        self.assertEqual(self.ask("thread").json, {})
        self.ask("old")
        self.assertIn(self.ask("old").status, (200, 500))
        self.assertEqual(self.ask("nothing").status, 204)


def declare(**members):
    return type("Declared", (usher.Service,), {"name": "declared", **members})


async def asynchronous(self, request, unit):
    """Nobody awaits it."""


def generating(self, request, unit):
    yield 1


class Refused(unittest.TestCase):
    def test_what_can_be_no_handler_is_refused_before_anything_is_open(self):
        cases = {
            "“async def”.*“threads”": asynchronous,
            "has a “yield”": generating,
            r"called with \(request, unit\)": lambda self, request: None,
        }
        for words, handler in cases.items():
            with self.subTest(words=words), self.assertRaisesRegex(usher.Error, words), make(declare(handler=usher.route("GET", "/a")(handler))()):
                pass

    def test_what_is_declared_wrongly_is_named(self):
        with self.assertRaisesRegex(usher.Error, "configure.*group"), make(declare(handler=usher.listen("a", group="other")(lambda self, e, u: None))()):
            pass
        with self.assertRaisesRegex(TypeError, "a field has no “colour”, but input"):
            usher.String(colour=True)
        with self.assertRaisesRegex(TypeError, "wants a field"):
            usher.Collection(title=str)
        with self.assertRaisesRegex(TypeError, "a route has no “signedin”"):
            usher.route("GET", "/", signedin=True)
        with self.assertRaisesRegex(TypeError, "the default of a setting is 1.5"):
            usher.Setting(1.5, "")

    def test_names_of_the_class_itself_are_refused(self):
        route = usher.route("GET", "/a")(lambda self, request, unit: None)
        for name, value in {"start": route, "stop": route, "find_table": route, "context": 1, "tables": usher.Collection(), "patience": usher.Setting(1, "")}.items():
            with self.subTest(name=name):
                with self.assertRaisesRegex(usher.Error, f"“{name}” of class “Declared” is a name"), make(declare(**{name: value})()):
                    pass
        with make(declare(stop=lambda self: None, connect=route)()):
            pass

    def test_the_time_is_bounded(self):
        with self.assertRaisesRegex(usher.Error, "handler-timeout.* wants 1 or more"), make(declare()(), settings={"declared.handler-timeout": 0}):
            pass


class Files(unittest.TestCase):
    def load(self, text):
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "book.py"
        path.write_text(text)
        return load_service("book", str(path))

    def test_another_name_of_a_class_is_no_other_class(self):
        self.assertEqual(type(self.load("import usher\nclass Book(usher.Service): pass\nAlias = Book")).__name__, "Book")

    def test_a_file_is_loaded_as_it_is_now(self):
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "book.py"
        with unittest.mock.patch.object(sys, "dont_write_bytecode", False):
            for edition in (1, 2):
                path.write_text(f"edition = {edition}")
                os.utime(path, (1000, 1000))
                self.assertEqual(load_module("book", str(path)).edition, edition)


class Logged(unittest.TestCase):
    def test_the_log_has_the_traceback_from_the_handler_on(self):
        script = f"""
import sys, time
sys.argv = ["service-test"]
sys.path.insert(0, {str(sys.path[0])!r})
import importlib.util
spec = importlib.util.spec_from_file_location("service_test", {__file__!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
with module.make(module.Wrong()) as host:
    host.request("GET", "/api/raise")
    host.request("GET", "/api/foreign")
    assert host.request("GET", "/api/torn").status == 500
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        self.assertIn("handler “act” of service “wrong”: ZeroDivisionError: secret of the house", done.stderr)
        self.assertIn("in do_it_raise", done.stderr)
        self.assertIn("nobody knows", done.stderr)
        self.assertIn("in do_it_foreign", done.stderr)
        self.assertIn("ValueError: half \\ud800", done.stderr)
        self.assertNotIn("patience.py", done.stderr)


if __name__ == "__main__":
    unittest.main()
