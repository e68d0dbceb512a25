#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a browser shows of the page for people: as a hub serves it, and with answers that a test makes up.

page-test.py FOLDER: where browser.py is. Skipped where there is no Chromium."""

import http.server
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request

sys.path.insert(0, sys.argv[1])
import browser as chromium  # pylint: disable=wrong-import-position
import look  # pylint: disable=wrong-import-position
from checks import check, expect, results  # pylint: disable=wrong-import-position

HOSTILE = "<img src=x onerror=\"document.title='gone'\">"
LONG = "word" * 60
AWAY = {"errors": [{"message": "The bus does not answer"}]}
TIME = "2026-11-29T12:00:00.000Z"
PARKED = {"id": "a/b", "channel": "order:created", "group": "tickets-service", "sequence": 17, "time": "2026-11-29T11:57:00.000Z",
          "attempts": 5, "reasons": ["no such ticket", HOSTILE], "bytes": 1234567}
BOMB = {"id": "good/bomb/k/1", "service": "good", "name": "bomb", "key": "k/1", "state": "parked", "time": "2026-11-29T11:57:00.000Z",
        "failures": 0, "deaths": 5, "reasons": ["its process ended"] * 4 + [HOSTILE]}
DEBT = {"id": "good/debt/x", "service": "good", "name": "debt", "key": "x", "state": "failing", "time": TIME, "due": TIME,
        "failures": 7, "deaths": 0, "reasons": [LONG]}
GROUP = {"channel": "order:created", "group": "tickets-service", "members": 1, "lag": 0, "suspects": 0, "parked": 0}
POINTS = [{"age": 895 - 5 * i, "requests": i % 7, "errors": 0, "median": 0.0004 if i % 3 else None, "slow": 0.012, "events": 1.5,
           "lag": i} for i in range(179)]
HUB = {
    "/readyz": (200, {"status": "ready"}),
    "/about": (200, {"host": "box", "data": "/var/lib/usher", "bus": True, "version": "1", "pid": 7, "since": TIME, "now": TIME}),
    "/history": (200, {"interval": 5, "items": POINTS}),
    "/plugins": (200, {"items": [{"name": "good", "state": "ready", "reason": "it serves"}]}),
    "/services": (200, {"items": [{"service": "good", "commits": 17, "conflicts": 0, "store": {"documents": 4321}}]}),
    "/streaming/serverz": (200, {"state": "STANDALONE", "version": "1", "total_msgs": 42, "start_time": TIME}),
    "/streaming/storez": (200, {"limits": {"max_msgs": 100, "max_bytes": 0}}),
    "/streaming/channelsz": (200, {"channels": [{"name": HOSTILE, "msgs": 1, "bytes": 1234567}]}),
    "/streaming/groupsz": (200, {"commits": 5, "commit_p50_us": 1500, "groups": [GROUP]}),
    "/streaming/clientsz": (200, {"clients": [{"id": "good-1", "hb_inbox": HOSTILE}]}),
    "/parked": (200, {"items": []}),
    "/timers": (200, {"items": []}),
}
TROUBLE = HUB | {
    "/plugins": (200, {"items": [{"name": "good", "state": "ready"}, {"name": "bad", "state": "failed", "reason": HOSTILE},
                                 {"name": "idle", "state": "discovered"}]}),
    "/services": (200, {"items": [{"service": "good", "store": {"documents": 1, "read-only": 1, "outbox": 2345}}]}),
    "/streaming/channelsz": (200, {"channels": [{"name": "full", "msgs": 100}, {"name": "nearly", "msgs": 91},
                                                {"name": LONG, "msgs": 1}]}),
    "/streaming/groupsz": (200, {"groups": [GROUP | {"parked": 3, "lag": 4321, "suspects": 2},
                                            GROUP | {"group": "lonely", "members": 0, "lag": 1}]}),
    "/parked": (200, {"items": [PARKED, PARKED | {"id": "2", "sequence": 18, "channel": LONG, "reasons": [LONG]}]}),
    "/timers": (200, {"items": [BOMB, DEBT]}),
}


def expect_equal(value, expected):
    if value != expected:
        raise AssertionError(f"{value!r}, not {expected!r}")


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
    """The files of a hub's page with its headers, and @answers; what is ordered is kept"""

    def __init__(self, hub, answers):
        host = self
        self.answers = dict(answers)
        self.orders = []
        self.is_away = False

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                host.answer(self, hub)

            def do_POST(self):
                host.obey(self)

            def do_DELETE(self):
                host.obey(self)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request, hub):
        path = request.path.split("?")[0]
        if self.is_away:
            request.close_connection = True
            return
        if path == "/" or path.startswith("/usher-page"):
            with urllib.request.urlopen(hub.uri + path) as file:
                self.send(request, file.status, dict(file.headers), file.read())
            return
        status, body = self.answers.get(path, (404, {"errors": [{"message": "Not found"}]}))
        self.send(request, status, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def obey(self, request):
        order = f"{request.command} {request.path}"
        self.orders.append(order)
        status, body = self.answers.get(order, (404, {"errors": [{"message": "Not found"}]}))
        if status == 204 and "/timers/" in request.path:
            self.answers["/timers"] = self.answers["/processes/good/timers"] = (200, {"items": []})
        elif status == 204:
            self.answers["/parked"] = (200, {"items": [event for event in self.answers["/parked"][1]["items"]
                                                       if event["id"].replace("/", "%2F") not in request.path.split("/")]})
        self.send(request, status, {"Content-Type": "application/json"}, b"" if status == 204 else json.dumps(body).encode())

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


class Show:
    """A page of @answers, which must not make the browser complain"""

    def __init__(self, browser, hub, answers, **options):
        self.host = FakeHost(hub, answers)
        self.page = browser.open(self.host.uri + "/", **options)

    def __enter__(self):
        self.page.until("document.getElementById('main')?.hidden === false")
        return self.host, self.page

    def __exit__(self, kind, *rest):
        complaints = self.page.get_complaints()
        self.page.close()
        self.host.stop()
        if kind is None and complaints:
            raise AssertionError(f"the browser complains: {complaints}")


def get_troubles(page):
    return page.run("Array.from(document.querySelectorAll('#troubles li'), (row) => row.className + ' ' + row.innerText)")


def get_cells(page, name):
    return page.run(f"Array.from(document.querySelectorAll('#{name} tbody tr'), (row) => "
                    "Array.from(row.children, (cell) => cell.hidden ? null : cell.innerText))")


def is_shown(page, name):
    return page.run(f"document.getElementById('{name}').closest('section').checkVisibility()")


def test_hub(browser, hub):
    page = browser.open(hub.uri + "/streaming")
    try:
        page.until("document.getElementById('status')?.textContent === 'Ready'")
        expect(page.get_text("#bus"), "STANDALONE")
        expect_equal(get_cells(page, "members")[0][0], "host")
        for name in ("parked", "timers", "services", "processes", "copies"):
            expect_equal(is_shown(page, name), False)
        # its own history, as soon as it has one
        page.until("document.querySelector('[data-line=lag] .line')")
        expect_equal(page.run("document.querySelector('[data-line=requests]').hidden"), True)
        expect_equal(page.get_complaints(), [])
    finally:
        page.close()


def test_well(browser, hub):
    with Show(browser, hub, HUB) as (_, page):
        expect_equal(get_troubles(page), ["good Nothing that can be seen from here"])
        expect_equal(page.run("document.title"), "Usher on box")
        expect(page.get_text("header"), "Usher on box", "Data in /var/lib/usher", "just now", "Ready")
        expect_equal(page.run("document.querySelector('header time').title"), TIME)
        expect_equal(get_cells(page, "services")[0][:6], ["good", None, "ready", "17", "0", "4,321"])
        expect_equal(page.run("Array.from(document.querySelectorAll('#services .zero'), (cell) => cell.innerText)"), ["0"])
        expect(page.get_text("#bus"), "1.5\u00a0ms")
        expect_equal(is_shown(page, "parked"), False)
        # each figure has its words
        expect_equal(page.run("Array.from(document.querySelectorAll('th, .facts > div')).filter((one) => !one.title).length"), 0)
        expect(page.run("document.querySelector('#services').closest('section').querySelector('.legend').textContent"),
               "handlers that ran again because somebody else was first")


def test_text(browser, hub):
    with Show(browser, hub, TROUBLE | {"/streaming/channelsz": HUB["/streaming/channelsz"]}) as (_, page):
        expect(page.run("document.title"), " Usher on box")
        expect(page.get_text(), HOSTILE)
        expect_equal(get_cells(page, "channels")[0][:3], [HOSTILE, "1", "1.2\u00a0MB"])
        expect_equal(get_cells(page, "members")[0][2], HOSTILE)
        expect_equal(get_cells(page, "parked")[0][:5], ["order:created\nno. 17", "tickets-service", "3\u00a0min ago", "5",
                                                        HOSTILE + "\n1 before"])
        expect_equal(page.run("document.querySelectorAll('img').length"), 0)


def test_trouble(browser, hub):
    answers = TROUBLE | {"/readyz": (503, {"errors": [{"message": "plugin “bad” failed"}]})}
    with Show(browser, hub, answers) as (_, page):
        expect_equal(page.run("document.querySelector('main').firstElementChild.innerText").split("\n")[0], "What is wrong")
        troubles = get_troubles(page)
        for i, (kind, text) in enumerate((
                ("bad", "Not ready: plugin “bad” failed"), ("bad", "The store of “good” takes no changes"),
                ("bad", "Plugin “bad” failed"), ("bad", "3 events are parked"), ("bad", "1 timer of “good” is parked"), ("bad", "Channel “full” is full"),
                ("bad", "Nobody takes the events of group “lonely”"), ("mild", "Events of “good” wait for the bus, over 2,000"),
                ("mild", "Timers of “good” fail"), ("mild", "Channel “nearly” is nearly full"), ("mild", "Group “tickets-service” is behind"),
                ("mild", "A process died with events of group “tickets-service”"))):
            expect(troubles[i], kind + " ", text)
        expect_equal(len(troubles), 12)
        expect(page.run("document.title"), "(12) Usher")
        expect(page.get_text("#more"), "2 of 3")
        expect_equal([row[0] for row in get_cells(page, "services")], ["good", "bad"])
        # what is wrong is read out, and nothing else
        expect_equal(page.run("Array.from(document.querySelectorAll('[aria-live], [role=status], [role=log]'), (one) => one.id)"),
                     ["troubles"])
        # and once: what stays is not put there anew
        page.run("window.first = document.querySelector('#troubles li')")
        page.until("performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/readyz')).length > 2")
        expect_equal(page.run("window.first === document.querySelector('#troubles li')"), True)


def test_no_bus(browser, hub):
    answers = HUB | {"/readyz": (503, {"errors": [{"message": "the bus does not answer"}]}),
                     "/streaming/serverz": (503, AWAY), "/streaming/groupsz": (503, AWAY)}
    with Show(browser, hub, answers) as (_, page):
        expect_equal([text.split("\n")[0] for text in get_troubles(page)], ["bad Not ready: the bus does not answer"])
        expect_equal(get_cells(page, "groups"), [["Not known"]])
        expect_equal(get_cells(page, "services")[0][0], "good")


def test_supervisor(browser, hub):
    def make(name, **more):
        return {"name": name, "state": "ready", "pid": 7, "services": [name], "restarts": 0, "since": TIME, "reason": "it serves"} | more

    processes = [make("hub", services=[]), make("tickets"), make("orders", restarts=3, lastEnd="killed by signal 9"),
                 make("payments", state="failed", reason="it ended 5 times in a minute")]
    answers = HUB | {
        "/processes": (200, {"items": processes}),
        "/services": (200, {"items": []}),
        "/plugins": (200, {"items": [{"name": "payments", "state": "failed", "reason": "it ended"}]}),
        "/processes/tickets/services": (200, {"items": [{"service": "tickets", "commits": 3}]}),
        "/processes/tickets/plugins": (200, {"items": [{"name": "tickets", "state": "ready"}]}),
    }
    with Show(browser, hub, answers) as (_, page):
        page.until("document.querySelectorAll('#services tbody tr').length === 2")
        expect_equal([row[:4] for row in get_cells(page, "services")],
                     [["tickets", "tickets", "ready", "3"], ["payments", "", "failed", ""]])
        troubles = get_troubles(page)
        expect(troubles[0], "Plugin “payments” failed")
        expect(troubles[1], "Process “payments” failed")
        expect(troubles[2], "Process “orders” ended and was started again, 3 times", "killed by signal 9")
        expect_equal(get_cells(page, "processes")[1][:4], ["tickets", "ready", "7", "0"])


def test_gateway(browser, hub):
    copies = [{"name": "orders-1", "state": "away", "services": ["orders"], "requests": 5, "errors": 1}]
    answers = {"/readyz": HUB["/readyz"], "/about": (200, {"host": "box", "data": None, "bus": False, "since": TIME, "now": TIME}),
               "/copies": (200, {"items": copies}), "/services": (200, {"items": []}),
               "/history": (200, {"items": [point | {"events": None, "lag": None} for point in POINTS]})}
    with Show(browser, hub, answers) as (_, page):
        expect(get_troubles(page)[0], "Host “orders-1” is away")
        expect_equal(page.run("Array.from(document.querySelectorAll('main > section')).filter((one) => !one.hidden)"
                              ".map((one) => one.querySelector('h2').innerText)"),
                     ["What is wrong", "The last quarter of an hour", "Hosts behind the gateway"])
        expect_equal(page.run("document.querySelectorAll('figure:not([hidden])').length"), 3)
        expect(page.get_text("header"), "Usher on box", without=("Data in",))


def test_plots(browser, hub):
    with Show(browser, hub, HUB) as (_, page):
        page.until("document.querySelector('[data-line=lag] .line')?.points.length > 170")
        box = page.run("document.querySelector('[data-line=lag] .line').getBBox().width")
        if not 290 <= box <= 300:
            raise AssertionError(f"a quarter of an hour is {box} wide")
        # what is not known is a gap
        if page.run("document.querySelectorAll('[data-line=median] .first').length") < 50:
            raise AssertionError("there are no gaps")
        expect_equal(page.get_text("[data-line=lag] output"), "178")
        expect(page.run("document.querySelector('[data-line=lag] svg').ariaLabel"), "Lag: now 178, at most 178")
        left, top, width = page.run("(({left, top, width}) => [left, top, width])("
                                    "document.querySelector('[data-line=lag] svg').getBoundingClientRect())")
        page.send("Input.dispatchMouseEvent", type="mouseMoved", x=left + width / 3, y=top + 5)
        page.until("document.querySelector('[data-line=lag] .then').textContent === '10\\u00a0min ago'")


def test_payload(browser, hub):
    answers = TROUBLE | {"/parked/a%2Fb": (200, PARKED | {"payload": "{\"x\":\"" + LONG + "\",\"y\":1}"})}
    with Show(browser, hub, answers) as (_, page):
        page.until("document.querySelector('#parked button')")
        page.run("document.querySelector('#parked button').click()")
        page.until("!document.querySelector('dialog pre').hidden")
        expect(page.get_text("dialog"), "Payload", "event 17 of order:created", f"  \"x\": \"{LONG}\"", "  \"y\": 1")
        expect_equal(page.run("document.getElementById('dialog-do').hidden"), True)


def press_verb(page, index):
    page.until("document.querySelector('#parked button')")
    page.run(f"document.querySelectorAll('#parked button')[{index}].focus()")
    page.press("Enter")
    page.until("document.querySelector('dialog').open")


def test_replay(browser, hub):
    answers = TROUBLE | {"/streaming/groupsz": HUB["/streaming/groupsz"], "POST /parked/a%2Fb/replay": (204, None)}
    with Show(browser, hub, answers) as (host, page):
        press_verb(page, 1)
        expect(page.get_text("dialog"), "Replay this event?", "tickets-service", "event 17 of order:created")
        page.press("Escape")
        page.until("!document.querySelector('dialog').open")
        # who has changed his mind is where he was
        expect_equal(page.run("document.activeElement.ariaLabel"), "Replay: event 17 of order:created")
        expect_equal(host.orders, [])

        press_verb(page, 1)
        page.press("Tab")
        expect_equal(page.run("document.activeElement.textContent"), "Replay")
        page.press("Enter")
        page.until("document.querySelectorAll('#parked tbody tr').length === 1")
        expect_equal(host.orders, ["POST /parked/a%2Fb/replay"])
        expect_equal(page.run("document.querySelector('dialog').open"), False)
        page.until("document.activeElement.closest('#parked')")


def test_drop(browser, hub):
    answers = TROUBLE | {"/parked": (200, {"items": [PARKED]}), "/streaming/groupsz": HUB["/streaming/groupsz"],
                         "DELETE /parked/a%2Fb": (401, {"errors": [{"message": "The token is missing or wrong"}]})}
    with Show(browser, hub, answers) as (host, page):
        press_verb(page, 2)
        expect(page.get_text("dialog"), "Drop this event?", "cannot be undone")
        # the safe answer comes first
        expect_equal(page.run("document.activeElement.textContent"), "Cancel")
        page.run("document.getElementById('dialog-do').click()")
        page.until("document.getElementById('dialog-error').textContent.includes('The token is missing or wrong')")
        expect_equal(page.run("document.querySelector('dialog').open"), True)
        host.answers["DELETE /parked/a%2Fb"] = (204, None)
        page.until("!document.getElementById('dialog-do').disabled")
        page.run("document.getElementById('dialog-do').click()")
        page.until("document.getElementById('parked').closest('section').hidden")
        expect_equal(host.orders, ["DELETE /parked/a%2Fb"] * 2)
        page.until("document.activeElement.id === 'wrong-title'")


def test_timers(browser, hub):
    answers = HUB | {"/timers": (200, {"items": [BOMB, DEBT]}), "/timers/good/bomb/k%2F1": (200, BOMB | {"payload": "{\"x\":1}"}),
                     "/services": (200, {"items": [{"service": "good", "store": {"timers-parked": 3}}]}),
                     "POST /timers/good/bomb/k%2F1/retry": (204, None)}
    with Show(browser, hub, answers) as (host, page):
        troubles = get_troubles(page)
        expect(troubles[0], "bad ", "3 timers of “good” are parked")
        expect(troubles[1], "mild ", "Timers of “good” fail")
        expect_equal(get_cells(page, "timers")[0][:7], ["bomb\nk/1", "good", "parked", "3\u00a0min ago", "0", "5", HOSTILE + "\n4 before"])
        # what is tried again by itself is not retried
        expect_equal(page.run("Array.from(document.querySelectorAll('#timers button'), (one) => one.ariaLabel)"),
                     [f"{verb}: timer bomb for k/1 of good" for verb in ("Payload", "Retry", "Drop")] +
                     [f"{verb}: timer debt for x of good" for verb in ("Payload", "Drop")])
        page.run("document.querySelector('#timers button').click()")
        page.until("!document.querySelector('dialog pre').hidden")
        expect(page.get_text("dialog"), "\"x\": 1")
        page.press("Escape")
        page.run("document.querySelectorAll('#timers button')[1].click()")
        expect(page.get_text("dialog"), "Retry this timer?", "timer bomb for k/1 of good", "parked again")
        page.run("document.getElementById('dialog-do').click()")
        page.until("document.getElementById('timers').closest('section').hidden")
        expect_equal(host.orders, ["POST /timers/good/bomb/k%2F1/retry"])


def test_timers_of_processes(browser, hub):
    processes = [{"name": name, "state": "ready", "services": ["good"], "restarts": 0, "since": TIME} for name in ("good", "good.2")]
    told = {f"/processes/{process['name']}/timers": (200, {"items": [BOMB]}) for process in processes}
    answers = HUB | told | {"/processes": (200, {"items": processes}), "/services": (200, {"items": []}),
                            "/processes/good.2/services": (200, {"items": [{"service": "good", "store": {"timers-parked": 1}}]}),
                            "DELETE /processes/good.2/timers/good/bomb/k%2F1": (204, None)}
    with Show(browser, hub, answers) as (host, page):
        page.until("document.querySelectorAll('#timers tbody tr').length === 1 && document.querySelector('#timers button')")
        expect(get_troubles(page)[0], "1 timer of “good” is parked")
        page.run("document.querySelectorAll('#timers button')[2].click()")
        expect(page.get_text("dialog"), "Drop this timer?", "cannot be undone")
        page.run("document.getElementById('dialog-do').click()")
        page.until("!document.querySelector('dialog').open")
        expect_equal(host.orders, ["DELETE /processes/good.2/timers/good/bomb/k%2F1"])


def test_token(browser, hub):
    refusal = (401, {"errors": [{"message": "The token is missing or wrong"}]})
    with Show(browser, hub, {path: refusal for path in HUB}) as (_, page):
        expect_equal(get_troubles(page), ["bad Not known: The token is missing or wrong"])


def test_away(browser, hub):
    with Show(browser, hub, HUB) as (host, page):
        host.is_away = True
        page.until("document.getElementById('status').textContent === 'No answer'")
        expect(get_troubles(page)[0], "The host does not answer", "What is below is old.")
        expect_equal(get_cells(page, "services")[0][0], "good")
        host.is_away = False
        page.until("document.getElementById('status').textContent === 'Ready'")


def test_phone(browser, hub):
    processes = [{"name": LONG, "state": "waiting", "services": [LONG, "payments"], "restarts": 1, "since": TIME, "reason": LONG}]
    answers = TROUBLE | {"/processes": (200, {"items": processes}), "/about": (200, HUB["/about"][1] | {"host": LONG, "data": "/" + LONG})}
    for page_answers in (answers, TROUBLE, HUB):
        with Show(browser, hub, page_answers, width=360, height=740) as (_, page):
            page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            look.expect_no_scroll(page)
            look.expect_whole_words(page)
    with Show(browser, hub, TROUBLE, width=360, height=740) as (_, page):
        press_verb(page, 2)
        look.expect_no_scroll(page)
        expect_equal(page.run("Array.from(document.querySelectorAll('#parked tbody tr:first-child td'), (cell) => "
                              "getComputedStyle(cell, '::before').content)")[:4], ['"Channel"', '"Group"', '"Since"', '"Tried"'])


def test_contrast(browser, hub):
    for dark in (False, True):
        for answers in (TROUBLE, HUB, HUB | {"/readyz": (503, AWAY)}):
            with Show(browser, hub, answers, dark=dark) as (_, page):
                look.expect_contrast(page)
        with Show(browser, hub, TROUBLE, dark=dark) as (_, page):
            for verb in (1, 2):
                press_verb(page, verb)
                look.expect_contrast(page)
                page.press("Escape")


def test_outline(browser, hub):
    with Show(browser, hub, TROUBLE) as (_, page):
        look.expect_outline(page)


def main():
    path = chromium.find()
    if path is None:
        print("1..0 # SKIP there is no Chromium")
        return 0

    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(folder)
        browser = chromium.Browser(path, folder)
        for name, func in (("hub", test_hub), ("well", test_well), ("text", test_text), ("trouble", test_trouble),
                           ("no-bus", test_no_bus), ("supervisor", test_supervisor), ("gateway", test_gateway), ("plots", test_plots),
                           ("parked/payload", test_payload), ("parked/replay", test_replay), ("parked/drop", test_drop),
                           ("timers", test_timers), ("timers/processes", test_timers_of_processes),
                           ("token", test_token), ("away", test_away), ("phone", test_phone), ("contrast", test_contrast),
                           ("outline", test_outline)):
            check(f"/page/{name}", func, browser, hub)
        browser.close()
        check("/page/stop", hub.stop)

    print(f"1..{len(results)}")
    print("\n".join(results))
    return 0


sys.exit(main())
