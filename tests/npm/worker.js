// Runs the features on Cloudflare's workerd, for each request.
import { features } from "./features.js";

export default {
  async fetch() {
    return Response.json(await features({ files: null, listens: false }));
  },
};
