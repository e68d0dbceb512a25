#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""No secret gets out, whatever goes wrong, and a rotation refuses nobody.

secrets-test.py CONFIG"""

import base64
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading

PROGRAM = os.environ["USHER_TEST_PROGRAM"]
CONFIG = sys.argv[1]
results = []


def check(name, func):
    with tempfile.TemporaryDirectory(prefix="usher-secrets-") as folder:
        stage = Stage(folder)
        try:
            func(stage)
            results.append(f"ok {len(results) + 1} {name}")
        except Exception as error:
            print(f"# {name}: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
            results.append(f"not ok {len(results) + 1} {name}")
        finally:
            stage.stop()


def expect(value, expected, what):
    if value != expected:
        raise AssertionError(f"{what}: {value!r}, not {expected!r}")


class Stage:
    """Marked secrets of every kind, and all that anybody may have seen meanwhile."""

    def __init__(self, folder):
        self.folder = folder
        self.seen = []
        self.marks = {}
        self.process = None
        self.reader = None
        self.environment = dict(
            os.environ,
            G_DEBUG="fatal-criticals",
            G_MESSAGES_DEBUG="all",
            XDG_CONFIG_HOME=folder,
            XDG_RUNTIME_DIR=folder,
            USHER_LOG__LEVEL="debug",
            USHER_HTTP__ACCESS_LOG="true",
            USHER_SECRETS__DIRECTORY=os.path.join(folder, "mounted"),
            CREDENTIALS_DIRECTORY=os.path.join(folder, "credentials"),
        )
        for name in ("mounted", "credentials"):
            os.mkdir(os.path.join(folder, name), 0o700)

    def mark(self, kind):
        return self.marks.setdefault(kind, f"Mark{secrets.token_hex(8)}")

    def write(self, place, name, text, mode=0o600):
        path = os.path.join(self.folder, place, name)
        with open(path, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, mode)) as file:
            file.write(text)
        return path

    def arguments(self, *words):
        return [PROGRAM, *words, "--config", CONFIG, "--data", os.path.join(self.folder, "data")]

    def say(self, *words, status=None):
        done = subprocess.run(
            self.arguments(*words),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        self.seen.append(done.stdout)
        if status is not None:
            expect(done.returncode, status, f"{' '.join(words)}: {done.stdout}")
        return done.stdout

    def start(self, command, *words):
        self.process = subprocess.Popen(
            self.arguments(command, "--listen", "127.0.0.1:0", *words),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=open(os.path.join(self.folder, "log"), "w", encoding="utf-8"),
            text=True,
        )
        self.public, self.admin = (self.process.stdout.readline().strip().rsplit("/", 1)[-1] for _ in range(2))
        if not self.admin:
            raise AssertionError("it is not ready: " + self.read_log()[-2000:])
        self.reader = threading.Thread(target=self.process.stdout.read)
        self.reader.start()

    def read_log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)
            self.reader.join()
            self.seen.append(self.read_log())
            self.process = None

    def ask(self, address, method, path, body=None, **headers):
        """Status, body and cookie; all that is answered has been seen, but for cookies, which are for who asked."""
        port = int(address.rsplit(":", 1)[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Content-Type": "application/json", **names})
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        cookie = answer.getheader("Set-Cookie", "").split(";")[0]
        connection.close()
        self.seen.append(text)
        return answer.status, text, cookie

    def look_at_processes(self):
        """Command lines of the program and its children, and whether they may leave a core."""
        pids = [self.process.pid]
        for pid in pids:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                    pids.extend(map(int, file.read().split()))
            with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
                self.seen.append(file.read())
            with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
                limit = next(line for line in file if line.startswith("Max core file size"))
            expect(limit.split()[4], "0", "what a core may have")
        return pids

    def sign_in(self, verb, email):
        body = json.dumps({"email": email, "password": self.mark("password")})
        status, text, cookie = self.ask(self.public, "POST", f"/api/users/{verb}", body)
        if status not in (200, 201):
            raise AssertionError(f"{verb}: {status} {text}")
        return cookie

    def assert_unseen(self):
        everything = "\n".join(self.seen)
        if len(everything) < 1000:
            raise AssertionError("nothing was seen at all")
        for kind, mark in self.marks.items():
            if mark in everything:
                where = everything.index(mark)
                raise AssertionError(f"the {kind} got out: …{everything[max(0, where - 200):where + 60]}…")


def get_kid(cookie):
    head = cookie.partition("=")[2].split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


def set_marked(stage):
    stage.write("credentials", "admin-token", stage.mark("token") + "\n")
    stage.marks["session key"] = base64.b64encode(secrets.token_bytes(32)).decode()
    stage.write("mounted", "session", stage.marks["session key"] + "\n")
    stage.environment.update(
        USHER_ADMIN__TOKEN="secret:admin-token",
        USHER_SESSION__KEY="secret:session",
        USHER_SECRET_PLACE=f"mongodb://reader:{stage.mark('password of a database')}@127.0.0.1:1/x",
    )


def test_running(stage):
    """A host that serves, is asked wrongly, and is told of by all commands."""
    set_marked(stage)
    stage.start("run", "--admin", "0.0.0.0:0")
    token = {"Authorization": f"Bearer {stage.mark('token')}"}
    for path in ("/", "/metrics", "/readyz", "/plugins", "/services", "/processes", "/streaming/serverz", "/nothing"):
        stage.ask(stage.admin, "GET", path, **token)
    expect(stage.ask(stage.admin, "GET", "/metrics", **token)[0], 200, "who has the token")
    wrong = {"Authorization": f"Bearer {stage.mark('wrong token')}"}
    expect(stage.ask(stage.admin, "GET", "/metrics", **wrong)[0], 401, "who has another one")

    cookie = stage.sign_in("signup", "a@b.example")
    stage.marks["cookie"] = cookie.rsplit(".", 1)[1]
    stage.ask(stage.public, "GET", "/api/users/currentuser", Cookie=cookie)
    stage.ask(stage.public, "GET", "/api/users/currentuser", Cookie=cookie[:-1])
    for body in ('{"email": "a@b.example", "password": "%s"', '{"email": 1, "password": "%s", "more": "%s"}', "[%s]"):
        stage.ask(stage.public, "POST", "/api/users/signin", body.replace("%s", stage.mark("password")))
    stage.ask(stage.public, "POST", "/api/payments", json.dumps({"token": stage.mark("card")}), Cookie=cookie)

    port = stage.admin.rsplit(":", 1)[1]
    stage.say("status", "--admin", f"127.0.0.1:{port}", status=0)
    stage.say("settings", status=0)
    stage.say("settings", "--json", status=0)
    stage.say("secret", "list", status=0)
    stage.say("plugins", status=0)
    stage.look_at_processes()
    stage.process.send_signal(signal.SIGHUP)
    stage.stop()
    stage.assert_unseen()


def test_errors(stage):
    """Settings that are wrong, each in its way."""
    set_marked(stage)
    stage.say("check", "--admin", "none", "--listen", "none", status=0)
    for assignment in ("store.uri=secret:place", "http.listen=secret:place", "session.revoke-channel=secret:place"):
        for command in ("check", "settings"):
            stage.say(command, "-s", assignment)
    for assignment in (f"admin.token={stage.mark('token')}", f"store.uri={stage.environment['USHER_SECRET_PLACE']}"):
        text = stage.say("check", "-s", assignment, status=2)
        if "command line" not in text:
            raise AssertionError(text)
    stage.write("mounted", "session", stage.mark("key that is none") + "\n")
    text = stage.say("check", status=1)
    if "no key of sessions" not in text:
        raise AssertionError(text)
    stage.say("secret", "rotate", "session", status=1)
    stage.say("run", status=1)
    open_file = stage.write("", "open.conf", f"[admin]\ntoken={stage.mark('open token')}\nport={stage.mark('odd')}\n")
    os.chmod(open_file, 0o644)
    del stage.environment["USHER_ADMIN__TOKEN"]
    stage.environment["USHER_SESSION__KEY"] = ""
    os.mkdir(os.path.join(stage.folder, "usher"))
    os.rename(open_file, os.path.join(stage.folder, "usher", "usher.conf"))
    for command in ("check", "settings"):
        text = stage.say(command)
        if "everybody may read it" not in text:
            raise AssertionError(text)
    stage.assert_unseen()


def test_rotation(stage):
    """In a process a service: each learns of the new key, and no session ends."""
    stage.start("up", "auth", "tickets", "orders", "--admin", "127.0.0.1:0", "--run", os.path.join(stage.folder, "run"))
    if len(stage.look_at_processes()) < 4:
        raise AssertionError("there is no process a service")
    cookies = [stage.sign_in("signup", "a@b.example")]
    for _ in range(3):
        stage.say("secret", "rotate", "session", status=0)
        cookies.append(stage.sign_in("signin", "a@b.example"))
        for cookie in cookies:
            expect(stage.ask(stage.public, "GET", "/api/orders", Cookie=cookie)[0], 200, "a session")
            user = stage.ask(stage.public, "GET", "/api/users/currentuser", Cookie=cookie)[1]
            if "a@b.example" not in user:
                raise AssertionError(f"currentuser: {user}")
    expect(len(set(map(get_kid, cookies))), len(cookies), "keys that have signed")
    with open(os.path.join(stage.folder, "data", "session.key"), encoding="ascii") as file:
        for number, line in enumerate(file):
            stage.marks[f"key {number}"] = line.split()[1]
    stage.stop()
    stage.assert_unseen()


check("/secrets/running", test_running)
check("/secrets/errors", test_errors)
check("/secrets/rotation", test_rotation)
print("\n".join(results))
print(f"1..{len(results)}")
sys.exit(any(line.startswith("not") for line in results))
