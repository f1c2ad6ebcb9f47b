from aiohttp import web
from shared import arguments, hello, run


async def multipart(request: web.Request) -> web.Response:
    size = 0
    async for part in await request.multipart():
        while piece := await part.read_chunk(64 * 1024):
            size += len(piece)
    return web.Response(text=str(size))


async def post(request: web.Request) -> web.Response:
    data = await request.post()
    file = data["file"].file
    file.seek(0, 2)
    return web.Response(text=str(file.tell()))


app = web.Application(client_max_size=0)
app.router.add_get("/", hello)
app.router.add_post("/multipart", multipart)
app.router.add_post("/post", post)

run(app, arguments().port)
