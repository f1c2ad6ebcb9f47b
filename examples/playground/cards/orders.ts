import { type StandardSchemaV1, web } from "@roundtrip/http";

interface Order {
  readonly item: string;
  readonly count: number;
}

/** A schema by hand; zod, valibot, arktype and others do as well. */
const order: StandardSchemaV1<unknown, Order> = {
  "~standard": {
    version: 1,
    vendor: "playground",
    validate(value) {
      const { item, count } = Object(value);
      const issues = [];
      const isText = typeof item === "string";
      if (!isText) issues.push({ message: "a text", path: ["item"] });
      if (!(count > 0)) issues.push({ message: "above 0", path: ["count"] });
      return issues.length > 0 ? { issues } : { value: { item, count } };
    },
  },
};

/** JSON that is checked, and typed, before the handler sees it. */
export function orders(): web.RouteTable {
  const handler = web.validate({ json: order }, (_request, { json }) => {
    const ordered = `${json.count} × ${json.item}`;
    return web.jsonResponse({ ordered }, { status: 201 });
  });
  return new web.RouteTable().post("/orders", handler);
}
