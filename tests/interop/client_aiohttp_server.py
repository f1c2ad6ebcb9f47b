"""An aiohttp server on two ports for the tests of the client. Prints both URLs; ends with its input."""

import asyncio
import hashlib

from aiohttp import web

routes = web.RouteTableDef()


@routes.route("*", "/echo")
async def echo(request: web.Request) -> web.Response:
    return web.json_response(
        {
            "method": request.method,
            "query": request.raw_path.partition("?")[2],
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "cookies": dict(request.cookies),
            "body": (await request.read()).decode("latin1"),
            "form": {k: v for k, v in (await request.post()).items() if isinstance(v, str)},
        }
    )


@routes.get("/set-cookie")
async def set_cookie(request: web.Request) -> web.Response:
    response = web.Response(text="ok")
    response.set_cookie("plain", "1")
    response.set_cookie("deep", "2", path="/deep")
    response.set_cookie("gone", "3", max_age=0)
    return response


@routes.get("/deep/cookies")
@routes.get("/cookies")
async def cookies(request: web.Request) -> web.Response:
    return web.json_response(dict(request.cookies))


@routes.route("*", "/redirect/{status}")
async def redirect(request: web.Request) -> web.Response:
    await request.read()
    headers = {"Location": request.query["to"]}
    return web.Response(status=int(request.match_info["status"]), headers=headers)


@routes.get("/basic")
async def basic(request: web.Request) -> web.Response:
    from aiohttp import BasicAuth

    auth = BasicAuth.decode(request.headers["Authorization"])
    return web.Response(text=f"{auth.login}|{auth.password}")


@routes.route("*", "/digest/{algorithm}/{qop}")
async def digest(request: web.Request) -> web.Response:
    algorithm, qop = request.match_info["algorithm"], request.match_info["qop"]
    name = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}[algorithm]

    def h(data: str) -> str:
        return hashlib.new(name, data.encode()).hexdigest()

    header = request.headers.get("Authorization", "")
    body = (await request.read()).decode()
    if not header.startswith("Digest "):
        challenge = f'Digest realm="r", nonce="abc", qop="{qop}", algorithm={algorithm}, opaque="o"'
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})
    import re

    p = {k: q or v for k, q, v in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', header)}
    a2 = f"{request.method}:{p['uri']}" + (f":{h(body)}" if qop == "auth-int" else "")
    wanted = h(f"{h('user:r:pass')}:abc:{p['nc']}:{p['cnonce']}:{qop}:{h(a2)}")
    good = p["response"] == wanted and p["uri"] == request.raw_path and p["opaque"] == "o"
    return web.Response(status=200 if good else 403, text="in" if good else "out")


@routes.get("/chunked")
async def chunked(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for n in range(5):
        await response.write(b"%d" % n * 1000)
        await asyncio.sleep(0.01)
    return response


@routes.get("/gzip")
async def gzip(request: web.Request) -> web.Response:
    response = web.Response(text="packed " * 1000)
    response.enable_compression(web.ContentCoding.gzip)
    return response


@routes.get("/slow-head")
async def slow_head(request: web.Request) -> web.Response:
    await asyncio.sleep(10)
    return web.Response()


@routes.get("/slow-body")
async def slow_body(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_length = 10
    await response.prepare(request)
    await response.write(b"12345")
    await asyncio.sleep(10)
    return response


@routes.route("*", "/drop")
async def drop(request: web.Request) -> web.Response:
    await request.read()
    request.transport.close()
    return web.Response()


@routes.get("/short")
async def short(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_length = 10
    await response.prepare(request)
    await response.write(b"12345")
    request.transport.close()
    return response


COUNTS: dict[str, int] = {}


@routes.get("/busy/{key}")
async def busy(request: web.Request) -> web.Response:
    key = request.match_info["key"]
    COUNTS[key] = COUNTS.get(key, 0) + 1
    if COUNTS[key] < 3:
        return web.Response(status=503, headers={"Retry-After": "0"})
    return web.Response(text=f"try {COUNTS[key]}")


async def main() -> None:
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    for _ in range(2):
        await web.TCPSite(runner, "127.0.0.1", 0).start()
    (_, home), (_, other) = runner.addresses
    print(f"http://127.0.0.1:{home} http://127.0.0.1:{other}", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
