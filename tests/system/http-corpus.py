#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each request of tests/data/http gets the answer that is written there, and nothing is out of step after it

http-corpus.py --place front|gateway|host|nginx|haproxy [--only NAME]… FOLDER
"""

import argparse
import concurrent.futures
import glob
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from patience import await_true

SCALE = int(os.environ.get("USHER_TEST_SCALE", "1"))
# seconds until an answer must be there: the deadlines of the hosts below, and as much again
PATIENCE = 5 * SCALE
# seconds in which an answer too many would be there
QUIET = 0.005
WORKERS = 8
HOST = "shop.example"
SETTINGS = (
    "auth.hash-memory-kib=1024",
    "auth.hash-passes=1",
    "auth.max-sign-ups-per-address=100000",
    "http.head-timeout=1000",
    "http.body-timeout=1000",
    # what follows names the order of Usher's answers, not who may ask how often
    "http.trusted-proxies=127.0.0.1",
    "profile-whole.processes=auth+tickets+orders+payments+expiration",
)
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  client_header_timeout 1s; client_body_timeout 1s; large_client_header_buffers 4 32k;
  upstream usher {{ server {address}; keepalive 1; keepalive_timeout 30s; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://usher; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_request_buffering {buffering};
    }}
  }}
}}
"""
HAPROXY = """
global
  tune.bufsize 65536
defaults
  mode http
  timeout connect 5s
  timeout client 1s
  timeout server 10s
  timeout http-request 1s
  timeout http-keep-alive 10s
  http-reuse always
frontend shop
  bind 127.0.0.1:{port} proto h1
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-For %[src]
  default_backend usher
backend usher
  server usher {address}
"""


class Fault(Exception):
    """What is wrong with an answer, or with a file of the corpus."""


# ---- the corpus


class Case:
    """A request of the corpus, or several on one connection, and what shall become of it."""

    def __init__(self, area, name, source):
        self.path = f"{area}/{name}"
        self.source = source
        self.pieces = []
        self.answers = []
        self.end = "stays"
        self.proceed = "never"
        self.half = False
        self.is_bare = False
        self.is_alone = False

    def is_good(self):
        """Whether a proxy has no reason to refuse or to mend it."""
        codes = [code for codes, _ in self.answers for code in codes]
        return not self.is_bare and self.end == "stays" and max(codes, default=400) < 400


TEMPLATES = {
    "@get": f"GET /api/users/currentuser HTTP/1.1\\r\\nHost: {HOST}\\r\\n",
    "@post": f"POST /api/users/signout HTTP/1.1\\r\\nHost: {HOST}\\r\\nContent-Type: application/json\\r\\n",
    "@ticket": f"POST /api/tickets HTTP/1.1\\r\\nHost: {HOST}\\r\\nContent-Type: application/json\\r\\n"
    "Cookie: {{cookie}}\\r\\n",
    "@smuggled": f"GET /api/users/currentuser HTTP/1.1\\r\\nHost: {HOST}\\r\\nX-Request-Id: smuggled\\r\\n\\r\\n",
}


def unescape(text):
    return text.encode("ascii").decode("unicode_escape").encode("latin-1")


def expand(text, cookie):
    """The bytes of a line: {{cookie}}, {{TEXT*N}} and C escapes."""
    text = text.replace("{{cookie}}", cookie)
    out, rest = b"", text
    while "{{" in rest:
        before, _, rest = rest.partition("{{")
        inner, _, rest = rest.partition("}}")
        repeated, star, count = inner.rpartition("*")
        if not star:
            raise Fault(f"“{inner}” is no repetition")
        out += unescape(before) + unescape(repeated) * int(count)
    return out + unescape(rest)


def read_line(case, line, place):
    kind, text = line[:1], line[2:]
    if line in TEMPLATES:
        case.pieces.append(TEMPLATES[line])
    elif kind == ">":
        case.pieces.append(text + "\\r\\n")
    elif kind == "+":
        case.pieces.append(text)
    elif kind == "=":
        codes, *facts = text.split(" ")
        case.answers.append(([0 if c == "none" else int(c) for c in codes.split("|")], facts))
    elif kind == "~" and text in ("stays", "closes", "either"):
        case.end = text
    elif kind == "~" and text == "half":
        case.half = True
    elif kind == "~" and text == "bare":
        case.is_bare = True
    elif kind == "~" and text == "alone":
        case.is_alone = True
    elif kind == "~" and text.startswith("continue "):
        case.proceed = text[9:]
    else:
        raise Fault(f"{place}: “{line}” is no line of a corpus")


