#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A purchase can be followed through all services: by “usher trace” in the log of the bus, and by the spans that a collector gets.

trace-test.py LIB CONFIG"""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, sys.argv[1])

from span_collector import Collector, load  # noqa: E402
from patience import await_true  # noqa: E402

PROGRAM = os.environ["USHER_TEST_PROGRAM"]
PLACEMENT = os.environ.get("USHER_TEST_PLACEMENT", "one")
PATIENCE = 60
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
SECRET = "tok_visa"
INTERNAL, SERVER, PRODUCER, CONSUMER = 1, 2, 4, 5
results = []


def check(name, func, *arguments):
    try:
        func(*arguments)
        results.append(f"ok {len(results) + 1} {name}")
    except Exception as error:
        print(f"# {name}: {type(error).__name__}: {error}".replace("\n", "\n# "), flush=True)
        results.append(f"not ok {len(results) + 1} {name}")


def expect(value, expected, what):
    if value != expected:
        raise AssertionError(f"{what}: {value!r}, not {expected!r}")


class Host:
    """A host, or a supervisor with a process a service."""

    def __init__(self, folder, *settings):
        self.folder = folder
        self.log = f"{folder}/host.log"
        words = ["run"] if PLACEMENT == "one" else ["up", "--profile", PLACEMENT]
        command = [PROGRAM, *words, "--config", sys.argv[2], "--data", f"{folder}/data", "--run", f"{folder}/run",
                   "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
        for setting in ("auth.hash-memory-kib=1024", "auth.hash-passes=1", "orders.hold-seconds=900", *settings):
            command += ["-s", setting]
        with open(self.log, "a", encoding="utf-8") as log:
            self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        found = [re.match(r"\w+ on http://(\S+)", self.child.stdout.readline()) for _ in range(2)]
        if None in found:
            self.stop()
            raise RuntimeError(f"the host did not start: {self.read_log()}")
        self.address, self.admin = (match[1] for match in found)

    def read_log(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read()

    def stop(self):
        begin = time.monotonic()
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(PATIENCE)
        finally:
            if self.child.poll() is None:
                self.child.kill()
                self.child.wait()
        return time.monotonic() - begin

    def metrics(self):
        connection = http.client.HTTPConnection(self.admin, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()

    def count(self, name):
        return sum(float(value) for value in
                   re.findall(rf"^{re.escape(name)}(?:,[^}}]*)?}}? (\S+)$", self.metrics(), re.MULTILINE))


class Person:
    def __init__(self, host, name):
        self.host = host
        self.cookie = None
        self.ask("POST", "/api/users/signup", {"email": f"{name}@example.com", "password": "correct horse"})

    def ask(self, method, path, body=None, **headers):
        """The answer's JSON, and its request id."""
        connection = http.client.HTTPConnection(self.host.address, timeout=PATIENCE)
        with contextlib.closing(connection):
            if self.cookie is not None:
                headers["Cookie"] = self.cookie
            headers["Content-Type"] = "application/json"
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 300:
                raise AssertionError(f"{method} {path}: {answer.status} {text!r}")
            cookie = answer.headers.get("Set-Cookie")
            self.cookie = cookie.split(";")[0] if cookie is not None else self.cookie
            return json.loads(text), answer.headers["X-Request-Id"]


def buy(host, name, **headers):
    """The request id of the order."""
    seller = Person(host, f"seller-{name}")
    buyer = Person(host, f"buyer-{name}")
    ticket, _ = seller.ask("POST", "/api/tickets", {"title": "Concert", "price": 20})
    order, request = buyer.ask("POST", "/api/orders?secret=in-the-query", {"ticketId": ticket["id"]}, **headers)
    buyer.ask("POST", "/api/payments", {"orderId": order["id"], "token": SECRET})
    await_true(lambda: buyer.ask("GET", f"/api/orders/{order['id']}")[0]["status"] == "complete", "the order")
    return request


def trace(host, *words, admin=None):
    return subprocess.run([PROGRAM, "trace", "--config", sys.argv[2], "--data", f"{host.folder}/data",
                           "--admin", admin or host.admin, *words],
                          capture_output=True, text=True, timeout=PATIENCE, check=False)


def trace_json(host, *words, **more):
    done = trace(host, "--json", *words, **more)
    expect(done.returncode, 0, done.stderr)
    return json.loads(done.stdout)


def find(items, **wanted):
    found = [item for item in items if all(item.get(name) == value for name, value in wanted.items())]
    if not found:
        raise AssertionError(f"no {wanted} in {json.dumps(items, indent=1)}")
    return found[0]


def is_whole(host, request):
    done = trace(host, "--json", request)
    if done.returncode != 0 or '"expiration' not in done.stdout:
        return False
    # while the hub does not know yet that a listener is done, the state says less
    return {"group": "tickets-service", "state": "done"} in [
        listener for item in json.loads(done.stdout)["items"] if item.get("channel") == "order:created"
        for listener in item["listeners"]]


