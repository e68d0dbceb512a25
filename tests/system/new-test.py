#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What “usher new” writes builds, passes its tests, runs and is reloaded, with an installed Usher alone: new-test.py LIB LINT BUILD RELOCATABLE"""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

LIB, LINT, BUILD, RELOCATABLE = sys.argv[1:]
sys.path.insert(0, LIB)

from checks import check, expect, results  # noqa: E402
from prefix import Prefix  # noqa: E402

# of the shortest name, one with a hyphen, and the longest
NAMES = ["a", "ticket-images", "a" * 32]
RULES = ["format", "spelling", "sizes", "faces", "sleeps", "json", "types"]


class Place(Prefix):
    """With the program in PATH."""

    def __init__(self, top):
        super().__init__(top, BUILD)
        self.environment["PATH"] = f"{self.path}/bin:{self.environment['PATH']}"

    def shell(self, commands, folder=None, status=0):
        """What commands print, of a shell in a folder."""
        found, said = self.run(f"set -e\n{commands}", 240, folder)
        for line in said.splitlines():
            print(f"# {line}")
        if found != status:
            raise AssertionError(f"“{commands}” ends with {found}: {said[-500:]}")
        return said

    def write(self, name):
        """The three commands that are printed."""
        said = self.shell(f"usher new plugin --author 'Ann Other' {name}")
        return said.strip().splitlines()[-3:]


