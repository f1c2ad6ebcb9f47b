"""HTTPie's own test-suite, run through the command.

    (a checkout of httpie/cli in ./httpie)
    pip install pytest pytest-mock responses requests-toolbelt multidict rich defusedxml Pygments
    python3 tests/peers/httpie_suite.py ./httpie [words for pytest]

`httpie.core.main()` is replaced by the command (`ROUNDTRIP` names another one), the httpbin of the
tests by `roundtrip httpbin`, replies that a case mocks by a proxy. It takes 20 minutes and prints
how many cases pass, and which differ on purpose: of HTTPie 3.2.4 587 pass, 434 differ on purpose.
"""
import json
import os
import pty
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
import tty
import types
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import responses

ROOT = Path(__file__).resolve().parents[2]
COMMAND = shlex.split(os.environ.get("ROUNDTRIP", f"deno run -A {ROOT}/cli/main.ts"))
TRACEBACKS = os.environ.get("TRACEBACKS", "no")

# Files that test HTTPie's insides, which never come to the command: they are not run.
INSIDES = {
    "test_auth_plugins.py": "plugins in Python",
    "test_transport_plugin.py": "plugins in Python",
    "test_plugins_cli.py": "plugins in Python",
    "test_httpie_cli.py": "plugins and upgrades of HTTPie's own manager",
    "test_update_warnings.py": "the command never asks for news",
    "test_parser_schema.py": "functions of HTTPie",
    "test_cli_utils.py": "functions of HTTPie",
}

# What the command does in another way, each with parts of the names of the cases.
ON_PURPOSE = {
    "functions of HTTPie, or of Python, that a case replaces": [
        "test_password_prompt", "test_netrc[", "test_error", "keyboard_interrupt",
        "test_main_entry_point", "test_stdin_read_warning", "test_auto_streaming",
        "protected_cert_prompt", "TestQuietFlag", "ca_bundle_invalid", "raises_ssl_error",
        "test_cert_file_invalid", "test_cert_ok_but_missing_key",
    ],
    "plugins in Python": [
        "test_auth_plugin", "test_auth_type_", "with_converter",
    ],
    "the text of HTTPie's help": [
        "test_cli_ui", "test_help",
    ],
    "words of its own": [
        "test_raw_POST_key_values_supplied", "test_request_body_from_file_by_path_no",
        "test_multiple_request_bodies", "test_url_colon_slash_slash_only",
        "invalid_custom_scheme", "invalid_scheme", "test_invalid_no_options",
        "cannot_prompt_password", "missing_auth", "test_cert_file_not_found",
        "protected_cert_cli_arg_invalid", "test_non_existent_file", "unknown_encoding",
        "invalid_mime_type", "test_complex_json_arguments", "test_nested_json_errors",
        "test_meta_elapsed_time",
    ],
    "no such option: --debug, --traceback, --max-headers, --ssl, --ciphers, --path-as-is, --style": [
        "test_debug", "test_traceback", "test_max_headers", "test_ssl_version", "test_ciphers",
        "test_path_as_is", "_themes", "meta_is_colored", "elapsed_time_colors",
    ],
    "another configuration file": [
        "test_config.py",
    ],
    "Secure cookies need TLS, on localhost too": [
        "test_secure_cookies_on_localhost",
    ],
    "--version says more than a number": [
        "test_version",
    ],
    "colours are those of the terminal; HTML, XML and text have none": [
        "non_json_data[all-", "non_json_data[colors-", "test_ensure_contents_colored",
    ],
    "JSON that is sent has no blanks": [
        "test_json_input_preserve_order", "negative_ratio", "test_compress_json",
        "json.format:false",
    ],
    "one indentation is for JSON and XML": ["test_response_mime_overwrite"],
    "what guards JSON against scripts is one of those in use": [
        "non_json_data[format-json_data1-)]}',\\\\n]", "non_json_data[format-json_data3-)]}',\\\\n]",
    ],
    "keys that repeat stay in their order": [
        "test_duplicate_keys",
    ],
    "XML keeps its text, its empty elements and its declaration": [
        "test_valid_xml", "test_xml_xhtml",
    ],
    "a boolean in a form is written as in JSON": [
        "test_simple_json_arguments_with_non_json[True]",
    ],
    "the name of a header is a token": [
        "test_nested_json_syntax[input_json17",
    ],
    "headers that repeat are joined with a comma and a blank": [
        "test_headers_multiple_values", "test_session_overwrite_header",
        "test_follow_redirect_with_repost",
    ],
    "a Content-Length that is wrong is refused": [
        "test_headers_preserve_prepared_headers", "test_options_content_length",
    ],
    "POST without a body has no content type": [
        "test_POST_explicit_JSON_JSON_ACCEPT", "test_POST_form_auto_Content_Type",
    ],
    "GET, and a request with a body, leave standard input alone": [
        "redirected_stdin", "test_encoded_stream", "redirected_stream",
    ],
    "a body in chunks is sent while it is read, and not shown": [
        "test_chunked_stdin",
    ],
    "the boundary of a multipart body is made up": [
        "boundary",
    ],
    "a body on a terminal ends with one line feed": [
        "test_tokens.py", "test_verbose_follow_redirect",
    ],
    "in a pipe bytes stay as they are": [
        "not_terminal_but_pretty",
    ],
    "charsets of before Unicode are not guessed": [
        "charset_detection[big5",
    ],
    "--compress goes with every body": [
        "test_cannot_combine_compress",
    ],
    "headers and cookies of the command line stay with the host they were given for": [
        "test_explicit_user_set_headers", "test_saved_user_set_cookie_in_session[remote",
    ],
    "a cookie of the command line goes to the same host again": [
        "test_explicit_user_set_cookie",
    ],
    "-d and -o save the body, wherever the output goes, under the name of the URL": [
        "test_output_file", "test_output_option", "test_actual_download",
        "original_url_used_for_filename",
    ],
}


