"""HTTPie's own test-suite, run through the command.

    (a checkout of httpie/cli in ./httpie)
    pip install pytest pytest-mock responses requests-toolbelt multidict rich defusedxml
    python3 tests/peers/httpie_suite.py ./httpie [words for pytest]

`httpie.core.main()` is replaced by the command (`ROUNDTRIP` names another one), the httpbin of the
tests by `roundtrip httpbin`. It prints how many cases pass, and those that differ on purpose.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = shlex.split(os.environ.get("ROUNDTRIP", f"deno run -A {ROOT}/cli/main.ts"))

# Cases that are of HTTPie's insides, or of what the command does in another way.
ON_PURPOSE = {
    "test_auth_plugins": "plugins in Python",
    "test_transport_plugin": "plugins in Python",
    "test_plugins_cli": "plugins in Python",
    "test_httpie_cli": "plugins and upgrades of HTTPie's own manager",
    "test_cli_ui": "the text of HTTPie's help",
    "test_cli_utils": "functions of HTTPie",
    "test_parser_schema": "functions of HTTPie",
    "test_update_warnings": "the command never asks for news",
    "test_config": "another configuration file",
    "test_ciphers": "the runtime's TLS has a fixed list of ciphers",
    "test_ssl_version": "TLS 1.2 and 1.3 are agreed on",
    "test_output_file": "-o saves the body, never what is printed",
    "test_json_formatter_with_body": "replies that are mocked inside Python",
    "test_style": "colours are those of the terminal",
    "test_path_as_is": "URLs are read by the WHATWG rules",
    "test_debug": "there is no --debug",
    "test_traceback": "there is no --traceback",
}


def main(folder, words):
    import pytest

    passed, failed, apart = [], [], {}

    class Count:
        def pytest_runtest_logreport(self, report):
            if report.when == "call" and report.passed:
                passed.append(report.nodeid)
            elif report.failed:
                reason = next((why for name, why in ON_PURPOSE.items() if name in report.nodeid), None)
                if reason is None:
                    failed.append(report.nodeid)
                else:
                    apart.setdefault(reason, []).append(report.nodeid)

    with Httpbin() as url:
        prepare(folder, url)
        os.chdir(folder)
        pytest.main(["-q", "--no-header", "--tb=no", "-o", "addopts=", *(words or ["tests"])],
                    plugins=[Count()])
    for name in failed:
        print("differs:", name)
    for reason, names in apart.items():
        print(f"on purpose ({reason}): {len(names)}")
    print(f"{len(passed)} passed, {len(failed)} differ, "
          f"{sum(map(len, apart.values()))} differ on purpose")


class Httpbin:
    def __enter__(self):
        self.process = subprocess.Popen([*COMMAND, "httpbin", "-P", "0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            match = re.search(r"http://\S+?:(\d+)", line)
            if match:
                return f"http://127.0.0.1:{match[1]}"
        raise SystemExit("roundtrip httpbin does not start")

    def __exit__(self, *_):
        self.process.kill()


def prepare(folder, url):
    """Stands in for pytest-httpbin and for HTTPie's main function."""
    import pytest

    sys.path.insert(0, folder)
    plugin = types.ModuleType("pytest_httpbin")
    plugin.certs = types.ModuleType("pytest_httpbin.certs")
    plugin.certs.where = lambda: ""
    serve = types.ModuleType("pytest_httpbin.serve")

    class Server:
        def __init__(self):
            self.url = url

        def __add__(self, path):
            return self.url + path

    serve.Server = Server
    for module in (plugin, plugin.certs, serve):
        sys.modules[module.__name__] = module

    import httpie.core as core
    from httpie.status import ExitStatus

    def run(args, env):
        words = [str(word) for word in args[1:] if word not in ("--traceback", "--debug")]
        defaults = ["--print=hb", "--pretty=format"] if env.stdout_isatty else []
        if env.stdin_isatty:
            defaults.append("--ignore-stdin")
        config = tempfile.mkdtemp()
        Path(config, "roundtrip").mkdir()
        Path(config, "roundtrip", "config.json").write_text(
            json.dumps({"defaults": {"options": [*defaults, *env.config.default_options]}}))
        data = b"" if env.stdin_isatty else env.stdin.read()
        done = subprocess.run([*COMMAND, *words], capture_output=True, timeout=60,
                              input=data.encode() if isinstance(data, str) else data,
                              env={**os.environ, "XDG_CONFIG_HOME": config, "NO_COLOR": "1"})
        env.stdout.buffer.write(done.stdout)
        env.stderr.write(done.stderr.decode())
        if done.returncode == 64:
            raise SystemExit(1)
        try:
            return ExitStatus(done.returncode)
        except ValueError:
            return ExitStatus.ERROR

    core.main = lambda args=sys.argv, env=None: run(args, env)
    conftest = types.ModuleType("roundtrip_fixtures")
    conftest.httpbin = pytest.fixture(lambda: Server(), name="httpbin")
    conftest.httpbin_both = pytest.fixture(lambda: Server(), name="httpbin_both")
    conftest.httpbin_secure = pytest.fixture(
        lambda: pytest.skip("the command's httpbin has no TLS"), name="httpbin_secure")
    sys.modules["roundtrip_fixtures"] = conftest
    os.environ["PYTEST_PLUGINS"] = "roundtrip_fixtures"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(os.path.abspath(sys.argv[1]), sys.argv[2:])
