// Instantiates the wasm that wasm-bindgen's bundler output belongs to, and answers requests with it.
import * as bindings from "./worker_example_bg.js";
import wasm from "./worker_example_bg.wasm";

const instance = new WebAssembly.Instance(wasm, { "./worker_example_bg.js": bindings });
bindings.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start?.();

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const body = request.method === "POST" ? await request.text() : "";
    const answer = await bindings.handle(env.DATABASE_URL, env.DATABASE_ENDPOINT, request.method, pathname, body);
    return new Response(answer.body, {
      status: answer.status,
      headers: { "content-type": "application/json" },
    });
  },
};