def main(folder, words):
    import pytest

    passed, failed, apart = [], [], {}

    class Count:
        def pytest_collection_modifyitems(self, items):
            for item in items:
                if item.path.name in INSIDES:
                    apart.setdefault(INSIDES[item.path.name], []).append(item.nodeid)
            items[:] = [item for item in items if item.path.name not in INSIDES]

        def pytest_runtest_logreport(self, report):
            if report.when == "call" and report.passed:
                passed.append(report.nodeid)
            elif report.failed:
                reason = next((why for why, names in ON_PURPOSE.items()
                               if any(name in report.nodeid for name in names)), None)
                if reason is None:
                    failed.append(report.nodeid)
                else:
                    apart.setdefault(reason, []).append(report.nodeid)

    with ExitStack() as stack:
        cert, key = certificate(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(Httpbin())
        secure = stack.enter_context(Httpbin("--tls-cert", cert, "--tls-key", key))
        prepare(folder, url, secure, cert)
        os.chdir(folder)
        pytest.main(["-q", "--no-header", f"--tb={TRACEBACKS}", "-o", "addopts=",
                     *(words or ["tests"])], plugins=[Count()])
    for name in failed:
        print("differs:", name)
    for reason, names in sorted(apart.items()):
        print(f"on purpose ({reason}): {len(names)}")
    print(f"{len(passed)} passed, {len(failed)} differ, "
          f"{sum(map(len, apart.values()))} differ on purpose")


def certificate(folder):
    cert, key = f"{folder}/cert.pem", f"{folder}/key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", key, "-out", cert,
                    "-addext", "basicConstraints=critical,CA:FALSE",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                   check=True, capture_output=True)
    return cert, key


