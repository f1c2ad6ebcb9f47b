"""What the servers in Python share: their command line, a short reply, how they are run."""

import argparse

import uvloop
from aiohttp import web

HELLO = "hello, world"


def arguments(**defaults: str | int | None) -> argparse.Namespace:
    """Reads --port and the given options; one without a default is required."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    for name, default in defaults.items():
        kind = str if default is None else type(default)
        parser.add_argument(f"--{name}", type=kind, default=default, required=default is None)
    return parser.parse_args()


async def hello(request: web.Request) -> web.Response:
    return web.Response(text=HELLO)


def run(app: web.Application, port: int) -> None:
    """Serves as fast as aiohttp does: on uvloop, without an access log."""
    web.run_app(
        app,
        host="127.0.0.1",
        port=port,
        access_log=None,
        print=None,
        loop=uvloop.new_event_loop(),
    )
