#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""“usher describe --compare” tells what breaks, and only that: each test changes what the marketplace was before."""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

PROGRAM = os.environ["USHER_TEST_PROGRAM"]
PLUGINS = ["--plugins", os.environ["USHER_TEST_PLUGIN_DIR"], "--plugins-only"]


def run(*arguments, plugins=PLUGINS):
    command = [PROGRAM, "describe", *plugins, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


NOW = json.loads(run("--json").stdout)


def compare(old, *more):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "old.json")
        if isinstance(old, bytes):
            path.write_bytes(old)
        else:
            path.write_text(json.dumps(old), encoding="utf-8")
        return run("--compare", str(path), *more)


class Old:
    """What there was before, to be changed."""

    def __init__(self):
        self.whole = copy.deepcopy(NOW)

    def service(self, name):
        return next(service for service in self.whole["services"] if service["name"] == name)

    def route(self, name, method, path):
        routes = self.service(name)["routes"]
        return next(route for route in routes if (route["method"], route["path"]) == (method, path))

    def table(self, name, kind, table):
        tables = self.service(name)[kind]
        return next(one for one in tables if table in (one.get("name"), one.get("channel")))

    def field(self, name, kind, table, field):
        return next(one for one in self.table(name, kind, table)["fields"] if one["name"] == field)


def expect(change, *sentences):
    """CHANGE makes the old one of what there is; each of SENTENCES is told then, and without any nothing breaks."""
    old = Old()
    change(old)
    done = compare(old.whole)
    assert done.returncode == (1 if sentences else 0), done
    for sentence in sentences:
        assert sentence in done.stdout.splitlines(), f"{sentence!r} is not in {done.stdout}"
    if not sentences:
        assert done.stdout == "nothing breaks\n", done.stdout


def add_field(service, kind, table, **more):
    return lambda old: old.table(service, kind, table)["fields"].append(more)


def drop_field(name, kind, table, field):
    return lambda old: old.table(name, kind, table)["fields"].remove(old.field(name, kind, table, field))


def set_field(name, kind, table, field, **more):
    return lambda old: old.field(name, kind, table, field).update(more)


def test_same():
    expect(lambda old: None)


def test_route_gone():
    gone = {"method": "GET", "path": "/api/old/:id", "answers": []}
    expect(lambda old: old.service("tickets")["routes"].append(gone), "GET /api/old/:id: the route is gone")


def test_route_added():
    expect(lambda old: old.service("tickets")["routes"].clear())


def test_service_gone():
    gone = copy.deepcopy(NOW["services"][0]) | {"name": "old", "routes": []}
    gone["events"] = [{"channel": "old:done", "fields": []}]
    expect(lambda old: old.whole["services"].append(gone), "event “old:done” is gone")


def test_moved():
    """To another service, with another name for its parameter."""

    def change(old):
        routes = old.service("orders")["routes"]
        route = old.route("orders", "DELETE", "/api/orders/:id")
        routes.remove(route)
        old.service("tickets")["routes"].append(route | {"path": "/api/orders/:order"})

    expect(change)


def test_session():
    expect(
        lambda old: old.route("tickets", "POST", "/api/tickets").pop("signedIn"),
        "POST /api/tickets: it is for who is signed in now",
    )
    expect(lambda old: old.route("tickets", "GET", "/api/tickets").update(signedIn=True))


def test_listener():
    expect(
        lambda old: old.route("auth", "POST", "/admin/users/:id/ban").pop("admin"),
        "POST /admin/users/:id/ban: it is on the other listener now",
    )


def test_status():
    expect(
        lambda old: old.route("tickets", "GET", "/api/tickets")["answers"].append({"status": 418}),
        "GET /api/tickets: 418 is not answered any more",
    )
    expect(lambda old: old.route("tickets", "PUT", "/api/tickets/:id")["answers"].pop())


def test_list():
    def change(old):
        old.route("tickets", "GET", "/api/tickets")["answers"][0]["body"].pop("list")

    expect(change, "GET /api/tickets: 200 is a list now")


def test_answer_member():
    expect(
        add_field("tickets", "collections", "tickets", name="colour", type="string"),
        "GET /api/tickets: 200: “colour” is gone",
        "POST /api/tickets: 201: “colour” is gone",
    )
    expect(drop_field("tickets", "collections", "tickets", "orderId"))


def test_private():
    """What was never shown is missed by nobody."""
    expect(add_field("tickets", "collections", "tickets", name="colour", type="string", private=True))


def test_answer_optional():
    expect(
        set_field("tickets", "collections", "tickets", "orderId", required=True),
        "GET /api/tickets/:id: 200: “orderId” may be missing now",
    )


def test_answer_nullable():
    expect(
        lambda old: old.field("auth", "views", "currentUser", "currentUser.id").pop("nullable"),
        "GET /api/users/currentuser: 200: “currentUser.id” may be null now",
    )


def test_type():
    expect(
        set_field("tickets", "collections", "tickets", "price", type="string"),
        "GET /api/tickets: 200: “price” was of type “string” and is of type “money”",
        "POST /api/tickets: body: “price” was of type “string” and is of type “money”",
    )


