"""An echo over WebSockets for our client: `aiohttp` or `websockets`. Prints its port."""

import asyncio
import json
import sys


async def aiohttp_server() -> int:
    from aiohttp import WSMsgType, web

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path == "/refused":
            return web.Response(status=403, text="members only", headers={"X-Why": "no"})
        if request.path == "/moved":
            raise web.HTTPFound("/echo")
        socket = web.WebSocketResponse(protocols=("b",), max_msg_size=1000)
        await socket.prepare(request)
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                if message.data == "close":
                    await socket.close(code=4001, message=b"bye")
                else:
                    await socket.send_str(message.data)
            elif message.type == WSMsgType.BINARY:
                await socket.send_bytes(message.data)
        return socket

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner.addresses[0][1]


async def websockets_server() -> int:
    from websockets.asyncio.server import serve
    from websockets.http11 import Response
    from websockets.datastructures import Headers

    def refuse(connection, request):
        if request.path == "/refused":
            headers = Headers({"X-Why": "no", "Content-Length": "12"})
            return Response(403, "Forbidden", headers, b"members only")
        if request.path == "/moved":
            return Response(302, "Found", Headers({"Location": "/echo", "Content-Length": "0"}), b"")

    async def handle(socket) -> None:
        async for message in socket:
            if message == "close":
                await socket.close(4001, "bye")
            else:
                await socket.send(message)

    server = await serve(
        handle,
        "127.0.0.1",
        0,
        process_request=refuse,
        select_subprotocol=lambda connection, offered: "b" if "b" in offered else None,
        max_size=999,
    )
    return server.sockets[0].getsockname()[1]


async def main(peer: str) -> None:
    port = await (aiohttp_server() if peer == "aiohttp" else websockets_server())
    print(json.dumps({"port": port}), flush=True)
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
