# Reads requests, one JSON line each, and says what aiohttp's parser in Python makes of them.
import asyncio
import json
import sys

from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpRequestParserPy


def outcome_of(message, loop):
    parser = HttpRequestParserPy(
        BaseProtocol(loop), loop, 2**16, max_line_size=65536, max_field_size=65536
    )
    data = message.encode("latin-1")
    head = payload = None
    for at in range(len(data)):
        try:
            messages, _, _ = parser.feed_data(data[at : at + 1])
        except (HttpProcessingError, ValueError) as error:
            return {"refused": type(error).__name__}
        if messages:
            head, payload = messages[0]
        if payload is None:
            continue
        if payload.exception() is not None:
            return {"refused": type(payload.exception()).__name__}
        if payload.is_eof():
            body = b"".join(getattr(payload, "_buffer", []))
            return {
                "first": f"{head.method} {head.path} {head.version.minor}",
                "headers": [
                    [name.decode("latin-1"), value.decode("latin-1")]
                    for name, value in head.raw_headers
                ],
                "body": body.decode("latin-1"),
                "rest": data[at + 1 :].decode("latin-1"),
            }
    return {"incomplete": True}


async def main():
    loop = asyncio.get_running_loop()
    for line in sys.stdin:
        print(json.dumps(outcome_of(json.loads(line)["message"], loop)))


asyncio.run(main())
