import { web } from "@roundtrip/http";

/** A variable of the path and a query, answered as JSON. */
export function hello(): web.RouteTable {
  return new web.RouteTable().get("/hello/{name}", (request) => {
    const { name } = request.matchInfo; // its type comes from the path
    const times = Number(request.query.get("times") ?? 1);
    if (!Number.isInteger(times) || times < 1 || times > 5) {
      throw new web.HTTPBadRequest({ text: "times is 1 to 5" });
    }
    return web.jsonResponse({ hello: new Array(times).fill(name) });
  });
}
