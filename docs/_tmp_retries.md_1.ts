import { bearerAuthMiddleware, ClientSession } from "@roundtrip/http";

let valid = "first";
let renewed = 0;
const app = {
  fetch: (request: Request) => {
    const isValid = request.headers.get("authorization") === `Bearer ${valid}`;
    return new Response(null, { status: isValid ? 204 : 401 });
  },
};
const bearer = bearerAuthMiddleware({
  getToken(expired) { // null at first, then the token that was refused
    if (expired !== null) renewed++;
    return valid;
  },
});
await using session = new ClientSession({ app, middlewares: [bearer] });
await session.get("/");
valid = "second";
const replies = await Promise.all([session.get("/a"), session.get("/b"), session.get("/c")]);
console.assert(replies.every(({ status }) => status === 204) && renewed === 1);
