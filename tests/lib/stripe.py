#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that keeps charges as Stripe does, by idempotency keys, and misbehaves when a test says so

It says its port, and ends with its standard input. Under /fake a test tells it what to do, and asks what it has. With
--check it shows each request to stripe-mock too, or says “skip” and why that cannot be had.
"""

import collections
import http.server
import itertools
import json
import re
import sys
import threading
import urllib.parse

import stripe_mock

SLOW = 3
DECLINED = "Your card was declined."
CALLS = {
    ("POST", r"/v1/payment_methods"): "method",
    ("POST", r"/v1/payment_intents"): "create",
    ("POST", r"/v1/payment_intents/(\w+)/confirm"): "confirm",
    ("POST", r"/v1/payment_intents/(\w+)/cancel"): "cancel",
    ("GET", r"/v1/payment_intents/(\w+)"): "retrieve",
    ("POST", r"/v1/refunds"): "refund",
    ("GET", r"/v1/refunds"): "list",
}


class Refused(Exception):
    """What is answered with a status of its own"""

    def __init__(self, status, message, **more):
        super().__init__(message)
        self.status = status
        self.answer = {"error": {"message": message, **more}}


class Books:
    """What there is: one lock for all of it"""

    def __init__(self):
        self.changed = threading.Condition()
        self.ids = itertools.count(1)
        self.tokens = {}
        self.intents = {}
        self.refunds = {}
        self.answers = {}
        self.events = []
        self.calls = collections.Counter()
        self.complaints = []
        self.faults = {}
        self.held = 0
        self.released = 0
        self.refund_status = "succeeded"

    def _say(self, kind, thing):
        event = {"id": f"evt_{next(self.ids)}", "object": "event", "type": kind, "data": {"object": dict(thing)}}
        self.events.append(event)

    def _turn(self, intent, status):
        intent["status"] = status
        said = {"succeeded": "succeeded", "canceled": "canceled", "requires_payment_method": "payment_failed"}
        self._say("payment_intent." + said.get(status, status), intent)

    def method(self, form):
        token = form.get("card[token]", "")
        if not token.startswith("tok_") or token == "tok_unheardOf":
            raise Refused(400, f"No such token: '{token}'", type="invalid_request_error", param="card[token]")
        method = f"pm_{next(self.ids)}"
        self.tokens[method] = token
        return {"id": method, "object": "payment_method"}

    def create(self, form):
        if int(form["amount"]) < 50:
            raise Refused(400, "Amount must be at least $0.50 usd", type="invalid_request_error", param="amount")
        intent = {
            "id": f"pi_{next(self.ids)}",
            "object": "payment_intent",
            "amount": int(form["amount"]),
            "currency": form["currency"],
            "client_secret": f"pi_{next(self.ids)}_secret_fake",
            "metadata": read_metadata(form),
            "payment_method": form["payment_method"],
            "status": "requires_confirmation",
        }
        self.intents[intent["id"]] = intent
        return dict(intent)

    def confirm(self, form, name):
        intent = self.intents[name]
        token = self.tokens.get(intent["payment_method"], "tok_visa")
        if intent["status"] not in ("requires_confirmation", "requires_payment_method"):
            raise Refused(400, "This intent cannot be confirmed", code="payment_intent_unexpected_state")
        if token == "tok_chargeDeclined":
            self._turn(intent, "requires_payment_method")
            raise Refused(402, DECLINED, type="card_error", code="card_declined")
        if token == "tok_threeDSecure":
            self._turn(intent, "requires_action")
        else:
            self._turn(intent, "succeeded")
        return dict(intent)

    def cancel(self, form, name):
        intent = self.intents[name]
        if intent["status"] in ("succeeded", "canceled", "processing"):
            raise Refused(400, "This intent cannot be cancelled", code="payment_intent_unexpected_state")
        self._turn(intent, "canceled")
        return dict(intent)

    def retrieve(self, form, name):
        if name not in self.intents:
            raise Refused(404, "No such intent", type="invalid_request_error")
        return dict(self.intents[name])

    def refund(self, form):
        intent = self.intents[form["payment_intent"]]
        of_it = [r for r in self.refunds.values() if r["payment_intent"] == intent["id"] and r["status"] != "failed"]
        if intent["status"] != "succeeded":
            raise Refused(400, "This intent has no charge")
        if of_it:
            raise Refused(400, "It has been refunded already", code="charge_already_refunded")
        refund = {
            "id": f"re_{next(self.ids)}",
            "object": "refund",
            "amount": intent["amount"],
            "metadata": read_metadata(form),
            "payment_intent": intent["id"],
            "status": self.refund_status,
        }
        self.refunds[refund["id"]] = refund
        return dict(refund)

    def list(self, form):
        newest = reversed(list(self.refunds.values()))
        return {"object": "list", "data": [dict(r) for r in newest if r["payment_intent"] == form["payment_intent"]]}

    def count(self):
        paid = [intent for intent in self.intents.values() if intent["status"] == "succeeded"]
        back = [refund for refund in self.refunds.values() if refund["status"] in ("succeeded", "pending")]
        return {
            "intents": len(self.intents),
            "paid": len(paid),
            "closed": sum(intent["status"] == "canceled" for intent in self.intents.values()),
            "refunds": len(back),
            "cents": sum(intent["amount"] for intent in paid) - sum(refund["amount"] for refund in back),
            "orders": len({intent["metadata"]["order"] for intent in paid}),
            "held": self.held,
            "calls": dict(self.calls),
            "complaints": self.complaints,
        }

    def act(self, status):
        """The payer, or the bank, goes on"""
        for intent in self.intents.values():
            if intent["status"] == "requires_action":
                self._turn(intent, status)

    def set_refunds(self, status, later):
        for refund in self.refunds.values():
            refund["status"] = status
            self._say("refund.failed" if status == "failed" else "refund.updated", refund)
        self.refund_status = later

    def hold(self):
        """With the lock"""
        self.held += 1
        self.changed.notify_all()
        generation = self.released
        self.changed.wait_for(lambda: self.released > generation)
        self.held -= 1


def read_metadata(form):
    return {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}


class Handler(http.server.BaseHTTPRequestHandler):
    """One request"""

    protocol_version = "HTTP/1.1"
    books = Books()
    mock = None

    def log_message(self, *args):
        pass

    def _answer(self, status, answer, **headers):
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _cut(self):
        self.close_connection = True
        self.connection.close()

    def _take_fault(self, kind):
        fault, times = self.books.faults.get(kind, (None, 0))
        if times > 0:
            self.books.faults[kind] = (fault, times - 1)
            return fault
        return None

    def _run(self, kind, form, names):
        """Status and answer, the first ones of the key; with the lock"""
        key = self.headers.get("Idempotency-Key")
        asked = (self.path, form)
        if key in self.books.answers:
            before, status, answer = self.books.answers[key]
            if before != asked:
                return 400, {"error": {"message": "Keys are for one request", "type": "idempotency_error"}}
            return status, answer
        try:
            status, answer = 200, getattr(self.books, kind)(form, *names)
        except Refused as refused:
            status, answer = refused.status, refused.answer
        if key is not None:
            self.books.answers[key] = asked, status, answer
        return status, answer

    def _serve(self, kind, form, names):
        with self.books.changed:
            self.books.calls[kind] += 1
            fault = self._take_fault(kind)
            if fault == "hold":
                self.books.hold()
            if fault in ("429", "429-long", "401", "500"):
                retry = {"429": {"Retry_After": "0"}, "429-long": {"Retry_After": "60"}}.get(fault, {})
                return self._answer(int(fault[:3]), {"error": {"message": "Invalid API Key provided: sk_test_***"}}, **retry)
            if fault == "moved":
                return self._answer(302, {"id": "pi_elsewhere"}, Location="https://example.org/")
            if fault == "cut":
                return self._cut()
            status, answer = self._run(kind, form, names)
            if fault == "500-after":
                key = self.headers.get("Idempotency-Key")
                if key in self.books.answers:
                    self.books.answers[key] = self.books.answers[key][0], 500, {"error": {"message": "Oops"}}
                return self._answer(500, {"error": {"message": "Oops"}}, Stripe_Should_Retry="false")
            if fault == "cut-after":
                return self._cut()
            if fault == "hold-after":
                self.books.hold()
        if fault == "slow":
            threading.Event().wait(SLOW)
        if fault == "garbage":
            return self._answer(200, b"<html>")
        if fault == "more" and "amount" in answer:
            return self._answer(status, {**answer, "amount": answer["amount"] + 1})
        if fault == "dearer" and "currency" in answer:
            return self._answer(status, {**answer, "currency": "kwd"})
        if fault == "other":
            return self._answer(status, {**answer, "id": "pi_other"})
        return self._answer(status, answer)

    def _control(self, verb, form):
        books = self.books
        with books.changed:
            if verb == "fault":
                books.faults[form["on"]] = form["kind"], int(form["times"])
            elif verb == "release":
                books.released += 1
                books.changed.notify_all()
            elif verb == "act":
                books.act(form["status"])
            elif verb == "refunds":
                books.set_refunds(form["status"], form["later"])
            elif verb == "https":
                return self._answer(200, [self.mock.https])
            elif verb == "events":
                return self._answer(200, [json.dumps(event) for event in books.events])
        with books.changed:
            return self._answer(200, books.count())

    def _handle(self):
        parts = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        form = dict(urllib.parse.parse_qsl(body or parts.query))
        if parts.path.startswith("/fake/"):
            return self._control(parts.path[6:], form)
        if self.headers.get("Authorization") != "Bearer sk_test_fake" or not self.headers.get("Stripe-Version"):
            return self._answer(401, {"error": {"message": "Invalid API Key"}})
        if self.mock is not None:
            complaint = self.mock.check(self.command, self.path, body, self.headers)
            self.books.complaints += [complaint] if complaint is not None else []
        for (method, pattern), kind in CALLS.items():
            found = re.fullmatch(pattern, parts.path)
            if method == self.command and found is not None:
                return self._serve(kind, form, found.groups())
        return self._answer(404, {"error": {"message": "Unrecognized request URL"}})

    do_GET = do_POST = _handle


def main():
    if "--check" in sys.argv:
        try:
            Handler.mock = stripe_mock.Mock()
        except stripe_mock.Missing as missing:
            print("skip", missing, flush=True)
            return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
