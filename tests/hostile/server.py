# The same application on aiohttp, as far as the attacks need it: `server.py`, prints its port.
import asyncio
import logging
import socket
import tempfile

from aiohttp import WSMsgType, web

routes = web.RouteTableDef()
FILE = tempfile.NamedTemporaryFile()
FILE.write(bytes(8 * 1024**2))
FILE.flush()


@routes.get("/")
async def hello(request):
    return web.Response(text="hello")


@routes.get("/slow")
async def slow(request):
    await asyncio.sleep(0.2)
    return web.Response(text="slow")


@routes.get("/second")
async def second(request):
    await asyncio.sleep(1)
    return web.Response(text="done")


@routes.get("/large")
async def large(request):
    return web.FileResponse(FILE.name)


@routes.post("/read")
@routes.post("/watched")
async def read(request):
    return web.Response(text=str(len(await request.read())))


@routes.route("*", "/echo")
async def echo(request):
    body = await request.text()
    return web.Response(text=f"{request.headers.get('x-id', 'none')} {body}")


@routes.get("/ws")
async def bye(request):
    ws = web.WebSocketResponse(timeout=1)
    await ws.prepare(request)
    async for message in ws:
        if message.type == WSMsgType.TEXT and message.data == "bye":
            break
    return ws


@routes.get("/flood")
async def flood(request):
    ws = web.WebSocketResponse(timeout=1, heartbeat=0.4)
    await ws.prepare(request)
    while True:
        await ws.send_bytes(bytes(64 * 1024))


@routes.get("/answer")
@routes.get("/deflate")
async def answer(request):
    ws = web.WebSocketResponse(max_msg_size=20 * 1024**2, compress=request.path == "/deflate")
    await ws.prepare(request)
    async for message in ws:
        if message.type == WSMsgType.TEXT:
            await ws.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await ws.send_bytes(message.data)
    return ws


async def main():
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    server = socket.create_server(("127.0.0.1", 0), backlog=512)
    await web.SockSite(runner, server).start()
    print(server.getsockname()[1], flush=True)
    await asyncio.Event().wait()


logging.disable()
asyncio.run(main())
