import argparse

import uvloop
from aiohttp import web

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--folder", required=True)
arguments = parser.parse_args()

app = web.Application()
app.router.add_static("/static", arguments.folder)

web.run_app(
    app,
    host="127.0.0.1",
    port=arguments.port,
    access_log=None,
    print=None,
    loop=uvloop.new_event_loop(),
)
