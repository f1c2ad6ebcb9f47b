"""An aiohttp server for our client: cookies, redirects, JSON, forms. Prints its port."""

import asyncio
import json

from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/cookies/set")
async def set_cookies(request: web.Request) -> web.Response:
    response = web.Response(text="set")
    response.set_cookie("plain", "1")
    response.set_cookie("quoted", "a b", httponly=True, max_age=60)
    response.set_cookie("elsewhere", "x", path="/other")
    return response


@routes.get("/cookies")
async def cookies(request: web.Request) -> web.Response:
    return web.json_response(dict(request.cookies))


@routes.get("/redirect/{status:\\d+}/{count:\\d+}")
@routes.post("/redirect/{status:\\d+}/{count:\\d+}")
async def redirect(request: web.Request) -> web.Response:
    status, count = request.match_info["status"], int(request.match_info["count"])
    target = f"/redirect/{status}/{count - 1}" if count > 1 else "/echo"
    return web.Response(status=int(status), headers={"Location": target})


@routes.route("*", "/echo")
async def echo(request: web.Request) -> web.Response:
    return web.json_response(
        {
            "method": request.method,
            "query": [[key, value] for key, value in request.query.items()],
            "type": request.headers.get("Content-Type"),
            "body": await request.text(),
        }
    )


@routes.post("/form")
async def form(request: web.Request) -> web.Response:
    return web.json_response([[key, value] for key, value in (await request.post()).items()])


@routes.get("/gzip")
async def gzip(request: web.Request) -> web.Response:
    response = web.json_response({"packed": "x" * 1000})
    response.enable_compression(web.ContentCoding.gzip)
    return response


@routes.get("/chunked")
async def chunked(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for number in range(5):
        await response.write(b"%d\n" % number)
    await response.write_eof()
    return response


async def main() -> None:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
