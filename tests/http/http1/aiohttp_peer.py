# Reads messages, one JSON line each, and says what aiohttp makes of them: of requests its parser in
# Python, of replies its parser in C, as its client uses it.
import asyncio
import json
import sys

from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpRequestParserPy, HttpResponseParser

LIMITS = {"max_line_size": 65536, "max_field_size": 65536}


def parser_for(method, loop):
    if method is None:
        return HttpRequestParserPy(BaseProtocol(loop), loop, 2**16, **LIMITS)
    return HttpResponseParser(
        BaseProtocol(loop),
        loop,
        2**16,
        response_with_body=method != "HEAD",
        read_until_eof=True,
        auto_decompress=False,
        **LIMITS,
    )


def outcome_of(message, method, closes, loop):
    parser = parser_for(method, loop)
    data = message.encode("latin-1")
    head = payload = None
    for at in range(len(data) + 1):
        try:
            if at == len(data):
                if method is None or not closes or payload is None:
                    break
                parser.feed_eof()
                messages = []
            else:
                messages, _, _ = parser.feed_data(data[at : at + 1])
        except (HttpProcessingError, ValueError) as error:
            return {"refused": type(error).__name__}
        if messages and head is None:
            head, payload = messages[0]
        if payload is None:
            continue
        if payload.exception() is not None:
            return {"refused": type(payload.exception()).__name__}
        if payload.is_eof():
            first = (
                f"{head.method} {head.path}"
                if method is None
                else f"{head.code} {head.reason}"
            )
            body = b"".join(getattr(payload, "_buffer", []))
            return {
                "first": f"{first} {head.version.minor}",
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
        print(json.dumps(outcome_of(**json.loads(line), loop=loop)))


asyncio.run(main())
