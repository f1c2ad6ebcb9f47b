"""aiohttp's multipart on both ends: `server` prints its port, `client BASE` what it saw."""

import asyncio
import hashlib
import io
import json
import sys

import aiohttp
from aiohttp import web

FILE = bytes((i * 2654435761 >> 24) & 255 for i in range(3_000_000))


async def described(reader: aiohttp.MultipartReader) -> list[object]:
    seen: list[object] = []
    async for part in reader:
        if isinstance(part, aiohttp.MultipartReader):
            seen.append(await described(part))
        else:
            data = await part.read()
            digest = hashlib.sha256(data).hexdigest()
            seen.append([part.name, part.filename, part.headers.get("Content-Type"), digest])
    return seen


async def upload(request: web.Request) -> web.Response:
    return web.json_response(await described(await request.multipart()))


async def mixed(request: web.Request) -> web.StreamResponse:
    writer = aiohttp.MultipartWriter("mixed")
    writer.append("one")
    writer.append_json({"two": 2})
    with aiohttp.MultipartWriter("related") as inner:
        inner.append(FILE, {"Content-Type": "application/x-bytes"})
    writer.append(inner)
    return web.Response(body=writer)


async def server() -> None:
    app = web.Application(client_max_size=2**40)
    app.router.add_post("/", upload)
    app.router.add_get("/mixed", mixed)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.Event().wait()


async def client(base: str) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("text", "ж 1")
    form.add_field("text", "2")
    form.add_field("file", io.BytesIO(FILE), filename="ж.bin", content_type="application/x-bytes")
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{base}/post", data=form) as response:
            post = await response.json()
        async with session.get(f"{base}/mixed") as response:
            seen = await described(aiohttp.MultipartReader.from_response(response))
    print(json.dumps({"post": post, "mixed": seen}))


asyncio.run(server() if sys.argv[1] == "server" else client(sys.argv[2]))