class Httpbin:
    def __init__(self, *options):
        self.options = [*options, "--redirect-to=localhost", "--redirect-to=127.0.0.1"]

    def __enter__(self):
        self.process = subprocess.Popen([*COMMAND, "httpbin", "-P", "0", *self.options], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in self.process.stdout:
            match = re.search(r"(https?)://\S+?:(\d+)", line)
            if match:
                return f"{match[1]}://127.0.0.1:{match[2]}"
        raise SystemExit("roundtrip httpbin does not start")

    def __exit__(self, *_):
        self.process.kill()


def prepare(folder, url, secure, cert):
    """Stands in for pytest-httpbin and for HTTPie's main function."""
    import pytest

    sys.path.insert(0, folder)
    plugin = types.ModuleType("pytest_httpbin")
    plugin.certs = types.ModuleType("pytest_httpbin.certs")
    plugin.certs.where = lambda: cert
    serve = types.ModuleType("pytest_httpbin.serve")

    class Server:
        def __init__(self, own):
            self.url = own
            self.host, self.port = own.split("/")[2].split(":")

        def __add__(self, path):
            return self.url + path

    serve.Server = Server
    for module in (plugin, plugin.certs, serve):
        sys.modules[module.__name__] = module

    import httpie.core as core
    from httpie.cli.exceptions import ParseError
    from httpie.status import ExitStatus
    from tests import utils

    mocks = ThreadingHTTPServer(("127.0.0.1", 0), Mocks)
    threading.Thread(target=mocks.serve_forever, daemon=True).start()

    # What the suite asks of a host in the net is asked of this one.
    utils.REMOTE_HTTPBIN_DOMAIN = url.removeprefix("http://").replace("127.0.0.1", "localhost")
    utils.HTTPBIN_WITH_CHUNKED_SUPPORT_DOMAIN = utils.REMOTE_HTTPBIN_DOMAIN
    utils.HTTPBIN_WITH_CHUNKED_SUPPORT = url
    socket.gethostbyname = lambda name: name

    class Refused(SystemExit, ParseError):
        pass

    def run(args, env):
        words = [str(word) for word in args[1:] if word not in ("--traceback", "--debug")]
        # What differs by default is HTTPie's way here, so that the rest of a case counts.
        defaults = ["--no-check-status", "--show-secrets"]
        if env.stdout_isatty:
            defaults.append("--format-options=json.indent:4")
        if env.stdin_isatty:
            defaults.append("--ignore-stdin")
        if args[0] == "https":
            defaults.append("--default-scheme=https")
        if os.environ.get("REQUESTS_CA_BUNDLE"):
            defaults.append(f"--verify={cert}")
        if responses.mock.registered():
            defaults.append(f"--proxy=http://127.0.0.1:{mocks.server_port}")
        config = Path(env.config.directory, "roundtrip")
        config.mkdir(parents=True, exist_ok=True)
        (config / "config.json").write_text(
            json.dumps({"defaults": {"options": [*defaults, *env.config.default_options]}}))
        if not (config / "sessions").exists():
            (config / "sessions").symlink_to("../sessions")
            (config / "../sessions").mkdir(exist_ok=True)
        data = b"" if env.stdin_isatty else getattr(env.stdin, "read", lambda: env.stdin)()
        stdout, stderr, code = output_of(
            words, data.encode() if isinstance(data, str) else data, env.stdout_isatty,
            {**os.environ, "XDG_CONFIG_HOME": str(config.parent), "TERM": "xterm-256color",
             "NO_COLOR": "" if env.colors else "1"})
        env.stdout.buffer.write(as_httpie(stdout))
        env.stderr.write(stderr.decode().replace("roundtrip: ", "http: "))
        if code == 64:
            raise Refused(1)
        try:
            return ExitStatus(code)
        except ValueError:
            return ExitStatus.ERROR

    core.main = lambda args=sys.argv, env=None: run(args, env)
    fixtures = types.ModuleType("roundtrip_fixtures")
    fixtures.httpbin = pytest.fixture(lambda: Server(url), name="httpbin")
    fixtures.httpbin_secure = pytest.fixture(lambda: Server(secure), name="httpbin_secure")
    fixtures.httpbin_both = pytest.fixture(
        lambda request: Server(request.param), name="httpbin_both", params=[url, secure],
        ids=["http", "https"])
    sys.modules["roundtrip_fixtures"] = fixtures
    os.environ["PYTEST_PLUGINS"] = "roundtrip_fixtures"


def output_of(words, data, terminal, env):
    """Runs the command, on a terminal where the case has one."""
    if not terminal:
        done = subprocess.run([*COMMAND, *words], capture_output=True, timeout=60, input=data, env=env)
        return done.stdout, done.stderr, done.returncode
    own, other = pty.openpty()
    tty.setraw(other)
    pieces = []

    def read():
        with suppress(OSError):  # the end of a terminal
            while piece := os.read(own, 65536):
                pieces.append(piece)

    process = subprocess.Popen([*COMMAND, *words], stdin=subprocess.PIPE, stdout=other,
                               stderr=subprocess.PIPE, env=env)
    os.close(other)
    reader = threading.Thread(target=read)
    reader.start()
    _, stderr = process.communicate(data, timeout=60)
    reader.join()
    os.close(own)
    return b"".join(pieces), stderr, process.returncode


class Mocks(BaseHTTPRequestHandler):
    """A proxy that answers as the `responses` of a case would inside Python."""

    def answer(self):
        known = next((each for each in responses.mock.registered()
                      if (each.method, each.url.rstrip("/")) == (self.command, self.path.rstrip("/"))),
                     None)
        body = b"" if known is None else known.body
        body = body.encode() if isinstance(body, str) else body
        self.send_response_only(404 if known is None else known.status)
        if known is not None:
            self.send_header("Content-Type", known.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


HEAD = re.compile(rb"^(?:HTTP/1\.1 \d{3}.*|[A-Z]+ \S+ HTTP/1\.1)\n(?:[!-~]+:.*\n)*\n", re.MULTILINE)
STATUS = re.compile(rb"^HTTP/1\.1 [345]\d\d .*", re.MULTILINE)


def as_httpie(output):
    """Heads end their lines with CRLF there also where they are shown, the name is its own, and
    Python's httpbin writes statuses in capitals."""
    output = STATUS.sub(lambda line: line[0].upper(), output)
    output = HEAD.sub(lambda head: head[0].replace(b"\n", b"\r\n"), output)
    return output.replace(b"roundtrip/", b"HTTPie/")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(os.path.abspath(sys.argv[1]), sys.argv[2:])
