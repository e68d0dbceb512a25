#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""errors-test: each code of an error has its class, and nothing that Python raises passes through C"""
import os
import subprocess
import sys
import tempfile
import unittest

import usher
from gi.repository import Gio, GLib, GObject
from usher import Usher, errors


class Codes(unittest.TestCase):
    def setUp(self):
        self.codes = [value for name, value in vars(Usher.Error).items() if name.isupper()]

    def test_each_code_has_its_class(self):
        self.assertGreater(len(self.codes), 16)
        for code in self.codes:
            name = code.value_nick.title().replace("_", "")
            with self.subTest(code=name), self.assertRaisesRegex(getattr(usher, name), "^why$") as caught, errors.translated():
                Usher.refuse(code, "why")
            self.assertIs(type(caught.exception), getattr(usher, name))
            self.assertEqual((caught.exception.code, str(caught.exception)), (code, "why"))

    def test_a_class_is_its_code_again(self):
        for code in self.codes:
            raised = errors.CLASSES[int(code)]("why")
            self.assertTrue(raised.matches(Usher.error_quark(), code), code.value_nick)
            self.assertIsInstance(raised, usher.Error)

    def test_who_says_nothing_says_what_the_class_is_for(self):
        self.assertEqual([str(usher.NotFound()), str(usher.Defer())], ["The thing asked for does not exist", "The input comes too early; it shall come again later"])
        self.assertEqual([str(type("Own", (usher.NotFound,), {})()), str(usher.NotFound(""))], ["Own", ""])

    def test_errors_of_others_stay_what_they_are(self):
        with self.assertRaises(GLib.Error) as caught, errors.translated():
            Gio.File.new_for_path("/no/such/file").load_contents(None)
        self.assertNotIsInstance(caught.exception, usher.Error)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND))


class Raising(GObject.Object, Usher.Service):
    def __init__(self, raised):
        super().__init__()
        self.raised = raised

    def do_configure(self, context):
        return errors.guard(self.configure, "configure")(context)

    def configure(self, context):
        raise self.raised


class Guarded(unittest.TestCase):
    RAISED = [ValueError("none"), KeyboardInterrupt(), SystemExit(3), GeneratorExit(), MemoryError()]

    def test_c_gets_an_error_whatever_is_raised(self):
        with tempfile.TemporaryDirectory() as directory:
            settings = Usher.Settings.new()
            Usher.Host.declare_settings(settings)
            host = Usher.Host.new(directory, settings, Usher.RealClock.new())
            for raised in self.RAISED:
                name = type(raised).__name__
                with self.subTest(raised=name), self.assertRaisesRegex(usher.Failed, f"“raising” did not configure: configure: {name}"):
                    with errors.translated():
                        host.add_service("raising", Raising(raised))

    def test_an_error_stays_what_it_is(self):
        with self.assertRaisesRegex(usher.Conflict, "^too late$"):
            errors.guard(Raising(usher.Conflict("too late")).configure, "a test")(None)

    def test_where_nothing_can_be_told_the_default_is_returned(self):
        for raised in (*self.RAISED, usher.Conflict("too late")):
            self.assertEqual(errors.contain(Raising(raised).configure, "a test", 5)(None), 5)

    def test_the_log_has_the_traceback(self):
        script = "import sys; from usher import errors; errors.contain(lambda: sys.exit(3), 'a test')()"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True, env=os.environ | {"G_DEBUG": ""})
        self.assertIn("a test: SystemExit: 3\nTraceback (most recent call last):", done.stderr)
        self.assertIn("<lambda>", done.stderr)


if __name__ == "__main__":
    unittest.main()
