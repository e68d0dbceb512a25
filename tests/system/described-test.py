#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Others can read what “usher describe” prints, and buy a ticket by it: described-test.py LIB"""

import importlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

LIB = os.path.abspath(sys.argv[1])
sys.path.insert(0, LIB)

from describing import describe, find_node, go_on_there  # noqa: E402

go_on_there()

import jsonschema  # noqa: E402
from described import AsyncApi, OpenApi, find_problem, find_problems  # noqa: E402
from openapi_spec_validator import validate  # noqa: E402
from printed import choose_port  # noqa: E402

ID = "65f0c0ffee0123456789abcd"


def validate_asyncapi(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "asyncapi.json")
        path.write_text(text, encoding="utf-8")
        command = ["node", f"{LIB}/parse-asyncapi.js", path]
        done = subprocess.run(command, cwd=find_node(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_openapi():
    validate(json.loads(describe("--openapi")))


def test_asyncapi():
    validate_asyncapi(describe("--asyncapi"))


def test_empty():
    with tempfile.TemporaryDirectory() as folder:
        command = [os.environ["USHER_TEST_PROGRAM"], "describe", "--plugins", folder, "--plugins-only"]
        texts = [
            subprocess.run([*command, form], check=True, capture_output=True, text=True).stdout
            for form in ("--openapi", "--asyncapi")
        ]
    validate(json.loads(texts[0]))
    validate_asyncapi(texts[1])


def test_examples():
    openapi = OpenApi(describe("--openapi"))
    n_examples = 0
    for path in openapi.paths:
        for operation in path.operations.values():
            bodies = [operation.get("requestBody", {}), *map(openapi.resolve, operation["responses"].values())]
            for content in (body["content"]["application/json"] for body in bodies if "content" in body):
                examples = [example["value"] for example in content.get("examples", {}).values()]
                if "example" in content:
                    examples.append(content["example"])
                for example in examples:
                    problem = find_problem(content["schema"], openapi.open, example)
                    assert problem is None, f"{path.template}: {problem}"
                    n_examples += 1
    assert n_examples > 30, n_examples

    messages = json.loads(describe("--asyncapi"))["components"]["messages"].values()
    for message in messages:
        jsonschema.validate(message["examples"][0]["payload"], message["payload"])


def make_exchange(**more):
    ticket = {"id": ID, "version": 0, "title": "Concert", "price": 5, "userId": ID}
    exchange = {"admin": False, "method": "GET", "target": f"/api/tickets/{ID}", "body": None, "status": 200}
    exchange |= {"type": "application/json", "answer": json.dumps(ticket | more.pop("ticket", {}))}
    return json.dumps(exchange | more)


def test_undescribed():
    """What holds traffic against the description finds what is not described."""
    openapi, asyncapi = OpenApi(describe("--openapi")), AsyncApi(describe("--asyncapi"))

    def find(line):
        return "".join(find_problems(openapi, asyncapi, [line]))

    assert not find(make_exchange())
    assert "status 418" in find(make_exchange(status=418))
    assert "'colour'" in find(make_exchange(ticket={"colour": "red"}))
    assert "price" in find(make_exchange(ticket={"price": "5"}))
    assert "userId" in find(make_exchange(answer=json.dumps({"id": ID, "version": 0, "title": "a", "price": 5})))
    assert "not described" in find(make_exchange(target="/api/nowhere"))
    assert "parameter colour" in find(make_exchange(target="/api/tickets?colour=red", answer="[]"))
    body = {"method": "POST", "target": "/api/tickets", "status": 201}
    assert not find(make_exchange(**body, body='{"title":"a","price":"5.50"}'))
    assert "is taken" in find(make_exchange(**body, body='{"price":5}'))
    event = {"channel": "payment:created", "payload": json.dumps({"id": ID, "orderId": ID, "stripeId": "1", "cents": 5})}
    log = {"admin": True, "target": "/events?channel=payment:created", "answer": json.dumps({"items": [event]})}
    assert "'cents'" in find(make_exchange(**log))
    event["channel"] = "payment:imagined"
    log["answer"] = json.dumps({"items": [event]})
    assert "channel is not described" in find(make_exchange(**log))


class Host:
    def __init__(self, folder, verb="run"):
        command = [os.environ["USHER_TEST_PROGRAM"], verb, "--plugins", os.environ["USHER_TEST_PLUGIN_DIR"]]
        command += ["--plugins-only", "--data", f"{folder}/data", "--listen", f"127.0.0.1:{choose_port()}"]
        command += ["--admin", "127.0.0.1:0", "--run", f"{folder}/run"]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.uri = self.child.stdout.readline().removeprefix("listening on ").strip()
        self.admin = self.child.stdout.readline().removeprefix("admin on ").strip()

    def ask(self, page):
        with urllib.request.urlopen(self.admin + page, timeout=60) as answer:
            assert answer.headers["Content-Type"] == "application/json", answer.headers
            return json.load(answer)

    def close(self):
        self.child.terminate()
        return self.child.wait(timeout=60)


def check_pages(host):
    """They tell what the command does, but for where they are."""
    for page in ("openapi", "asyncapi"):
        found, printed = host.ask(f"/describe/{page}.json"), json.loads(describe(f"--{page}"))
        del found["info"], printed["info"]
        assert found.keys() == printed.keys(), page
        for part in found.keys() - {"servers", "paths"}:
            assert found[part] == printed[part], (page, part)
        assert found.get("paths", {}).keys() == printed.get("paths", {}).keys()
    assert host.ask("/describe/description.json") == json.loads(describe("--json"))


def test_pages():
    """Of a host, and of a supervisor, where each process has those of its own besides."""
    for verb in ("run", "up"):
        with tempfile.TemporaryDirectory() as folder:
            host = Host(folder, verb)
            try:
                check_pages(host)
                processes = [] if verb == "run" else host.ask("/processes")["items"]
                names = [process["name"] for process in processes if process["services"] == ["tickets"]]
                assert verb == "run" or names, processes
                for name in names:
                    paths = host.ask(f"/processes/{name}/describe/openapi.json")["paths"]
                    assert list(paths) == ["/api/tickets", "/api/tickets/{id}"], paths
            finally:
                status = host.close()
        assert status == 0, status


def generate(folder):
    path = pathlib.Path(folder, "openapi.json")
    path.write_text(describe("--openapi"), encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", path, "--meta", "none"]
    subprocess.run([*command, "--output-path", f"{folder}/shop"], check=True, capture_output=True)
    sys.path.insert(0, folder)


def load(tag, name):
    return importlib.import_module(f"shop.api.{tag}.{name}")


def sign_up(host, email):
    shop = importlib.import_module("shop")
    models = importlib.import_module("shop.models")
    body = models.AuthNewUserRequest(email=email, password="correct horse")
    answer = load("auth", "post_api_users_signup").sync_detailed(client=shop.Client(base_url=host.uri), body=body)
    assert answer.status_code == 201 and answer.parsed.email == email, answer
    token = answer.headers["Set-Cookie"].removeprefix("session=").split(";")[0]
    return shop.AuthenticatedClient(base_url=host.uri, token=token)


def buy(host):
    models = importlib.import_module("shop.models")
    ann, bob = sign_up(host, "ann@example.com"), sign_up(host, "bob@example.com")
    offer = models.TicketsTicketsRequest(title="Concert", price=19.99)
    ticket = load("tickets", "post_api_tickets").sync(client=ann, body=offer)
    assert ticket.price == 19.99 and ticket.version == 0, ticket
    listed = load("tickets", "get_api_tickets").sync(client=ann, limit=10)
    assert [other.id for other in listed] == [ticket.id], listed

    wish = models.OrdersOrdersRequest(ticket_id=ticket.id)
    order = load("orders", "post_api_orders").sync(client=bob, body=wish, idempotency_key="once")
    assert order.status == models.OrdersOrdersStatus.CREATED and order.ticket.price == 19.99, order
    payment = models.PaymentsPaymentRequest(token="tok_visa", order_id=order.id)
    paid = load("payments", "post_api_payments").sync_detailed(client=bob, body=payment)
    assert paid.status_code == 201 and paid.parsed.id, paid
    show = load("orders", "get_api_orders_id").sync
    deadline = time.monotonic() + 60
    while show(order.id, client=bob).status != models.OrdersOrdersStatus.COMPLETE:
        assert time.monotonic() < deadline, "the order is never complete"
    payments = load("payments", "get_api_payments").sync(client=bob, order_id=order.id)
    assert [(one.id, one.amount) for one in payments] == [(paid.parsed.id, 19.99)], payments
    refused = load("tickets", "put_api_tickets_id").sync(ticket.id, client=ann, body=offer)
    assert refused.errors[0].message == "Cannot edit a reserved ticket", refused


def test_client():
    """A client that somebody else's program has made of the description makes the purchase."""
    with tempfile.TemporaryDirectory() as folder:
        generate(folder)
        host = Host(folder)
        try:
            buy(host)
        finally:
            status = host.close()
    assert status == 0, status


TESTS = [test_openapi, test_asyncapi, test_empty, test_examples, test_undescribed, test_pages, test_client]


def main():
    print(f"1..{len(TESTS)}")
    failed = False
    for i, test in enumerate(TESTS, 1):
        result = "ok"
        try:
            test()
        except Exception:  # whatever it is, the others are told of too
            result, failed = "not ok", True
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
        print(result, i, "/described/" + test.__name__.removeprefix("test_"), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
