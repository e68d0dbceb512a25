# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Chromium without a window, asked over two pipes by the DevTools protocol."""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60


def find():
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def make_pipe():
    """Both ends are beyond those that the browser gets."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return high


class Browser:
    def __init__(self, path, folder):
        command = [path, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={folder}/profile", "--disable-gpu",
                   "--no-first-run", "--hide-scrollbars", "--force-color-profile=srgb"]
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
        to_read, self.write_end = make_pipe()
        self.read_end, to_write = make_pipe()
        # what it starts is a group of its own, which ends with it
        self.pid = os.posix_spawn(path, command, environment, setpgroup=0, file_actions=[
            (os.POSIX_SPAWN_DUP2, to_read, 3), (os.POSIX_SPAWN_DUP2, to_write, 4),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)])
        for end in (to_read, to_write):
            os.close(end)
        self.rest = b""
        self.last_id = 0
        self.events = []

    def wait(self, seconds):
        """For something that it says. Returns whether it did."""
        if not select.select([self.read_end], [], [], max(0, seconds))[0]:
            return False
        part = os.read(self.read_end, 1 << 20)
        if not part:
            raise EOFError("the browser has ended")
        self.rest += part
        return True

    def read(self, deadline):
        while b"\0" not in self.rest:
            if not self.wait(deadline - time.monotonic()):
                raise TimeoutError("the browser does not answer")
        text, self.rest = self.rest.split(b"\0", 1)
        try:
            return json.loads(text)
        except ValueError as error:
            raise ValueError(f"{error}: {text[:2000]}") from error

    def send(self, method, session=None, **params):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write_end, data):]
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.read(deadline)
            if answer.get("id") == self.last_id:
                break
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def open(self, uri, width=1280, height=900, dark=False):
        return Page(self, uri, width, height, dark)

    def close(self):
        try:
            self.send("Browser.close")
            os.waitpid(self.pid, 0)
        except (EOFError, OSError):
            os.waitpid(self.pid, 0)
        except TimeoutError:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


class Page:
    """One that is open, until it is closed; @width: under 600 it is a phone"""

    def __init__(self, browser, uri, width, height, dark):
        self.browser = browser
        self.target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        scheme = "dark" if dark else "light"
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.send("Page.navigate", url=uri)

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def run(self, script):
        """The value of an expression, which may be a promise."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, script, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while not self.run(f"!!({script})"):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {script}; the page has {self.get_text()!r}")
            self.browser.wait(0.05)

    def get_text(self, selector="body"):
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def press(self, key, code=None, modifiers=0):
        text = "\r" if key == "Enter" else None
        for kind in ("keyDown", "keyUp"):
            params = {"type": kind, "key": key, "code": code or key, "modifiers": modifiers,
                      "windowsVirtualKeyCode": {"Tab": 9, "Enter": 13, "Escape": 27}.get(key, 0)}
            if text is not None and kind == "keyDown":
                params["text"] = text
            self.send("Input.dispatchKeyEvent", **params)

    def get_complaints(self):
        """What the browser has refused or did not understand; each is told once."""
        told, kept = [], []
        for event in self.browser.events:
            params = event.get("params", {})
            if event.get("sessionId") != self.session:
                kept.append(event)
            elif event["method"] == "Log.entryAdded" and params["entry"]["source"] != "network":
                told.append(params["entry"]["text"])
            elif event["method"] == "Runtime.exceptionThrown":
                told.append(str(params["exceptionDetails"]))
        self.browser.events = kept
        return told

    def take_picture(self, path, whole=True):
        data = self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"] if not whole else self.take_whole()
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def take_whole(self):
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return self.send("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]

    def close(self):
        self.browser.send("Target.closeTarget", targetId=self.target)
