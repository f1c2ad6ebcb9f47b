import argparse

import uvloop
from aiohttp import web

HELLO = "hello, world"
REPLY = {"id": 7, "name": "Ada", "active": True, "tags": ["a", "b", "c"], "score": 12.5}

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--mode", default="hello")
parser.add_argument("--routes", type=int, default=1000)
arguments = parser.parse_args()


async def hello(request: web.Request) -> web.Response:
    return web.Response(text=HELLO)


async def identify(request: web.Request) -> web.Response:
    return web.Response(text=request.match_info["id"])


async def reply(request: web.Request) -> web.Response:
    return web.json_response(REPLY)


app = web.Application()
if arguments.mode == "hello":
    app.router.add_get("/", hello)
elif arguments.mode == "parameter":
    app.router.add_get("/users/{id}", identify)
elif arguments.mode == "json":
    app.router.add_get("/json", reply)
elif arguments.mode == "routes":
    for index in range(1, arguments.routes + 1):
        app.router.add_get(f"/api/section{index}/items/{{id}}", identify)

web.run_app(
    app,
    host="127.0.0.1",
    port=arguments.port,
    access_log=None,
    print=None,
    loop=uvloop.new_event_loop(),
)