class Host:
    """A host of the prefix, with data of its own."""

    def __init__(self, place, command, folder):
        command += f" --data '{place.top}/data' --listen 127.0.0.1:0 --admin 127.0.0.1:0"
        # its own group, so that all of it can be ended
        self.process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=folder,
            env=place.environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.uri = self.process.stdout.readline().removeprefix("listening on ").strip()
        if not self.uri:
            raise AssertionError(f"“{command}” does not listen")
        self.cookie = None

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        if what[0] is None and status != 0:
            raise AssertionError(f"the host ends with {status}")

    def ask(self, path, body=None):
        """Status and JSON."""
        request = urllib.request.Request(self.uri + path, data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if self.cookie:
            request.add_header("Cookie", self.cookie)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.cookie = self.cookie or (answer.headers["Set-Cookie"] or "").partition(";")[0]
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def sign_up(self):
        expect(str(self.ask("/api/users/signup", {"email": "ann@example.com", "password": "correct horse"})), "201")


class Load(threading.Thread):
    """Somebody who asks all the time, and counts what is not answered well."""

    def __init__(self, host, path):
        super().__init__()
        self.host, self.path = host, path
        self.n_good, self.bad = 0, []
        self.is_over = threading.Event()

    def run(self):
        while not self.is_over.is_set():
            try:
                status, _ = self.host.ask(self.path)
            except OSError as error:
                status = repr(error)
            if status == 200:
                self.n_good += 1
            else:
                self.bad.append(status)

    def end(self):
        self.is_over.set()
        self.join()
        if self.bad or self.n_good == 0:
            raise AssertionError(f"{self.n_good} requests succeeded, but not {self.bad[:5]}")


def await_answer(host, path, body, part):
    """Until an answer has what only the new code says; the end of the test is the deadline."""
    while part not in str(host.ask(path, body)):
        if host.process.poll() is not None:
            raise AssertionError("the host has ended")


def edit(path, old, new):
    text = path.read_text()
    expect(text, old)
    # as editors do
    path.with_suffix(".new").write_text(text.replace(old, new))
    path.with_suffix(".new").rename(path)


def check_printed(place, name):
    """The first two commands work as they are, and nothing of the build tree or of this machine is in what was written."""
    commands = place.write(name)
    for path in (place.work / name).rglob("*"):
        if path.is_file():
            expect(path.read_text(), without=[BUILD, str(place.top)])
    said = place.shell("\n".join(commands[:2]))
    # one test by hand, which finds the plugin beside itself
    expect(place.shell(f"build/test-{name} -p /items/create", place.work / name), "ok 1 /items/create")
    expect(said, "Ok:                 1", without=["warning:"])
    if commands[2] != "usher run --plugins build":
        raise AssertionError(commands[2])


def check_vala(place, name):
    """It has the test of one in C."""
    commands = place.shell(f"usher new plugin --lang vala --author 'Ann Other' {name}").strip().splitlines()[-3:]
    expect(place.shell("\n".join(commands[:2])), "Ok:                 1")
    check_check(place, name)


def check_python(place, name):
    commands = place.shell(f"usher new plugin --lang python --author 'Ann Other' {name}").strip().splitlines()[-3:]
    expect(place.shell("\n".join(commands[:2])), "Ran 4 tests", "OK")
    if commands[2] != "usher run --plugins .":
        raise AssertionError(commands[2])
    place.shell(f"usher check --plugins . --data '{place.top}/none' --listen none --admin none", place.work / name)
    expect(place.shell("usher new plugin --lang perl other", status=2), "--lang is “perl”, but wants c, python or vala")


def check_languages(place, vala, python):
    """All of them beside the marketplace."""
    with Host(place, f"usher run --plugins . --plugins '{place.work / vala / 'build'}'", place.work / python) as host:
        host.sign_up()
        for name in (vala, python):
            expect(str(host.ask(f"/api/{name}", {"title": "Tea"})), "201", "'isOpen': True")
            expect(str(host.ask(f"/api/{name}", {"title": "Tea"})), "400", "You have an item with this title")
            expect(str(host.ask(f"/api/{name}")), "200", "'title': 'Tea'")
        expect(str(host.ask("/api/tickets")), "200")


def check_places(place):
    """Lines name this Usher where the environment leads to another or none, and are short where it leads to this one."""
    pkgconfig = next(place.path.rglob("usher-1.pc")).parent
    for name, environment, parts, without in [
        ("known", f"PKG_CONFIG_PATH={pkgconfig}", ["meson setup build &&", "\nusher run"], [str(place.path)]),
        ("other", "PATH=/usr/bin:/bin", [f"--pkg-config-path={pkgconfig} ", f"\n{place.path}/bin/usher run"], []),
    ]:
        expect(place.shell(f"{environment} {place.path}/bin/usher new plugin {name}"), *parts, without=without)
    # whoever is given these lines is not in the environment of “develop exec”
    built = f"PATH={BUILD}/host/daemon:$PATH PKG_CONFIG_PATH={BUILD}/meson-uninstalled usher new plugin built"
    expect(place.shell(built), f"--pkg-config-path={BUILD}/meson-uninstalled ", f"\n{BUILD}/host/daemon/usher run")


def check_check(place, name):
    place.shell(f"usher check --plugins build --data '{place.top}/none' --listen none --admin none", place.work / name)


def check_run(place, names):
    """Two plugins in one host, beside the marketplace: the printed command with one more folder."""
    others = "".join(f" --plugins '{place.work / name / 'build'}'" for name in names[1:])
    with Host(place, f"usher run --plugins build{others}", place.work / names[0]) as host:
        host.sign_up()
        for name in names:
            expect(str(host.ask(f"/api/{name}", {"title": "Tea"})), "201", "'isOpen': True")
            expect(str(host.ask(f"/api/{name}", {"title": "Tea"})), "400", "You have an item with this title")
            expect(str(host.ask(f"/api/{name}")), "200", "'title': 'Tea'")
        expect(str(host.ask("/api/tickets")), "200")


def check_watch(place, name):
    """What is edited and built is served by a new process; a build that fails changes nothing; no request fails."""
    folder = place.work / name
    source = folder / f"{name}.c"
    with Host(place, "usher up --watch --plugins build", folder) as host:
        host.cookie = None
        expect(str(host.ask("/api/users/signin", {"email": "ann@example.com", "password": "correct horse"})), "200")
        expect(str(host.ask(f"/api/{name}", {})), "Title is required")
        load = Load(host, f"/api/{name}")
        load.start()
        try:
            edit(source, "Title is required", "It wants a title")
            place.shell("meson compile -C build", folder)
            await_answer(host, f"/api/{name}", {}, "It wants a title")

            edit(source, "It wants a title", '" oops')
            place.shell("meson compile -C build", folder, status=1)
            expect(str(host.ask(f"/api/{name}", {})), "It wants a title")

            # the version, too, which manifest and module have from one line
            edit(source, '" oops', "Say what it is")
            edit(folder / "meson.build", "version: '0.1.0'", "version: '0.2.0'")
            place.shell("meson compile -C build", folder)
            await_answer(host, f"/api/{name}", {}, "Say what it is")
        finally:
            load.end()


def check_install(place, name):
    """Installed for oneself it is found without an option; DESTDIR has what a package has."""
    folder = place.work / name
    place.shell("DESTDIR=$HOME/package meson install -C build", folder)
    package = {path.name for path in (place.top / "home" / "package").rglob("*") if path.is_file()}
    if package != {f"{name}.so", f"{name}.plugin"}:
        raise AssertionError(package)
    place.shell("meson configure build -Dfor-me=true && meson install -C build", folder)
    expect(place.shell("usher plugins"), name, f"{place.top}/home/.local/share/usher/plugins")


def lint(top, *rules):
    done = subprocess.run([LINT, "--top", top, "--build", f"{top}/build", *rules], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)


def check_lint(place, names):
    """The licences as a project of its own; the rest where this tree has plugins and their tests."""
    tree = place.top / "tree"
    for name in names:
        folder, tests = tree / "plugins" / name, tree / "tests" / "service" / name
        shutil.copytree(place.work / name, folder, ignore=shutil.ignore_patterns("build"))
        lint(folder, "licences")
        tests.mkdir(parents=True)
        (folder / f"test-{name}.c").rename(tests / f"test-{name}.c")
        shutil.copy(folder / ".clang-format", tests)
    lint(tree, *RULES)


def main():
    if RELOCATABLE != "true":
        print("1..0 # SKIP what is built here may not be moved: meson configure -Dpkgconfig.relocatable=true")
        return

    with tempfile.TemporaryDirectory() as top:
        place = Place(top)
        for name in NAMES[:2]:
            check(f"/new/printed/{name}", check_printed, place, name)
        place.write(NAMES[2])
        check("/new/lint", check_lint, place, NAMES)
        check("/new/places", check_places, place)
        check("/new/check", check_check, place, NAMES[1])
        check("/new/run", check_run, place, NAMES[:2])
        check("/new/watch", check_watch, place, NAMES[1])
        check("/new/install", check_install, place, NAMES[1])
        check("/new/vala", check_vala, place, "wine-cellars")
        check("/new/python", check_python, place, "snake-pits")
        shutil.rmtree(f"{top}/data")
        check("/new/languages", check_languages, place, "wine-cellars", "snake-pits")

    print(f"1..{len(results)}")
    print("\n".join(results))


main()
