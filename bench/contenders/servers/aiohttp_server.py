from aiohttp import web
from shared import arguments, hello, run

REPLY = {"id": 7, "name": "Ada", "active": True, "tags": ["a", "b", "c"], "score": 12.5}

options = arguments(mode="hello", routes=1000)


async def identify(request: web.Request) -> web.Response:
    return web.Response(text=request.match_info["id"])


async def reply(request: web.Request) -> web.Response:
    return web.json_response(REPLY)


app = web.Application()
if options.mode == "hello":
    app.router.add_get("/", hello)
elif options.mode == "parameter":
    app.router.add_get("/users/{id}", identify)
elif options.mode == "json":
    app.router.add_get("/json", reply)
elif options.mode == "routes":
    for index in range(1, options.routes + 1):
        app.router.add_get(f"/api/section{index}/items/{{id}}", identify)

run(app, options.port)