def test_trace(host, request):
    await_true(lambda: is_whole(host, request), "the events of the order, and its timer")
    whole = trace_json(host, request)
    items = whole["items"]
    expect(whole["correlation"], request, "correlation")
    expect(whole["cut"], False, "cut")
    created = find(items, kind="event", channel="order:created")
    expect((created["depth"], created["service"]), (0, "orders"), "the first event")
    updated = find(items, kind="event", channel="ticket:updated")
    expect((updated["parent"], updated["depth"], updated["service"]), (created["id"], 1, "tickets"), "its consequence")
    find(created["listeners"], group="tickets-service", state="done")
    timer = find(items, kind="timer", service="expiration", state="set")
    expect(timer["parent"], created["id"], "what has set the timer")

    # an event leads to what the request led to
    expect([item["id"] for item in trace_json(host, updated["id"])["items"]], [item["id"] for item in items],
           "by an event")
    told = trace(host, request)
    expect(told.returncode, 0, told.stderr)
    for text in ("order:created:", "by tickets", "→ tickets-service done", "timer expiration/", "+0.000 s"):
        if text not in told.stdout:
            raise AssertionError(f"no “{text}” in {told.stdout}")


def test_limit(host, request):
    cut = trace_json(host, "--limit", "1", request)
    expect((cut["cut"], sum(item["kind"] == "event" for item in cut["items"])), (True, 1), "what is cut")
    told = trace(host, "--limit", "1", request)
    if "Cut: there are more than 1 events" not in told.stdout:
        raise AssertionError(told.stdout)


def test_unknown(host):
    for word in ("no-such-request", "../../etc/passwd", "%00", "\x1b[2J", "x" * 5000,
                 "01900000-0000-7000-8000-000000000001"):
        done = trace(host, word)
        expect((done.returncode, done.stdout), (1, ""), f"“{word[:40]}”: {done.stderr}")
        if "has nothing of" not in done.stderr:
            raise AssertionError(done.stderr)
    for words in (["--limit", "0", "x"], ["--hours", "-1", "x"], []):
        expect(trace(host, *words).returncode, 2, f"{words}")
    expect(trace(host, "x", admin="127.0.0.1:1").returncode, 3, "a host elsewhere that is not reached")


def test_spans(collector):
    """Of a trace that a client began."""
    await_true(lambda: collector.find(trace=TRACE, name="process order:created", service="tickets"), "the listener")
    await_true(lambda: collector.find(trace=TRACE, kind=SERVER), "the request")
    request = collector.find(trace=TRACE, kind=SERVER)[0]
    expect((request.name, request.service, request.parent), ("POST /api/orders", "orders", SPAN), "the request")
    expect(request.attributes["http.response.status_code"], 201, "status")
    expect(request.attributes["http.route"], "/api/orders", "route")
    for name in ("handler", "commit"):
        await_true(lambda part=name: collector.find(trace=TRACE, parent=request.id, name=part), name)
        part = collector.find(trace=TRACE, parent=request.id, name=name)[-1]
        if not request.began <= part.began <= part.ended <= request.ended:
            raise AssertionError(f"{name} is not within its request")
    await_true(lambda: collector.find(trace=TRACE, name="send order:created"), "the relay")
    sent = collector.find(trace=TRACE, name="send order:created")[0]
    expect((sent.parent, sent.kind), (request.id, PRODUCER), "the relay")
    heard = collector.find(trace=TRACE, name="process order:created", service="tickets")[0]
    expect((heard.parent, heard.kind), (request.id, CONSUMER), "the listener")
    expect(heard.attributes["messaging.consumer.group.name"], "tickets-service", "group")
    await_true(lambda: collector.find(trace=TRACE, name="process ticket:updated"), "what follows from a listener")
    expect(collector.find(trace=TRACE, name="process ticket:updated")[0].parent, heard.id, "what led to it")
    if PLACEMENT != "one" and request.instance == heard.instance:
        raise AssertionError(f"both processes are “{heard.instance}”")


def test_silence(collector):
    for body in collector.bodies:
        for secret in (SECRET.encode(), b"in-the-query", b"correct horse", b"@example.com", b"session="):
            if secret in body:
                raise AssertionError(f"{secret!r} was exported")


def test_at_rest(host, request):
    items = trace_json(host, request)["items"]
    host.stop()
    at_rest = trace_json(host, request)
    expect([item["id"] for item in at_rest["items"]], [item["id"] for item in items if item["kind"] == "event"],
           "from the data directory")
    expect(at_rest["timersKnown"], False, "whether timers are known")


def run_all(folder):
    collector = Collector()
    host = Host(folder, f"trace.otlp-endpoint={collector.endpoint}")
    try:
        request = buy(host, "ann", traceparent=f"00-{TRACE}-{SPAN}-01")
        check("trace", test_trace, host, request)
        check("trace/limit", test_limit, host, request)
        check("trace/unknown", test_unknown, host)
        check("spans", test_spans, collector)
        check("trace/at-rest", test_at_rest, host, request)
        check("spans/silence", test_silence, collector)
    finally:
        if host.child.poll() is None:
            host.stop()
        collector.close()