def test_request_member():
    expect(drop_field("payments", "forms", "payment", "token"), "POST /api/payments: body: “token” is asked for now")
    expect(
        lambda old: old.field("payments", "forms", "payment", "token").pop("required"),
        "POST /api/payments: body: “token” is required now",
    )
    expect(
        add_field("payments", "forms", "payment", name="note", type="string", input=True),
        "POST /api/payments: body: “note” is not read any more",
    )
    expect(
        add_field("payments", "forms", "wantedPayments", name="state", type="string", input=True),
        "GET /api/payments: query: “state” is not read any more",
    )
    expect(drop_field("payments", "forms", "wantedPayments", "orderId"))


def test_body_added():
    expect(
        lambda old: old.route("payments", "POST", "/api/payments").pop("body"),
        "POST /api/payments: body: “token” is asked for now",
        "POST /api/payments: body: “orderId” is asked for now",
    )


def test_range():
    expect(
        set_field("tickets", "collections", "tickets", "title", max=500),
        "POST /api/tickets: body: “title” has a narrower range",
    )
    expect(set_field("tickets", "collections", "tickets", "title", max=50))


def test_values():
    def add(old):
        old.field("orders", "events", "order:cancelled", "reason")["values"].append("whim")

    def drop(old):
        old.field("orders", "collections", "orders", "status")["values"].remove("complete")

    expect(add, "event “order:cancelled”: “reason” does not have this value any more: “whim”")
    expect(drop, "GET /api/orders: 200: “status” may have this value now: “complete”")
    expect(lambda old: old.field("orders", "collections", "orders", "status").pop("values"))


def test_asked_values():
    def set_values(old):
        old.field("payments", "forms", "payment", "token")["values"] = ["tok_visa"]

    expect(set_values)


def test_event():
    expect(
        add_field("payments", "events", "payment:created", name="cents", type="integer"),
        "event “payment:created”: “cents” is gone",
    )
    expect(drop_field("payments", "events", "payment:created", "stripeId"))
    expect(
        lambda old: old.table("auth", "events", "user:banned").update(document=True, fields=[]),
    )


def test_named():
    """Of those that are named alone."""
    gone = {"method": "GET", "path": "/api/old", "answers": []}
    old = Old()
    old.service("orders")["routes"].append(gone)
    assert compare(old.whole).returncode == 1
    assert compare(old.whole, "tickets").returncode == 0


def test_garbage():
    openapi = run("--openapi").stdout.encode()
    whole = json.dumps(NOW).encode()
    service = NOW["services"][0]

    def change(**more):
        return {"format": NOW["format"], "services": [service | more]}

    for old, reason in [
        (b"", "it is no JSON"),
        (b"\0\xff\xfe", "it is no JSON"),
        (whole[:-20], "it is no JSON"),
        (b"[" * 1000000, "it is no JSON"),
        (b'{"format":' * 100000, "it is no JSON"),
        (b"[]", "it is no JSON object"),
        (b"5", "it is no JSON"),
        ({}, "its “format” is not"),
        (openapi, "it is in another format"),
        ({"format": NOW["format"]}, "it has no list of services"),
        ({"format": NOW["format"], "services": [5]}, "one of its services"),
        (change(name=5), "one of its services"),
        (change(routes={}), "one of its services"),
        (change(routes=[{"method": "GET"}]), "one of its services"),
        (change(routes=[{"method": "GET", "path": "/a", "answers": [5]}]), "one of its services"),
        (change(events=[{"channel": "a:b", "fields": [{}]}]), "one of its services"),
        (change(forms=[{"name": "a", "fields": [{"name": "a", "type": "id", "values": [1]}]}]), "one of its services"),
    ]:
        done = compare(old)
        assert done.returncode == 2 and reason in done.stderr, (old if len(old) < 200 else "", done)
        assert done.stderr.startswith("usher: “") and not done.stdout, done

    for path in ("/nowhere/at-all.json", "/"):
        done = run("--compare", path)
        assert done.returncode == 2 and path in done.stderr, done


def test_usage():
    for arguments in ([], ["--json", "--openapi"], ["--json", "--compare", "old.json"]):
        done = run(*arguments)
        assert done.returncode == 2 and "is wanted" in done.stderr and not done.stdout, done


def test_partial():
    """A part does not pass for the whole."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = "[Plugin]\nName=lost\nVersion=1.0.0\nABI=1\nModule=lost.so\n"
        pathlib.Path(folder, "lost.plugin").write_text(manifest, encoding="utf-8")
        plugins = [*PLUGINS, "--plugins", folder]
        done = run("--json", plugins=plugins)
        assert done.returncode == 1 and not done.stdout and "lost.so" in done.stderr, done
        done = run("tickets", "--json", plugins=plugins)
        assert done.returncode == 0 and "/api/tickets" in done.stdout, done
        done = run("--json", plugins=["--plugins", f"{folder}/nowhere", "--plugins-only"])
        assert done.returncode == 1 and not done.stdout and "nowhere" in done.stderr, done


def test_nothing_is_left():
    """No data directory is needed, and none is made."""
    with tempfile.TemporaryDirectory() as folder:
        done = run("--json", "--data", f"{folder}/data")
        assert done.returncode == 0 and not os.listdir(folder), done


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = False
    for i, (name, test) in enumerate(tests, 1):
        result = "ok"
        try:
            test()
        except Exception:  # whatever it is, the others are told of too
            result, failed = "not ok", True
            for line in traceback.format_exc().splitlines():
                print(f"# {line[:2000]}")
        print(result, i, "/comparison/" + name.removeprefix("test_").replace("_", "-"), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
