#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a browser shows of the page for people: as a hub serves it, and with answers that a test makes up.

Skipped where there is no Chromium."""

import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOSTILE = "<img src=x onerror=\"document.title='gone'\">"
AWAY = {"errors": [{"message": "The bus does not answer"}]}
HUB = {
    "/readyz": (200, {"status": "ready"}),
    "/services": (200, {"items": [{"service": "good", "commits": 17, "store": {"documents": 4}}]}),
    "/streaming/serverz": (200, {"state": "STANDALONE", "version": "1", "total_msgs": 42}),
    "/streaming/channelsz": (200, {"channels": [{"name": HOSTILE, "msgs": 1, "bytes": 1234567}]}),
    "/streaming/groupsz": (200, {"commits": 5, "groups": []}),
    "/streaming/clientsz": (200, {"clients": [{"id": "good-1", "hb_inbox": HOSTILE}]}),
    "/parked": (200, {"items": [{"id": "1", "reasons": [HOSTILE, "again"], "payload": HOSTILE * 20}]}),
}
results = []


def check(name, func, *arguments):
    try:
        func(*arguments)
        results.append(f"ok {len(results) + 1} {name}")
    except Exception as error:
        print(f"# {name}: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
        results.append(f"not ok {len(results) + 1} {name}")


def expect(dom, *parts, without=()):
    for part in parts:
        if part not in dom:
            raise AssertionError(f"{part!r} is not in {dom}")
    for part in without:
        if part in dom:
            raise AssertionError(f"{part!r} is in {dom}")


class Browser:
    """@seconds: of the page's time, which a browser without a window may let pass faster"""

    def __init__(self, path, folder):
        self.command = [path, "--headless=new", "--disable-gpu", f"--user-data-dir={folder}/profile",
                        "--no-first-run", "--dump-dom"]
        if os.geteuid() == 0:
            self.command.append("--no-sandbox")
        self.environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}

    def show(self, uri, seconds=1):
        command = self.command + [f"--virtual-time-budget={seconds * 1000}", uri]
        return subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              timeout=60, check=True, encoding="utf-8").stdout


class Hub:
    def __init__(self, folder):
        command = [os.environ["USHER_TEST_PROGRAM"], "hub", "--data", f"{folder}/data", "--run", f"{folder}/run",
                   "--admin", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
        self.uri = None
        for line in self.process.stdout:
            if line.startswith("admin on "):
                self.uri = line.split()[2]
                break

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait() != 0:
            raise AssertionError("the hub did not stop in order")


class FakeHost:
    """The files of a hub's page with its headers, and @answers; the host is away from the request on that is @last"""

    def __init__(self, hub, answers, last=None):
        host = self
        self.answers = answers
        self.last = last
        self.n_requests = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                host.answer(self, hub)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request, hub):
        path = request.path.split("?")[0]
        self.n_requests += path == "/readyz"
        if self.last is not None and self.n_requests >= self.last:
            request.close_connection = True
            return
        if path == "/" or path.startswith("/usher-page."):
            with urllib.request.urlopen(hub.uri + path) as file:
                self.send(request, file.status, dict(file.headers), file.read())
            return
        status, body = self.answers.get(path, (404, {"errors": [{"message": "Not found"}]}))
        self.send(request, status, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def send(self, request, status, headers, body):
        request.send_response_only(status)
        for name in ("Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control"):
            if name in headers:
                request.send_header(name, headers[name])
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def show(browser, hub, answers, seconds=1, last=None):
    host = FakeHost(hub, answers, last)
    try:
        return browser.show(host.uri + "/", seconds)
    finally:
        host.stop()


def get_section(dom, name):
    return re.search(rf'<section aria-labelledby="{name}-title".*?</section>', dom, re.DOTALL).group()


def test_hub(browser, hub):
    dom = browser.show(hub.uri + "/streaming")
    expect(dom, '<p id="status" role="status" class="good">Ready</p>', ">STANDALONE</dd>")
    expect(get_section(dom, "members"), "<td>host</td>")
    expect(get_section(dom, "parked"), ">None</td>")


def test_text(browser, hub):
    dom = show(browser, hub, HUB)
    escaped = HOSTILE.replace("<", "&lt;").replace(">", "&gt;")
    expect(dom, "<title>Usher</title>", ">42</dd>", without=("<img",))
    expect(get_section(dom, "services"), "<td>good</td>", '<td class="number">17</td>', '<td class="number">4</td>')
    expect(get_section(dom, "channels"), f"<td>{escaped}</td>", '<td class="number">1.2 MB</td>')
    expect(get_section(dom, "groups"), '<td class="none" colspan="9">None</td>')
    expect(get_section(dom, "members"), f"<td><code>{escaped}</code></td>")
    expect(get_section(dom, "parked"), f"<td><div>{escaped}</div><div>again</div></td>", "…</code>")
    for name in ("processes", "copies"):
        expect(get_section(dom, name), "hidden")


def test_supervisor(browser, hub):
    process = {"name": "tickets", "state": "ready", "pid": 7, "services": ["tickets"], "reason": "it serves"}
    dom = show(browser, hub, HUB | {"/processes": (200, {"items": [process]})})
    expect(get_section(dom, "processes"), "<td>tickets</td><td>ready</td>", "<div>tickets</div>", without=("hidden",))
    expect(get_section(dom, "services"), "hidden")


def test_trouble(browser, hub):
    dom = show(browser, hub, HUB | {
        "/readyz": (503, {"errors": [{"message": "the bus does not answer"}]}),
        "/streaming/serverz": (503, AWAY),
    })
    expect(dom, 'class="bad">Not ready: the bus does not answer</p>', ">The bus does not answer.</p>")
    expect(get_section(dom, "services"), "<td>good</td>")
    expect(get_section(dom, "channels"), ">Not known</td>", without=("img",))


def test_token(browser, hub):
    refusal = (401, {"errors": [{"message": "The token is missing or wrong"}]})
    dom = show(browser, hub, {path: refusal for path in HUB})
    expect(dom, 'class="bad">Not known: The token is missing or wrong</p>')


def test_away(browser, hub):
    dom = show(browser, hub, HUB, seconds=20, last=2)
    expect(dom, 'class="bad">The host does not answer. What is below is old.</p>', "<td>good</td>")


def main():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        print("1..0 # SKIP there is no Chromium")
        return 0

    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(folder)
        browser = Browser(path, folder)
        check("/page/hub", test_hub, browser, hub)
        check("/page/text", test_text, browser, hub)
        check("/page/supervisor", test_supervisor, browser, hub)
        check("/page/trouble", test_trouble, browser, hub)
        check("/page/token", test_token, browser, hub)
        check("/page/away", test_away, browser, hub)
        check("/page/stop", hub.stop)

    print(f"1..{len(results)}")
    print("\n".join(results))
    return 0


sys.exit(main())