def make_certificate(folder):
    path = f"{folder}/certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=nobody",
                    "-keyout", f"{folder}/key.pem", "-out", f"{folder}/alone.pem"], check=True, capture_output=True)
    with open(path, "w", encoding="utf-8") as whole:
        for name in ("key.pem", "alone.pem"):
            with open(f"{folder}/{name}", encoding="utf-8") as part:
                whole.write(part.read())
    return path


def set_later(collector):
    collector.answer = (429, {"Retry-After": "1"}, b"")


def set_broken(collector):
    collector.answer = (500, {}, b"no")


def set_huge(collector):
    collector.answer = (200, {}, b"x" * 10_000_000)


def set_partial(collector):
    collector.answer = (200, {}, b'{"partialSuccess":{"rejectedSpans":"1"}}')


def set_hanging(collector):
    collector.hangs = True


def set_nothing(_collector):
    pass


def test_bad_collector(folder, set_bad, outcome, is_secure):
    """The market goes on, the host stops in time, and what became of spans is told."""
    collector = Collector(make_certificate(folder) if is_secure else None)
    set_bad(collector)
    host = Host(folder, f"trace.otlp-endpoint={collector.endpoint}")
    try:
        begin = time.monotonic()
        Person(host, "bob")
        if time.monotonic() - begin > 20:
            raise AssertionError("a request waited")
        await_true(lambda: host.count(outcome) > 0, f"{outcome} in {host.metrics()}")
        expect(host.read_log().count("spans are not exported") <= 1, True, "how often it is logged")
    finally:
        seconds = host.stop()
        collector.close()
    if seconds > 25:
        raise AssertionError(f"the stop took {seconds} s")


def test_again(folder):
    """What could not be told is told when the collector is well again."""
    collector = Collector()
    set_later(collector)
    host = Host(folder, f"trace.otlp-endpoint={collector.endpoint}")
    try:
        Person(host, "carl")
        await_true(lambda: collector.n_requests >= 2, "another try")
        collector.answer = (200, {}, b"{}")
        await_true(lambda: collector.find(name="POST /api/users/signup"), "the span")
        await_true(lambda: "spans are exported again" in host.read_log(), "the word")
    finally:
        host.stop()
        collector.close()


def test_farewell(folder):
    """What is left at the end is told then."""
    collector = Collector()
    host = Host(folder, f"trace.otlp-endpoint={collector.endpoint}")
    try:
        Person(host, "dora")
    finally:
        host.stop()
        collector.close()
    expect(len(collector.find(name="POST /api/users/signup")), 1, "spans of the request")


def test_settings(folder):
    for setting in ("trace.otlp-endpoint=nonsense", "trace.otlp-endpoint=ftp://a", "trace.sample=2", "trace.sample=nan",
                    "trace.sample=", "trace.otlp-endpoint=http://user:secret@a"):
        done = subprocess.run([PROGRAM, "run", "--config", sys.argv[2], "--data", f"{folder}/data", "--listen",
                               "127.0.0.1:0", "--admin", "127.0.0.1:0", "-s", setting],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        # an address with a password is none for a command line in the first place
        expect(done.returncode != 0, True, setting)
        if "trace." not in done.stderr or "user:secret@" in done.stderr:
            raise AssertionError(f"{setting}: {done.stderr}")


def test_sample(folder):
    collector = Collector()
    host = Host(folder, f"trace.otlp-endpoint={collector.endpoint}", "trace.sample=0")
    try:
        Person(host, "eve")
        buyer = Person(host, "fay")
        buyer.ask("POST", "/api/tickets", {"title": "Concert", "price": 20}, traceparent=f"00-{TRACE}-{SPAN}-01")
    finally:
        host.stop()
        collector.close()
    expect({span.trace for span in collector.spans}, {TRACE}, "which traces are kept")


def main():
    load()
    bad = [
        ("later", set_later, "usher_trace_failed_exports_total", False),
        ("broken", set_broken, 'usher_trace_spans_total{outcome="refused"', False),
        ("huge", set_huge, 'usher_trace_spans_total{outcome="refused"', False),
        ("partial", set_partial, 'usher_trace_spans_total{outcome="refused"', False),
        ("hanging", set_hanging, "usher_trace_failed_exports_total", False),
        ("certificate", set_nothing, "usher_trace_failed_exports_total", True),
    ]
    alone = [
        ("spans/again", test_again),
        ("spans/farewell", test_farewell),
        ("spans/settings", test_settings),
        ("spans/sample", test_sample),
    ]
    with tempfile.TemporaryDirectory(prefix="usher-trace-") as folder:
        run_all(folder)
    # the rest is the same in each placement
    for name, *arguments in bad if PLACEMENT == "one" else []:
        with tempfile.TemporaryDirectory(prefix="usher-trace-") as folder:
            check(f"collector/{name}", test_bad_collector, folder, *arguments)
    for name, func in alone if PLACEMENT == "one" else []:
        with tempfile.TemporaryDirectory(prefix="usher-trace-") as folder:
            check(name, func, folder)
    print("\n".join([*results, f"1..{len(results)}"]))
    return 1 if any(line.startswith("not") for line in results) else 0


if __name__ == "__main__":
    sys.exit(main())
