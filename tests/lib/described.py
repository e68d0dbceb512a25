#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests, answers and events, held against what “usher describe” says of them."""

import copy
import json
import re
import urllib.parse

import jsonschema

METHODS = {"HEAD": "get"}
JSON = "application/json"


def close(schema):
    """The same, but what it does not name may not be there."""
    if isinstance(schema, list):
        return [close(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: close(part) for name, part in schema.items()}
    if closed.get("type") == "object" and isinstance(closed.get("properties"), dict):
        closed["additionalProperties"] = False
    return closed


def strip(value):
    """As the host takes it: blanks around a string do not count."""
    if isinstance(value, dict):
        return {name: strip(part) for name, part in value.items()}
    return value.strip() if isinstance(value, str) else value


def find_problem(schema, schemas, value):
    """None, or in what VALUE is not as SCHEMA says, which refers to SCHEMAS."""
    whole = {**schema, "components": {"schemas": schemas}}
    error = next(iter(jsonschema.Draft202012Validator(whole).iter_errors(value)), None)
    return None if error is None else f"{error.json_path}: {error.message}"


def parse(text):
    return json.loads(text, strict=False)


class Path:
    def __init__(self, template, operations):
        self.template = template
        self.operations = operations
        self.segments = template.split("/")
        self.n_parameters = template.count("{")

    def fits(self, segments):
        return len(segments) == len(self.segments) and all(
            (own[:1] == "{" and given) or urllib.parse.unquote(own) == urllib.parse.unquote(given)
            for own, given in zip(self.segments, segments)
        )


class OpenApi:
    def __init__(self, text):
        self.whole = json.loads(text)
        self.components = self.whole["components"]
        self.open = self.components["schemas"]
        self.closed = close(copy.deepcopy(self.open))
        self.paths = sorted((Path(*item) for item in self.whole["paths"].items()), key=lambda path: path.n_parameters)
        self.anywhere = {
            name.removeprefix("Status"): answer
            for name, answer in self.components["responses"].items()
            if answer.get("x-usher-any-request")
        }
        self.seen = set()

    def resolve(self, part):
        while "$ref" in part:
            found = self.whole
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part

    def find(self, method, path):
        """Template and operation, None and None where there is none."""
        segments = path.split("/")
        for candidate in self.paths:
            operation = candidate.operations.get(METHODS.get(method, method.lower()))
            if operation is not None and candidate.fits(segments):
                return candidate.template, operation
        return None, None

    def check_body(self, answer, exchange):
        content = answer.get("content", {}).get(JSON)
        if exchange["method"] == "HEAD":
            return None
        if content is None:
            return None if not exchange["answer"] else "a body that is not described"
        if not exchange["answer"]:
            return "no body where one is described"
        if not (exchange["type"] or "").startswith(JSON):
            return f"a body that is {exchange['type']}"
        return find_problem(close(content["schema"]), self.closed, parse(exchange["answer"]))

    def check_request(self, operation, exchange, query):
        """What is taken is described, and nothing that is described keeps it from being sent."""
        names = {self.resolve(parameter)["name"] for parameter in operation["parameters"]}
        for name in urllib.parse.parse_qs(query, keep_blank_values=True):
            if name not in names:
                return f"parameter {name} is taken and not described"
        body = operation.get("requestBody")
        if body is None:
            return None
        problem = find_problem(body["content"][JSON]["schema"], self.open, strip(parse(exchange["body"])))
        return problem and f"a request is taken that is not as described: {problem}"

    def check(self, exchange):
        """None, or what of it is not described."""
        path, _, query = exchange["target"].partition("?")
        template, operation = self.find(exchange["method"], path)
        status = str(exchange["status"])
        if operation is None:
            is_known = status in self.anywhere or f"Status{status}" in self.components["responses"]
            return None if exchange["admin"] or exchange["method"] == "OPTIONS" or is_known else "it is not described"

        answer = operation["responses"].get(status, self.anywhere.get(status))
        if answer is None:
            return f"status {status} of {template} is not described"
        self.seen.add((template, exchange["method"], status))
        problem = self.check_body(self.resolve(answer), exchange)
        if problem is None and status[0] == "2" and exchange["method"] != "HEAD":
            problem = self.check_request(operation, exchange, query)
        return problem


class AsyncApi:
    def __init__(self, text):
        self.whole = json.loads(text)
        messages = self.whole["components"]["messages"]
        self.payloads = {
            channel["address"]: close(messages[channel["messages"]["event"]["$ref"].rsplit("/", 1)[1]]["payload"])
            for channel in self.whole["channels"].values()
        }
        self.seen = set()

    def check(self, event):
        schema = self.payloads.get(event["channel"])
        if schema is None:
            return "its channel is not described"
        self.seen.add(event["channel"])
        return find_problem(schema, {}, parse(event["payload"]))


def list_events(exchange):
    """What of the log an operator was told."""
    if not exchange["admin"] or not exchange["target"].startswith("/events?") or exchange["status"] != 200:
        return []
    return parse(exchange["answer"])["items"]


def find_problems(openapi, asyncapi, lines):
    """What of the traffic in LINES is not described, each once."""
    problems = {}
    known = set()
    for line in lines:
        exchange = parse(line)
        for event in list_events(exchange):
            problem = asyncapi.check(event)
            if problem:
                problems.setdefault(f"event {event['channel']}: {problem}", event["payload"])
        # ids apart, most of it has been seen before
        kind = re.sub("[0-9a-f]{24}", "ID", line)
        if kind in known:
            continue
        known.add(kind)
        problem = openapi.check(exchange)
        if problem:
            problems.setdefault(f"{exchange['method']} {exchange['target']}: {exchange['status']}: {problem}", line)
    return [f"{problem}\n{what}" for problem, what in problems.items()]