def read_corpus(folder):
    cases = []
    for path in sorted(glob.glob(f"{folder}/*.txt")):
        area = os.path.basename(path).removesuffix(".txt")
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\n")
                if line.startswith("["):
                    name, _, source = line[1:].partition("]")
                    cases.append(Case(area, name, source.strip()))
                elif line and not line.startswith("#"):
                    read_line(cases[-1], line, f"{path}:{number}")
    paths = [case.path for case in cases]
    if len(set(paths)) != len(paths):
        raise Fault(f"twice: {[path for path in set(paths) if paths.count(path) > 1]}")
    for case in cases:
        if not case.answers and not case.half:
            raise Fault(f"{case.path} has no answer")
    return cases


# ---- the client


class Answer:
    def __init__(self, status, headers):
        self.status = status
        self.headers = headers
        self.body = b""

    def get(self, name):
        return next((value for key, value in self.headers if key == name.lower()), None)

    def is_ours(self):
        """Whether Usher said so, and not a proxy."""
        return self.get("x-request-id") is not None or self.body.startswith(b'{"errors":[')

    def closes(self):
        return "close" in (self.get("connection") or "").lower()


class Connection:
    """One connection; what it reads it takes for an answer only if each byte is as it must be."""

    def __init__(self, address):
        if address.startswith("/"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(address)
        else:
            name, _, port = address.rpartition(":")
            self.socket = socket.create_connection((name, int(port)))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.is_at_end = False
        self.is_reset = False

    def close(self):
        self.socket.close()

    def send(self, data):
        """As much as the other side takes; it may answer and close before it has all."""
        self.socket.settimeout(PATIENCE)
        try:
            self.socket.sendall(data)
        except OSError:
            self.is_reset = True

    def fill(self, seconds):
        """FALSE when nothing came in time."""
        self.socket.settimeout(max(seconds, 0.001))
        try:
            more = self.socket.recv(65536)
        except TimeoutError:
            return False
        except OSError:
            self.is_reset = self.is_at_end = True
            return True
        self.buffer += more
        self.is_at_end = not more
        return True

    def need(self, enough, what, deadline):
        while not enough():
            if self.is_at_end:
                raise Fault(f"closed in {what}: {self.buffer[:80]!r}")
            if not self.fill(deadline - time.monotonic()):
                raise Fault(f"no {what} in time: {self.buffer[:80]!r}")

    def take(self, size):
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def take_line(self, deadline):
        self.need(lambda: b"\r\n" in self.buffer, "a line", deadline)
        line = self.take(self.buffer.index(b"\r\n"))
        self.take(2)
        return line

    def read_head(self, deadline):
        self.need(lambda: b"\r\n\r\n" in self.buffer, "a head", deadline)
        head = self.take(self.buffer.index(b"\r\n\r\n"))
        self.take(4)
        first, *lines = head.split(b"\r\n")
        match = re.fullmatch(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [\t\x20-\x7e]*", first)
        if not match:
            raise Fault(f"no status line: {first[:80]!r}")
        headers = []
        for line in lines:
            name, colon, value = line.partition(b":")
            if not colon or not TOKEN.fullmatch(name) or not VALUE.fullmatch(value):
                raise Fault(f"no field: {line[:80]!r}")
            headers.append((name.decode().lower(), value.strip(b" \t").decode("latin-1")))
        return Answer(int(match[1]), headers)

    def read_chunks(self, deadline):
        body = b""
        while True:
            line = self.take_line(deadline)
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", line):
                raise Fault(f"no size of a chunk: {line[:80]!r}")
            size = int(line, 16)
            self.need(lambda: len(self.buffer) >= size + 2, "a chunk", deadline)
            body += self.take(size)
            if self.take(2) != b"\r\n":
                raise Fault("a chunk is longer than it said")
            if size == 0:
                return body

    def read_answer(self, is_head, deadline):
        """The next one that is not 100; HEAD has none of the body that it tells of."""
        answer = self.read_head(deadline)
        lengths = [value for name, value in answer.headers if name == "content-length"]
        coding = answer.get("transfer-encoding")
        if len(lengths) > 1 or (lengths and coding):
            raise Fault("two lengths in an answer")
        if answer.status < 200 or answer.status in (204, 304):
            if lengths or coding:
                raise Fault(f"a length in {answer.status}")
        elif is_head:
            pass
        elif coding == "chunked":
            answer.body = self.read_chunks(deadline)
        elif lengths and lengths[0].isdigit():
            self.need(lambda: len(self.buffer) >= int(lengths[0]), "a body", deadline)
            answer.body = self.take(int(lengths[0]))
        else:
            raise Fault(f"an answer without a length: {answer.status}")
        if b"HTTP/1." in answer.body:
            raise Fault(f"a head in a body: {answer.body[:120]!r}")
        return answer


def make_sentinel(name):
    return (
        f"GET /api/users/currentuser HTTP/1.1\r\nHost: {HOST}\r\nX-Request-Id: {name}\r\n\r\n".encode()
    )


def check_sentinel(connection, name, where):
    connection.send(make_sentinel(name))
    try:
        answer = connection.read_answer(False, time.monotonic() + PATIENCE)
    except Fault as fault:
        raise Fault(f"sentinel on {where} connection: {fault}") from None
    if answer.status != 200 or answer.get("x-request-id") != name:
        raise Fault(f"sentinel on {where} connection got {answer.status} {answer.get('x-request-id')}")
    return answer


# ---- one case, straight at Usher


def check_fact(fact, answer):
    name, colon, value = fact.partition(":")
    if fact == "head":
        return True
    if fact == "empty":
        return answer.body == b""
    if fact.startswith("body~"):
        return fact[5:].encode() in answer.body
    if fact.startswith("!"):
        return answer.get(fact[1:]) is None
    if not colon:
        return answer.get(name) is not None
    return value.lower() in (answer.get(name) or "").lower()


def check_answer(answer, codes, facts):
    if answer.status not in codes:
        raise Fault(f"{answer.status} instead of {codes}: {answer.body[:100]!r}")
    for fact in facts:
        if not check_fact(fact, answer):
            raise Fault(f"not “{fact}”: {answer.headers} {answer.body[:100]!r}")
    if answer.get("date") is None:
        raise Fault("no Date")
    if answer.status >= 400 and "head" not in facts:
        try:
            if not json.loads(answer.body)["errors"][0]["message"]:
                raise ValueError
        except (ValueError, KeyError, IndexError, TypeError):
            raise Fault(f"no error in the usual shape: {answer.body[:100]!r}") from None


def read_final(connection, is_head, deadline):
    """The next answer, and how many interim ones came before."""
    n_interim = 0
    while True:
        answer = connection.read_answer(is_head, deadline)
        if answer.status >= 200:
            return answer, n_interim
        n_interim += 1


def await_end(connection):
    """Until the other side has closed, without a byte more."""
    deadline = time.monotonic() + PATIENCE
    while not connection.is_at_end and not connection.buffer:
        if not connection.fill(deadline - time.monotonic()):
            raise Fault("does not close")
    if connection.buffer:
        raise Fault(f"more than was asked for: {connection.buffer[:100]!r}")


def check_order(case, data, connection, number):
    # what follows a request that closes must never be answered; it would end what is to be too slow
    if case.end == "closes" and not case.half and 408 not in case.answers[-1][0]:
        data += make_sentinel(f"late-{number}")
    connection.send(data)
    if case.half:
        connection.socket.shutdown(socket.SHUT_WR)

    deadline = time.monotonic() + PATIENCE
    n_interim, closes = 0, False
    for codes, facts in case.answers:
        if 0 in codes and not connection.buffer:
            connection.fill(PATIENCE)
            if connection.is_at_end:
                return
        if closes:
            raise Fault("an answer after one that closes")
        answer, n = read_final(connection, "head" in facts, deadline)
        n_interim += n
        check_answer(answer, codes, facts)
        closes = answer.closes()

    if (n_interim > 0 and case.proceed == "never") or (n_interim == 0 and case.proceed == "must"):
        raise Fault(f"{n_interim} times 100 Continue")
    if case.end != "either" and closes != (case.end == "closes") and not case.half:
        raise Fault(f"Connection is {answer.get('connection')}")
    if closes or case.half:
        await_end(connection)
        return
    connection.fill(QUIET)
    if connection.buffer or connection.is_at_end:
        raise Fault(f"more than was asked for, or the end: {connection.buffer[:100]!r}")
    check_sentinel(connection, f"same-{number}", "the same")


def run_direct(place, case, number):
    connection = Connection(place.address)
    try:
        data = b"".join(expand(piece, place.cookie) for piece in case.pieces)
        check_order(case, data, connection, number)
    finally:
        connection.close()
    other = Connection(place.address)
    try:
        check_sentinel(other, f"new-{number}", "a new")
    finally:
        other.close()


# ---- one case, through a proxy


# What a proxy says by itself of what it does not like; 502 and 504 are never right, as they mean that the proxy could
# not make sense of what Usher sent, or that Usher did not answer what the proxy had sent.
# 405 is nginx's to TRACE, 422 is HAProxy's to codings that it does not know.
OWN_REFUSALS = {400, 405, 408, 413, 414, 422, 501, 505}


def read_oldest(connection, deadline):
    """What nginx says to a request without a version: HTTP/0.9, a body without a head, and the end."""
    while not connection.is_at_end:
        if not connection.fill(deadline - time.monotonic()):
            raise Fault("an answer without head and end")
    return Answer(200, [("x-request-id", "unknown"), ("connection", "close")])


def check_same(connection, case, name):
    """Who sent what is to be refused may be refused again, or be cut off, but gets nobody else's answer."""
    connection.send(make_sentinel(name))
    try:
        answer = connection.read_answer(False, time.monotonic() + PATIENCE)
    except Fault:
        if case.end == "closes" and connection.is_at_end and not connection.buffer:
            return None
        raise
    is_own = answer.status == 200 and answer.get("x-request-id") == name
    is_refused = not answer.is_ours() and answer.status in OWN_REFUSALS
    if not is_own and not (case.end == "closes" and is_refused):
        raise Fault(f"sentinel on the same connection got {answer.status} {answer.get('x-request-id')}")
    return answer


def take_all(connection, case):
    """The answers until it is quiet; FALSE if the proxy waits for more."""
    answers = []
    deadline = time.monotonic() + 2 * SCALE
    while not (connection.is_at_end and not connection.buffer):
        is_head = len(answers) < len(case.answers) and "head" in case.answers[len(answers)][1]
        if not connection.buffer:
            due = QUIET if len(answers) >= len(case.answers) else deadline - time.monotonic()
            if not connection.fill(due):
                return answers, len(answers) >= len(case.answers)
            continue
        if case.end == "closes" and not answers and connection.buffer[:1] in (b"{", b"<"):
            answers.append(read_oldest(connection, deadline))
            return answers, True
        try:
            answers.append(read_final(connection, is_head, deadline)[0])
        except Fault:
            # who was told to go on, and did not, is cut off
            if case.end != "closes" or not connection.is_at_end or connection.buffer:
                raise
    return answers, True


def check_proxied(case, answers):
    for i, answer in enumerate(answers):
        codes, facts = case.answers[i] if i < len(case.answers) else ([], [])
        if case.is_good():
            check = answer.status in codes and all(
                check_fact(fact, answer) for fact in facts if not fact.lower().startswith("connection")
            )
            # a proxy has limits of its own
            if not check and answer.is_ours():
                raise Fault(f"{answer.status} instead of {codes} {facts}: {answer.headers}")
        elif answer.status >= 500 and answer.status not in codes + [501, 505]:
            raise Fault(f"{answer.status}, which is neither the proxy's nor Usher's to say")
        if not answer.is_ours() and "head" not in facts and answer.status not in OWN_REFUSALS:
            raise Fault(f"{answer.status} of the proxy's own")


def run_proxied(place, case, number):
    before = place.count_requests()
    connection = Connection(place.address)
    try:
        connection.send(b"".join(expand(piece, place.cookie) for piece in case.pieces))
        if case.half:
            connection.socket.shutdown(socket.SHUT_WR)
        answers, is_quiet = take_all(connection, case)
        check_proxied(case, answers)
        # a proxy may speak for Usher, where it does not wait for the rest, and may see two requests in what is none
        n_told = max(len(case.answers), sum(answer.is_ours() for answer in answers))
        if is_quiet and not connection.is_at_end and answers and not answers[-1].closes():
            answer = check_same(connection, case, f"same-{number}")
            n_told += answer is not None and answer.is_ours()
    finally:
        connection.close()
    for i in range(2):
        other = Connection(place.address)
        try:
            check_sentinel(other, f"new-{number}-{i}", "a new")
            n_told += 1
        finally:
            other.close()
    n_run = place.count_requests() - before
    if n_run > n_told:
        raise Fault(f"Usher ran {n_run} requests of {n_told}")


# ---- the places


def choose_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Place:
    """A marketplace, and what stands in front of it."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.children = []
        self.cookie = ""

    def start(self):
        is_one = self.name not in ("gateway", "host")
        command = [os.environ["USHER_TEST_PROGRAM"], "run" if is_one else "up"]
        command += ["--plugins", os.environ["USHER_TEST_PLUGIN_DIR"], "--plugins-only", "--data", f"{self.folder}/data"]
        command += ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
        if not is_one:
            command += ["--run", f"{self.folder}/run", "--profile", "whole" if self.name == "host" else "spread"]
        for setting in SETTINGS:
            command += ["-s", setting]
        # a warning is the host's word to its operator, not a bug
        environment = {**os.environ, "G_DEBUG": "fatal-criticals"}
        self.children.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        )
        lines = [self.children[0].stdout.readline() for _ in range(2)]
        self.front = lines[0].removeprefix("listening on http://").strip()
        self.admin = lines[1].removeprefix("admin on http://").strip()
        if not self.admin:
            raise Fault("the host ended before it was ready")
        self.address = self.front
        if self.name == "host":
            self.address = (
                glob.glob(f"{self.folder}/run/auth*.http") + glob.glob(f"{self.folder}/run/auth*.listen")
            )[0]
        elif self.name in ("nginx", "haproxy"):
            self.start_proxy()
        self.sign_up()

    def start_proxy(self):
        port = choose_port()
        text = NGINX if self.name == "nginx" else HAPROXY
        path = f"{self.folder}/{self.name}.conf"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.format(folder=self.folder, address=self.front, port=port, buffering="off"))
        flag = ["-c"] if self.name == "nginx" else ["-db", "-f"]
        self.children.append(
            subprocess.Popen([f"/usr/sbin/{self.name}", *flag, path], stderr=subprocess.DEVNULL)
        )
        self.address = f"127.0.0.1:{port}"
        await_true(self.is_listening, f"{self.name} listens")

    def is_listening(self):
        if self.children[-1].poll() is not None:
            raise Fault(f"{self.name} has ended")
        try:
            Connection(self.address).close()
        except OSError:
            return False
        return True

    def sign_up(self):
        body = json.dumps({"email": "corpus@example.com", "password": "correct horse"}).encode()
        request = urllib.request.Request(
            f"http://{self.front}/api/users/signup", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def count_requests(self):
        with urllib.request.urlopen(f"http://{self.admin}/metrics", timeout=PATIENCE) as answer:
            text = answer.read().decode()
        return sum(
            int(float(line.rsplit(" ", 1)[1]))
            for line in text.splitlines()
            if line.startswith("usher_requests_total{")
        )

    def stop(self):
        for child in reversed(self.children):
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        return all(child.returncode == 0 for child in self.children[:1])


def try_case(place, case, number):
    run = run_proxied if place.name in ("nginx", "haproxy") else run_direct
    try:
        run(place, case, number)
    except (Fault, OSError) as error:
        return str(error) or repr(error)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--place", default="front", choices=["front", "gateway", "host", "nginx", "haproxy"])
    parser.add_argument("--only", action="append", default=[], help="names, or parts of them")
    parser.add_argument("folder")
    options = parser.parse_args()
    # what Usher has run is counted a case, so only without a proxy they run side by side
    has_proxy = options.place in ("nginx", "haproxy")
    cases = [
        case
        for case in read_corpus(options.folder)
        if (not options.only or any(part in case.path for part in options.only))
        and not (has_proxy and case.is_alone)
    ]
    with tempfile.TemporaryDirectory(prefix="usher-corpus-") as folder:
        place = Place(options.place, folder)
        try:
            place.start()
            with concurrent.futures.ThreadPoolExecutor(1 if has_proxy else WORKERS) as pool:
                results = list(pool.map(lambda i: try_case(place, cases[i], i), range(len(cases))))
        finally:
            is_stopped = place.stop()

    print(f"1..{len(cases) + 1}")
    for number, (case, result) in enumerate(zip(cases, results), 1):
        print("not ok" if result else "ok", number, f"/http/{options.place}/{case.path}")
        if result:
            print(f"# {result}"[:400])
            print(f"# {case.source}")
    print("ok" if is_stopped else "not ok", len(cases) + 1, f"/http/{options.place}/stop")


main()
