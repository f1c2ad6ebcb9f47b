import asyncio
import logging

import uvloop
from aiohttp import web
from shared import HELLO, arguments, hello, run

REPLY = {"id": 7, "name": "Ada", "active": True, "tags": ["a", "b", "c"], "score": 12.5}
EVENT = "x" * 64

options = arguments(mode="work", routes=1000)
streams: set[web.StreamResponse] = set()
group: set[web.WebSocketResponse] = set()


@web.middleware
async def passing(request, handler):
    return await handler(request)


async def identify(request):
    return web.Response(text=request.match_info["id"])


async def echo(request):
    return web.json_response(await request.json())


async def form(request):
    return web.Response(text=(await request.post())["name"])


async def reply(request):
    return web.json_response(REPLY)


async def created(request):
    return web.json_response(REPLY, status=201)


async def header(request):
    return web.Response(text=HELLO, headers={"x-request-id": "7"})


async def query(request):
    return web.Response(text=request.query["q"])


async def cookie(request):
    return web.Response(text=request.cookies["seen"])


async def events(request):
    stream = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await stream.prepare(request)
    streams.add(stream)
    try:
        await asyncio.Event().wait()
    finally:
        streams.discard(stream)


async def send_events(request):
    event = f"data: {EVENT}\r\n\r\n".encode()
    await asyncio.gather(*(each.write(event) for each in streams), return_exceptions=True)
    return await hello(request)


async def join(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    group.add(socket)
    async for _ in socket:
        pass
    group.discard(socket)
    return socket


async def send_group(request):
    await asyncio.gather(*(each.send_str(EVENT) for each in group), return_exceptions=True)
    return await hello(request)


app = web.Application(middlewares=[passing] * 20 if options.mode == "middlewares" else [])
for path, handler in {
    "/": hello,
    "/async": hello,
    "/users/{id}": identify,
    "/async/{id}": identify,
    "/json": reply,
    "/created": created,
    "/header": header,
    "/query": query,
    "/cookie": cookie,
    "/events": events,
    "/send-events": send_events,
    "/group": join,
    "/send-group": send_group,
}.items():
    app.router.add_get(path, handler)
app.router.add_post("/json", echo)
app.router.add_post("/form", form)
if options.mode == "tenants":
    for index in range(1, options.routes + 1):
        app.router.add_get(f"/{{org}}/section{index}/{{id}}", identify)

if options.mode == "log":
    logging.basicConfig(level=logging.INFO)
    web.run_app(app, host="127.0.0.1", port=options.port, print=None, loop=uvloop.new_event_loop())
else:
    run(app, options.port)
