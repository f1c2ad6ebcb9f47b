from aiohttp import web
from shared import arguments, run

options = arguments(folder=None)

app = web.Application()
app.router.add_static("/static", options.folder)

run(app, options.port)
