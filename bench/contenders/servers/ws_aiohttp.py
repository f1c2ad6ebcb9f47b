from aiohttp import WSMsgType, web
from shared import arguments, hello, run


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

run(app, arguments().port)
