#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An operator finds what is wrong on the page of a host, and mends it there.

page-test.py FOLDER CONFIG: FOLDER is where browser.py is. Skipped where there is no Chromium."""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.parse

from patience import PATIENCE, await_true

sys.path.insert(0, sys.argv[1])
import browser as chromium  # pylint: disable=wrong-import-position
import look  # pylint: disable=wrong-import-position
from checks import check, expect, results  # pylint: disable=wrong-import-position

TOKEN = "a-token-that-nobody-guesses"
BROKEN = "[Plugin]\nName=broken\nVersion=1.0.0\nDescription=Has no module\nModule=broken.so\nABI=1\n"
PLACEMENT = os.environ.get("USHER_TEST_PLACEMENT", "one")


class Host:
    """One with a plugin that cannot be loaded, and one that cannot bear some tickets until @cure is there"""

    def __init__(self, config, folder, *more):
        self.cure = f"{folder}/cure"
        self.cookie = None
        os.makedirs(f"{folder}/broken")
        with open(f"{folder}/broken/broken.plugin", "w", encoding="utf-8") as manifest:
            manifest.write(BROKEN)
        with open(f"{folder}/broken/broken.so", "w", encoding="utf-8") as module:
            module.write("no module")
        folders = [os.environ["USHER_TEST_PLUGIN_DIR"], os.environ["USHER_TEST_TROUBLE_DIR"]]
        command = [os.environ["USHER_TEST_PROGRAM"]]
        if PLACEMENT == "one":
            command += ["run"]
            folders += [f"{folder}/broken"]
        else:
            command += ["up", "--profile", PLACEMENT, "--run", f"{folder}/run"]
        command += ["--config", config, "--data", f"{folder}/data", "--listen", "127.0.0.1:0"]
        for setting in (f"trouble.cure={self.cure}", "auth.hash-memory-kib=1024", "auth.hash-passes=1"):
            command += ["-s", setting]
        if "--admin" not in more:
            command += ["--admin", "127.0.0.1:0"]
        self.child = subprocess.Popen(command + list(more), stdout=subprocess.PIPE, text=True,
                                      env=os.environ | {"USHER_PLUGIN_PATH": ":".join(folders)})
        self.public = self.read("listening on ")
        self.admin = self.read("admin on ")
        self.send("POST", "/api/users/signup", {"email": "a@example.com", "password": "correct horse"})

    def read(self, start):
        line = self.child.stdout.readline()
        if not line.startswith(start):
            self.child.kill()
            raise RuntimeError(f"the host said {line!r}")
        return line.split()[2]

    def ask(self, uri, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(uri).netloc, timeout=PATIENCE)
        headers = dict(headers or {})
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, json.loads(text) if text else None

    def send(self, method, path, body=None):
        headers = {"Cookie": self.cookie} if self.cookie else {}
        answer, page = self.ask(self.public, method, path, body, headers)
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return answer.status, page

    def list_parked(self, headers=None):
        return self.ask(self.admin, "GET", "/parked", headers=headers)[1]["items"]

    def park(self, headers=None):
        """The id of a ticket that “trouble” cannot bear."""
        before = len(self.list_parked(headers))
        status, ticket = self.send("POST", "/api/tickets", {"title": "Bad news", "price": 10})
        if status != 201:
            raise AssertionError(f"status {status}")
        await_true(lambda: len(self.list_parked(headers)) == before + 1, "nothing is parked")
        return ticket["id"]

    def make_well(self):
        with open(self.cure, "w", encoding="utf-8") as file:
            file.write("well")

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        if self.child.wait() != 0:
            raise AssertionError("the host did not stop in order")


def get_troubles(page):
    return page.run("Array.from(document.querySelectorAll('#troubles li'), (row) => row.innerText)")


def click(page, selector, index=0):
    """By the mouse, where it is."""
    page.until(f"document.querySelectorAll({json.dumps(selector)})[{index}]?.checkVisibility()")
    x, y = page.run(f"(() => {{ const one = document.querySelectorAll({json.dumps(selector)})[{index}];"
                    "one.scrollIntoView({ block: 'center', behavior: 'instant' }); const box = one.getBoundingClientRect();"
                    "return [box.left + box.width / 2, box.top + box.height / 2]; })()")
    for kind in ("mousePressed", "mouseReleased"):
        page.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


def count_rows(page):
    return page.run("document.querySelectorAll('#parked tbody button').length / 3")


def test_replay(browser, host):
    first = host.park()
    host.park()
    page = browser.open(host.admin + "/")
    page.until("document.querySelectorAll('#parked tbody button').length === 6")
    expect(page.run("document.querySelector('main').firstElementChild.innerText"), "What is wrong\n2 events are parked" if
           PLACEMENT != "one" else "What is wrong\nPlugin “broken” failed")
    expect("\n".join(get_troubles(page)), "2 events are parked", "“trouble-service” could not do them.")
    if PLACEMENT == "one":
        expect(get_troubles(page)[0], "broken.so")
    expect(page.get_text("#parked"), "cannot bear “Bad news”", "ticket:created")

    click(page, "#parked tbody button", 0)
    page.until("document.querySelector('dialog pre').checkVisibility()")
    expect(page.get_text("dialog pre"), '"title": "Bad news"')
    click(page, "#dialog-close")

    click(page, "#parked tbody button", 5)
    click(page, "#dialog-do")
    page.until("document.querySelectorAll('#parked tbody button').length === 3")
    expect("\n".join(get_troubles(page)), "1 event is parked")
    if len(host.list_parked()) != 1:
        raise AssertionError("it was not dropped")

    host.make_well()
    click(page, "#parked tbody button", 1)
    expect(page.get_text("dialog"), "Replay this event?", "trouble-service")
    click(page, "#dialog-do")
    page.until("!document.getElementById('parked').checkVisibility()")
    expect("\n".join(get_troubles(page)), without=("parked",))
    await_true(lambda: host.send("GET", f"/api/trouble/{first}")[0] == 200, "it was not replayed")
    page.until("document.querySelector('[data-line=requests] .line') && document.querySelector('[data-line=events] .line')")
    if page.get_complaints():
        raise AssertionError(f"the browser complains: {page.get_complaints()}")
    page.close()
    os.unlink(host.cure)


def test_look(browser, host):
    host.park()
    for dark in (False, True):
        for width in (360, 1280):
            page = browser.open(host.admin + "/", width=width, dark=dark)
            page.until("document.querySelector('#parked tbody button') && document.querySelectorAll('#services tbody tr').length > 3")
            look.expect_contrast(page)
            look.expect_outline(page)
            if width == 360:
                look.expect_no_scroll(page)
                look.expect_whole_words(page)
            page.close()


def test_restart(browser, host):
    """A supervisor tells of a process that ended, and of the services in all of them."""
    processes = host.ask(host.admin, "GET", "/processes")[1]["items"]
    os.kill(next(process["pid"] for process in processes if process["name"] == "tickets"), signal.SIGKILL)
    page = browser.open(host.admin + "/")
    page.until("document.getElementById('troubles')?.innerText.includes('Process “tickets” ended and was started again')")
    page.until("['auth', 'tickets', 'orders', 'trouble'].every((name) => "
               "Array.from(document.querySelectorAll('#services td.name'), (cell) => cell.innerText).includes(name))")
    page.close()


def test_token(browser, config, folder):
    """Beyond loopback nothing is seen or done without the token; a proxy adds it."""
    with open(f"{folder}/token", "w", encoding="utf-8") as file:
        file.write(TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    host = Host(config, f"{folder}/open", "--admin", "0.0.0.0:0", "-s", f"admin.token=file:{folder}/token")
    host.admin = host.admin.replace("0.0.0.0", "127.0.0.1")
    try:
        host.park(headers)
        page = browser.open(host.admin + "/")
        page.until("document.body?.innerText.includes('The token is missing or wrong')")
        page.send("Network.enable")
        page.send("Network.setExtraHTTPHeaders", headers=headers)
        page.send("Page.navigate", url=host.admin + "/")
        page.until("document.querySelector('#parked tbody button')")
        page.send("Network.setExtraHTTPHeaders", headers={})
        click(page, "#parked tbody button", 2)
        click(page, "#dialog-do")
        page.until("document.getElementById('dialog-error').innerText.includes('The token is missing or wrong')")
        if len(host.list_parked(headers)) != 1:
            raise AssertionError("it was dropped without the token")
        page.send("Network.setExtraHTTPHeaders", headers=headers)
        click(page, "#dialog-do")
        await_true(lambda: not host.list_parked(headers), "it was not dropped")
        page.close()
    finally:
        host.stop()


def main(config):
    path = chromium.find()
    if path is None:
        print("1..0 # SKIP there is no Chromium")
        return 0

    with tempfile.TemporaryDirectory() as folder:
        host = Host(config, f"{folder}/host")
        browser = chromium.Browser(path, folder)
        check("/page/replay", test_replay, browser, host)
        check("/page/look", test_look, browser, host)
        if PLACEMENT == "one":
            check("/page/token", test_token, browser, config, folder)
        else:
            check("/page/restart", test_restart, browser, host)
        browser.close()
        check("/page/stop", host.stop)

    print(f"1..{len(results)}")
    print("\n".join(results))
    return 0


sys.exit(main(sys.argv[2]))
