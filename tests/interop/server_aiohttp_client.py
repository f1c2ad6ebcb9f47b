"""Talks to an application as users of aiohttp do; prints what it saw as JSON."""

import asyncio
import json
import sys

import aiohttp


async def main(url: str) -> None:
    seen = {}
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(url, cookie_jar=jar) as session:
        async with session.get("/users/a%2Fb", params={"x": "ж", "y": ["1", "2"]}) as response:
            seen["user"] = [response.status, await response.json()]
        async with session.get("/users/x y") as response:
            seen["space"] = await response.json()
        async with session.post("/form", data={"a": "1", "b": "ж"}) as response:
            seen["form"] = await response.json()
        async with session.post("/json", json={"n": [1, None, "ж"]}) as response:
            seen["json"] = await response.json()
        async with session.post("/text", data="привет".encode("cp1251"),
                                headers={"Content-Type": "text/plain; charset=cp1251"}) as response:
            seen["text"] = await response.text()

        async def body():
            for _ in range(10):
                yield b"x" * 10_000

        async with session.post("/size", data=body()) as response:
            seen["chunked"] = await response.json()
        async with session.post("/size", data=b"x" * 300_000) as response:
            seen["too large"] = [response.status, await response.text()]
        async with session.get("/redirect") as response:
            seen["redirect"] = [response.status, str(response.url.relative()),
                                [each.status for each in response.history]]
        async with session.get("/login") as response:
            await response.read()
        async with session.get("/whoami") as response:
            seen["cookie"] = await response.text()
        async with session.put("/users/1") as response:
            seen["405"] = [response.status, response.headers["Allow"], await response.text()]
        async with session.head("/users/1") as response:
            seen["head"] = [response.status, response.headers["Content-Length"] != "0",
                            len(await response.read())]
        async with session.get("/admin/none") as response:
            seen["sub 404"] = [response.status, ", ".join(response.headers.getall("X-Seen-By"))]
        async with session.get("/admin/stats/7") as response:
            seen["sub"] = [await response.json(), ", ".join(response.headers.getall("X-Seen-By"))]
        async with session.get("/counter") as response:
            seen["method"] = await response.json()
        async with session.delete("/view") as response:
            seen["view"] = [response.status, response.headers["Allow"]]
        async with session.get("/boom") as response:
            seen["boom"] = [response.status, await response.text()]
        async with session.get("/cached", headers={"If-None-Match": '"v1"'}) as response:
            seen["conditional"] = response.status
        async with session.get("/host", headers={"Host": "api.example.com"}) as response:
            seen["domain"] = await response.text()
        async with session.get("/page") as response:
            seen["normalized"] = [await response.text(), [each.status for each in response.history]]
        gathered = await asyncio.gather(*(one(session, number) for number in range(200)))
        seen["many"] = gathered == [str(number) for number in range(200)]
        try:
            async with asyncio.timeout(0.2):
                async with session.get("/wait") as response:
                    await response.read()
        except TimeoutError:
            pass
        for _ in range(100):
            async with session.get("/left") as response:
                left = await response.json()
            if left:
                break
            await asyncio.sleep(0.05)
        seen["left"] = left
        async with session.ws_connect("/ws") as ws:
            await ws.send_str("hi")
            seen["ws"] = await ws.receive_str()
    print(json.dumps(seen))


async def one(session: aiohttp.ClientSession, number: int) -> str:
    async with session.get(f"/echo/{number}") as response:
        return await response.text()


asyncio.run(main(sys.argv[1]))
