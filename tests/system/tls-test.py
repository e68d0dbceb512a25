#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What docs/tls.md prints works with the proxies themselves, and nobody else is believed.

tls-test.py TLS.MD CONFIG"""

import contextlib
import http.client
import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile

from patience import await_true

NAME = "shop.example"
PROXY = "127.0.0.1"  # where proxies connect from
PATIENCE = 10
RATE = 40
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
numbers = itertools.count(1)
results = []


def check(name, func, *arguments, skip=None):
    if skip is not None:
        results.append(f"ok {len(results) + 1} {name} # SKIP {skip}")
        return
    try:
        func(*arguments)
        results.append(f"ok {len(results) + 1} {name}")
    except Exception as error:
        print(f"# {name}: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
        results.append(f"not ok {len(results) + 1} {name}")


def expect(value, expected, what):
    if value != expected:
        raise AssertionError(f"{what}: {value!r}, not {expected!r}")


def accepts(address):
    with socket.socket() as probe:
        return probe.connect_ex(address) == 0


def choose_address():
    """One that nobody has, with the port 443 where that is allowed."""
    address = f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"
    for port in (443, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
                return probe.getsockname()
            except PermissionError:
                continue
    raise SystemExit("no port is free")


def await_gone(child):
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


class Host:
    """A “usher run” with a log to read."""

    def __init__(self, config, folder, settings, listen=f"{PROXY}:0"):
        self.log = f"{folder}/host.log"
        command = [os.environ["USHER_TEST_PROGRAM"], "run", "--config", config, "--data", f"{folder}/data",
                   "--listen", listen, "--admin", "127.0.0.1:0"]
        for setting in ("http.access-log=true", "log.level=info", f"http.rate={RATE}",
                        "auth.hash-memory-kib=1024", "auth.hash-passes=1", "auth.max-sign-ups-per-address=100000",
                        *settings):
            command += ["-s", setting]
        with open(self.log, "w", encoding="utf-8") as log:
            self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        found = re.match(r"listening on (?:http://)?(\S+)", self.child.stdout.readline())
        if found is None:
            self.child.wait()
            with open(self.log, encoding="utf-8") as log:
                raise RuntimeError(f"the host did not start: {log.read().strip()}")
        self.address = found[1]

    def find_client(self, path):
        """The address that the access log has for it."""
        def read():
            with open(self.log, encoding="utf-8") as log:
                return re.search(rf"(\S+) [A-Z]+ {re.escape(path)} \d+", log.read())
        await_true(lambda: read() is not None, f"no line for {path}")
        return read()[1]


class Client:
    """One connection; @address is of the proxy."""

    def __init__(self, address, source, certificate):
        plain = socket.create_connection(address, PATIENCE, (source, 0))
        context = ssl.create_default_context(cafile=certificate)
        self.origin = f"https://{NAME}" + ("" if address[1] == 443 else f":{address[1]}")
        self.connection = http.client.HTTPConnection(NAME)
        self.connection.sock = context.wrap_socket(plain, server_hostname=NAME)
        self.connection.auto_open = False

    def send(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Host"] = self.origin.removeprefix("https://")
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer

    def sign_up(self, **headers):
        person = {"email": f"a{next(numbers)}@example.com", "password": "correct horse"}
        return self.send("POST", "/api/users/signup", person, **headers)


class Front:
    """A proxy that runs, and the host behind it."""

    def __init__(self, host, address, certificate):
        self.host = host
        self.address = address
        self.certificate = certificate

    def connect(self, source="127.0.0.70"):
        return Client(self.address, source, self.certificate)


def check_secure(front):
    answer = front.connect().sign_up()
    expect(answer.status, 201, "status")
    expect("; secure" in (answer.headers["Set-Cookie"] or "").lower(), True, "Secure")


def check_own_origin(front):
    client = front.connect()
    expect(client.sign_up(Origin=client.origin).status, 201, "status")


def check_foreign_origin(front):
    client = front.connect()
    for origin in ("https://other.example", client.origin.replace("https", "http"), client.origin + ":1"):
        expect(client.sign_up(Origin=origin).status, 403, origin)


def check_logged(front):
    path = f"/api/tickets/x{next(numbers)}"
    front.connect("127.0.0.71").send("GET", path)
    expect(front.host.find_client(path), "127.0.0.71", "address in the log")


def check_rate(front):
    client = front.connect("127.0.0.72")
    statuses = {client.send("GET", "/api/users/currentuser").status for _ in range(4 * RATE)}
    expect(statuses, {200, 429}, "statuses")
    expect(front.connect("127.0.0.73").send("GET", "/api/users/currentuser").status, 200, "another one's status")


def check_forged(front):
    forged = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9;proto=http;host=other.example",
              "X-Forwarded-Host": "other.example", "X-Forwarded-Proto": "http"}
    path = f"/api/tickets/x{next(numbers)}"
    client = front.connect("127.0.0.74")
    client.send("GET", path, **forged)
    expect(front.host.find_client(path), "127.0.0.74", "address in the log")
    expect(client.sign_up(Origin="https://other.example", **forged).status, 403, "foreign Origin")
    expect(client.sign_up(Origin=client.origin, **forged).status, 201, "own Origin")


def check_keep_alive(front):
    client = front.connect("127.0.0.75")
    for method, status in (("GET", 200), ("POST", 405), ("GET", 200)):
        expect(client.send(method, "/api/users/currentuser").status, status, method)


RECIPE_CHECKS = {
    "secure-cookie": check_secure,
    "own-origin": check_own_origin,
    "foreign-origin": check_foreign_origin,
    "logged-address": check_logged,
    "rate": check_rate,
    "forged-headers": check_forged,
    "keep-alive": check_keep_alive,
}


def read_blocks(path):
    """What is printed: (“HTTP”, “nginx”, 0) is the first block below these two headings."""
    blocks = {}
    with open(path, encoding="utf-8") as document:
        for section in document.read().split("\n## ")[1:]:
            title, _, rest = section.partition("\n")
            for i, part in enumerate(("\n" + rest).split("\n### ")):
                name, _, text = part.partition("\n")
                for j, block in enumerate(re.findall(r"^```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE)):
                    blocks[title, name if i > 0 else "", j] = block
    return blocks


def replace(text, *pairs):
    """What is not there has drifted."""
    for printed, own in pairs:
        if printed not in text:
            raise AssertionError(f"docs/tls.md does not print “{printed}”")
        text = text.replace(printed, own)
    return text


class Bench:
    """What all recipes have in common: documents, certificate, address."""

    def __init__(self, document, config, folder):
        self.blocks = read_blocks(document)
        self.config = config
        self.folder = folder
        self.certificate = f"{folder}/fullchain.pem"
        self.key = f"{folder}/key.pem"
        self.make_certificate()

    def make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                        "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)
        with open(f"{self.folder}/all.pem", "w", encoding="utf-8") as both:
            for name in (self.certificate, self.key):
                with open(name, encoding="utf-8") as part:
                    both.write(part.read())

    def write(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def read_settings(self, way, **changes):
        """Those that are printed, for proxies that come by IPv4 only."""
        lines = re.findall(r"^([\w-]+)=(.*)$", self.blocks[way, "", 0], re.MULTILINE)
        expect("trusted-proxies" in dict(lines), True, f"trusted-proxies in “{way}”")
        return [f"http.{name}={value}" for name, value in (dict(lines) | changes).items()]

    def nginx(self, host, address, way, unix=False):
        backend = f"unix:{host.address.removeprefix('unix:')}" if unix else host.address
        pairs = [("listen 443", f"listen {address[0]}:{address[1]}"), (f"/etc/ssl/{NAME}", self.folder),
                 ("127.0.0.1:3000", backend)]
        block = replace(self.blocks[way, "nginx", 0], *pairs)
        module = ""
        if way == "HTTP":
            block = "http {\naccess_log off;\n" + "".join(
                f"{kind}_temp_path {self.folder}/{kind};\n"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) + block + "}\n"
        else:
            module = "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n"
        user = "user root;\n" if os.geteuid() == 0 else ""
        path = self.write("nginx.conf", f"{module}{user}daemon off;\npid {self.folder}/nginx.pid;\n"
                          f"worker_processes 1;\nevents {{}}\n{block}")
        return ["nginx", "-e", f"{self.folder}/nginx.log", "-p", self.folder, "-c", path]

    def haproxy(self, host, address, way, unix=False, forwarded=False):
        backend = f"unix@{host.address.removeprefix('unix:')}" if unix else host.address
        block = replace(self.blocks[way, "HAProxy", 0], ("bind :443", f"bind {address[0]}:{address[1]}"),
                        (f"/etc/ssl/{NAME}", self.folder), ("127.0.0.1:3000", backend))
        if forwarded:
            block, count = re.subn(r"( *http-request set-header X-Forwarded-.*\n){3}",
                                   lambda _: self.blocks[way, "HAProxy", 1], block)
            expect(count, 1, "runs of three X-Forwarded lines")
        return ["haproxy", "-db", "-f", self.write("haproxy.cfg", block)]

    def caddy(self, host, address, way):
        block = replace(self.blocks[way, "Caddy", 0], ("127.0.0.1:3000", host.address), (
            f"{NAME} {{", f"https://{NAME}:{address[1]} {{\nbind {address[0]}\ntls {self.certificate} {self.key}"))
        os.environ["XDG_DATA_HOME"] = os.environ["XDG_CONFIG_HOME"] = self.folder
        path = self.write("Caddyfile", "{\nadmin off\nauto_https disable_redirects\n}\n" + block)
        return ["caddy", "run", "--adapter", "caddyfile", "--config", path]

    @contextlib.contextmanager
    def host(self, settings, listen=f"{PROXY}:0"):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            host = Host(self.config, folder, settings, listen)
            try:
                yield host
            finally:
                await_gone(host.child)

    @contextlib.contextmanager
    def front(self, make, way, settings, listen=f"{PROXY}:0", **more):
        """A host with a proxy before it."""
        address = choose_address()
        with self.host(settings, listen) as host, open(f"{self.folder}/proxy.log", "w", encoding="utf-8") as log:
            child = subprocess.Popen(make(host, address, way, **more), stdout=log, stderr=log)
            try:
                await_true(lambda: accepts(address) or child.poll() is not None, "the proxy does not listen")
                expect(child.poll(), None, "exit status of the proxy")
                yield Front(host, address, self.certificate)
            finally:
                await_gone(child)


def fail(error):
    raise error


def check_recipe(name, opened, names=tuple(RECIPE_CHECKS), skip=None):
    """Each check is told, also where nothing starts."""
    program = name.split("-")[0]
    if shutil.which(program) is None:
        skip = f"{program} is missing"
    if skip is not None:
        for label in names:
            check(f"/proxies/{name}/{label}", None, skip=skip)
        return
    with contextlib.ExitStack() as stack:
        front, failure = None, None
        try:
            front = stack.enter_context(opened)
        except Exception as error:
            failure = error
        for label in names:
            if failure is None:
                check(f"/proxies/{name}/{label}", RECIPE_CHECKS[label], front)
            else:
                check(f"/proxies/{name}/{label}", fail, failure)


def check_recipes(bench):
    http_settings = bench.read_settings("HTTP")
    tcp_settings = bench.read_settings("TCP")
    forwarded = bench.read_settings("HTTP", forwarded="forwarded")
    path = f"unix:{bench.folder}/public.http"
    # by a path the limits are the proxy's matter
    by_path = [label for label in RECIPE_CHECKS if label != "rate"]
    low_port = None if choose_address()[1] == 443 else "the port 443 needs rights"

    check_recipe("nginx-http", bench.front(bench.nginx, "HTTP", http_settings))
    check_recipe("nginx-unix", bench.front(bench.nginx, "HTTP", [], path, unix=True), by_path)
    check_recipe("nginx-tcp", bench.front(bench.nginx, "TCP", tcp_settings), skip=low_port)
    check_recipe("haproxy-http", bench.front(bench.haproxy, "HTTP", http_settings))
    check_recipe("haproxy-unix", bench.front(bench.haproxy, "HTTP", [], path, unix=True), by_path)
    check_recipe("haproxy-forwarded", bench.front(bench.haproxy, "HTTP", forwarded, forwarded=True))
    check_recipe("haproxy-tcp", bench.front(bench.haproxy, "TCP", tcp_settings))
    check_recipe("caddy-http", bench.front(bench.caddy, "HTTP", http_settings))


def make_v2(source, family=0x11, port=443, tlvs=b"", command=0x21):
    kind = socket.AF_INET6 if family == 0x21 else socket.AF_INET
    target = "::1" if family == 0x21 else "127.0.0.1"
    addresses = socket.inet_pton(kind, source) + socket.inet_pton(kind, target) + struct.pack("!HH", 4711, port)
    if family == 0:
        addresses = b""
    return SIGNATURE + struct.pack("!BBH", command, family, len(addresses + tlvs)) + addresses + tlvs


def make_ssl_tlv(client):
    value = struct.pack("!BI", client, 0)
    return struct.pack("!BH", 0x20, len(value)) + value


def exchange(host, start, request, source=PROXY):
    """All that comes until the end, which the request asks for."""
    name, port = host.address.rsplit(":", 1)
    answer = b""
    with socket.create_connection((name, int(port)), PATIENCE, (source, 0)) as plain:
        with contextlib.suppress(ConnectionError):
            plain.sendall(start + request)
            while (more := plain.recv(65536)) != b"":
                answer += more
    return answer


def make_get(path, headers=""):
    return f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n{headers}Connection: close\r\n\r\n".encode()


def make_sign_up(headers="", host=NAME):
    body = json.dumps({"email": f"a{next(numbers)}@example.com", "password": "correct horse"})
    return (f"POST /api/users/signup HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{headers}"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}").encode()


def check_source(host, start, address, headers="", source=PROXY):
    path = f"/api/tickets/x{next(numbers)}"
    answer = exchange(host, start, make_get(path, headers), source)
    expect(answer[:13], b"HTTP/1.1 404 ", "status")
    expect(host.find_client(path), address, "address in the log")


def check_https(host, start, secure, headers="", name=NAME):
    answer = exchange(host, start, make_sign_up(headers, name))
    expect(answer[:13], b"HTTP/1.1 201 ", "status")
    expect(b"; secure" in answer.lower(), secure, "Secure")


def check_refused(host, start, source=PROXY):
    answer = exchange(host, start, make_get("/api/users/currentuser"), source)
    expect(answer[:13] in (b"", b"HTTP/1.1 400 ", b"HTTP/1.1 403 "), True, f"refusal, got {answer[:60]!r}")


V1 = b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 443\r\n"
BEHIND = b"PROXY TCP4 127.0.0.9 127.0.0.1 4711 80\r\n"
X_FORWARDED = f"X-Forwarded-For: 192.0.2.8:99\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: {NAME}\r\n"
FORWARDED = f'Forwarded: for="[2001:db8::8]:4711";proto=https;host="{NAME}"\r\n'
UNTRUSTED = "127.0.0.5"

# name → check, and its arguments after the host
PROXY_CHECKS = {
    "v1": (check_source, V1, "192.0.2.7"),
    "v1-ipv6": (check_source, b"PROXY TCP6 2001:db8::7 ::1 4711 443\r\n", "2001:db8::7"),
    "v1-unknown": (check_source, b"PROXY UNKNOWN\r\n", PROXY),
    "v1-unknown-with-more": (check_source, b"PROXY UNKNOWN a b c d\r\n", PROXY),
    "v2": (check_source, make_v2("192.0.2.7"), "192.0.2.7"),
    "v2-ipv6": (check_source, make_v2("2001:db8::7", 0x21), "2001:db8::7"),
    "v2-local": (check_source, make_v2("192.0.2.7", 0, command=0x20), PROXY),
    "v2-other-tlvs": (check_source, make_v2("192.0.2.7", tlvs=b"\x04\0\x03abc\x05\0\x01x"), "192.0.2.7"),
    "v1-https-by-port": (check_https, V1, True),
    "v1-http-by-port": (check_https, V1.replace(b" 443", b" 80"), False),
    "v2-https-by-port": (check_https, make_v2("192.0.2.7"), True),
    "v2-https-by-tlv": (check_https, make_v2("192.0.2.7", port=8443, tlvs=make_ssl_tlv(1)), True),
    "v2-http-by-tlv": (check_https, make_v2("192.0.2.7", port=443, tlvs=make_ssl_tlv(0)), False),
    "missing": (check_refused, b""),
    "cut": (check_refused, b"PROXY TCP4 192.0.2.7\r\n"),
    "v1-garbled-address": (check_refused, V1.replace(b"192", b"999")),
    "v1-garbled-port": (check_refused, V1.replace(b"4711", b"99999")),
    "v1-leading-zero": (check_refused, V1.replace(b"4711", b"04711")),
    "v1-wrong-family": (check_refused, b"PROXY TCP6 192.0.2.7 127.0.0.1 4711 443\r\n"),
    "v1-bare-lf": (check_refused, V1.replace(b"\r\n", b"\n")),
    "v1-too-long": (check_refused, b"PROXY UNKNOWN " + b"x" * 200 + b"\r\n"),
    "v1-lower-case": (check_refused, V1.lower()),
    "v2-version-3": (check_refused, make_v2("192.0.2.7", command=0x31)),
    "v2-unknown-command": (check_refused, make_v2("192.0.2.7", command=0x22)),
    "v2-too-short": (check_refused, SIGNATURE + struct.pack("!BBH", 0x21, 0x11, 4) + b"\0\0\0\0"),
    "v2-tlv-beyond-end": (check_refused, make_v2("192.0.2.7", tlvs=b"\x20\xff\xff\x01")),
    "v2-garbled-signature": (check_refused, make_v2("192.0.2.7").replace(b"QUIT", b"QUIP")),
    "twice": (check_refused, V1 + V1),
    "untrusted-with-v1": (check_refused, V1, UNTRUSTED),
    "untrusted-with-v2": (check_refused, make_v2("192.0.2.7"), UNTRUSTED),
    "untrusted-without": (check_refused, b"", UNTRUSTED),
    "headers-of-clients": (check_source, V1, "192.0.2.7", X_FORWARDED),
    "headers-of-trusted-source": (check_source, BEHIND, "192.0.2.8", X_FORWARDED),
    "https-of-clients": (check_https, V1.replace(b" 443", b" 80"), False, X_FORWARDED),
    "https-of-trusted-source": (check_https, BEHIND, True, X_FORWARDED),
}
X_FORWARDED_CHECKS = {
    "port": (check_source, b"", "192.0.2.8", X_FORWARDED),
    "ipv6-with-port": (check_source, b"", "2001:db8::8", X_FORWARDED.replace("192.0.2.8", "[2001:db8::8]")),
    "last-that-is-not-trusted": (check_source, b"", "192.0.2.8",
                                 "X-Forwarded-For: 203.0.113.9, 192.0.2.8, 127.0.0.1\r\n"),
    "https": (check_https, b"", True, X_FORWARDED),
    "other-family": (check_source, b"", PROXY, FORWARDED),
    "https-of-other-family": (check_https, b"", False, FORWARDED),
    "untrusted": (check_source, b"", UNTRUSTED, X_FORWARDED, UNTRUSTED),
}
FORWARDED_CHECKS = {
    "ipv6-with-port": (check_source, b"", "2001:db8::8", FORWARDED),
    "ipv4": (check_source, b"", "192.0.2.8", "Forwarded: for=192.0.2.8;proto=https\r\n"),
    "ipv4-with-port": (check_source, b"", "192.0.2.8", 'Forwarded: For="192.0.2.8:4711"\r\n'),
    "last-that-is-not-trusted": (check_source, b"", "192.0.2.8",
                                 "Forwarded: for=203.0.113.9, for=192.0.2.8, for=127.0.0.1\r\n"),
    "comma-in-quotes": (check_source, b"", "192.0.2.8", 'Forwarded: for="a, for=203.0.113.9", for=192.0.2.8\r\n'),
    "https": (check_https, b"", True, FORWARDED),
    "host": (check_https, b"", True, f"Origin: https://{NAME}\r\n{FORWARDED}", "127.0.0.1"),
    "other-family": (check_source, b"", PROXY, X_FORWARDED),
    "https-of-other-family": (check_https, b"", False, X_FORWARDED),
    "untrusted": (check_source, b"", UNTRUSTED, FORWARDED, UNTRUSTED),
}


def check_host(name, opened, checks):
    with contextlib.ExitStack() as stack:
        host, failure = None, None
        try:
            host = stack.enter_context(opened)
        except Exception as error:
            failure = error
        for label, (func, *arguments) in checks.items():
            if failure is None:
                check(f"/proxies/{name}/{label}", func, host, *arguments)
            else:
                check(f"/proxies/{name}/{label}", fail, failure)


def check_headers(bench):
    trusted = f"http.trusted-proxies={PROXY};127.0.0.9"
    # many from one address in no time
    free = ["http.rate=0", trusted]
    check_host("proxy-header", bench.host(bench.read_settings("TCP") + free), PROXY_CHECKS)
    check_host("x-forwarded", bench.host(free), X_FORWARDED_CHECKS)
    check_host("forwarded", bench.host([*free, "http.forwarded=forwarded"]), FORWARDED_CHECKS)


def main(document, config):
    # where Debian has proxies
    os.environ["PATH"] += ":/usr/sbin"
    with tempfile.TemporaryDirectory(prefix="usher-test-") as folder:
        bench = Bench(document, config, folder)
        check_recipes(bench)
        check_headers(bench)
    print("\n".join(results))
    print(f"1..{len(results)}")


main(*sys.argv[1:])
