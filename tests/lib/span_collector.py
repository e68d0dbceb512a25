# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A collector of spans that knows OpenTelemetry's own definition of its protocol, and may be told to misbehave"""

import base64
import http.server
import json
import socket
import ssl
import sys
import threading

from packages import ensure, install_python

VERSION = "1.45.2"
IDS = ("traceId", "spanId", "parentSpanId")


def load():
    """The definition, from an environment of its own."""
    folder = ensure(f"opentelemetry-proto-{VERSION}", install_python, f"opentelemetry-proto=={VERSION}")
    sys.path += [str(path) for path in folder.glob("lib/python3*/site-packages")]


def to_base64(value):
    """Ids are hexadecimal in OTLP's JSON, and base64 in protobuf's."""
    if isinstance(value, list):
        return [to_base64(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: base64.b64encode(bytes.fromhex(item)).decode() if name in IDS else to_base64(item)
            for name, item in value.items()}


class Span:
    def __init__(self, service, instance, span):
        self.service = service
        self.instance = instance
        self.name = span.name
        self.kind = span.kind
        self.trace = span.trace_id.hex()
        self.id = span.span_id.hex()
        self.parent = span.parent_span_id.hex()
        self.began = span.start_time_unix_nano
        self.ended = span.end_time_unix_nano
        self.failed = span.status.code == 2
        self.attributes = {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in span.attributes}


def read_spans(body):
    """Whatever the definition does not know is an error."""
    from google.protobuf import json_format
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

    request = trace_service_pb2.ExportTraceServiceRequest()
    json_format.Parse(json.dumps(to_base64(json.loads(body))), request)
    spans = []
    for resource in request.resource_spans:
        known = {item.key: item.value.string_value for item in resource.resource.attributes}
        for scope in resource.scope_spans:
            spans += [Span(known["service.name"], known["service.instance.id"], span) for span in scope.spans]
    return spans


class Collector:
    """Takes spans on a port of its own, until close(). @answer: status, headers and body of what is answered"""

    def __init__(self, certificate=None):
        self.spans = []
        self.bodies = []
        self.n_requests = 0
        self.answer = (200, {}, b"{}")
        self.hangs = False
        self.lock = threading.Lock()
        self.closing = threading.Event()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                collector.take(self)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "http" if certificate is None else "https"
        self.endpoint = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def take(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self.lock:
            self.n_requests += 1
            status, headers, answer = self.answer
            if status == 200 and not self.hangs:
                self.bodies.append(body)
                self.spans += read_spans(body) if handler.path == "/v1/traces" else []
        if self.hangs:
            self.closing.wait()
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        try:
            handler.wfile.write(answer)
        except OSError:
            pass

    def find(self, **wanted):
        with self.lock:
            return [span for span in self.spans
                    if all(getattr(span, name) == value for name, value in wanted.items())]

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
