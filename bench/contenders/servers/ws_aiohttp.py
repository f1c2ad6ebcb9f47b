import argparse

import uvloop
from aiohttp import WSMsgType, web

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
arguments = parser.parse_args()


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello, world")


async def echo(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            await socket.send_str(message.data)
    return socket


app = web.Application()
app.router.add_get("/", hello)
app.router.add_get("/ws", echo)

web.run_app(
    app,
    host="127.0.0.1",
    port=arguments.port,
    access_log=None,
    print=None,
    loop=uvloop.new_event_loop(),
)
