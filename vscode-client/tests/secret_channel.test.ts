import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { randomUUID } from "node:crypto";
import * as readline from "node:readline";
import { test, type TestContext } from "node:test";
import { serveSecrets } from "../src/secret_channel";

/** Serve a storage on one end of a pipe; give a function that asks at the other. */
async function ask(context: TestContext, storage: Parameters<typeof serveSecrets>[1]) {
  const address = process.platform === "win32" ? `\\\\.\\pipe\\${randomUUID()}` : path.join(tmpdir(), randomUUID());
  const server = createServer((socket) => {
    serveSecrets(socket, storage);
  }).listen(address);
  await once(server, "listening");
  const client = createConnection(address);
  context.after(() => {
    client.destroy();
    server.close();
  });
  return (request: object) => reply(client, request);
}

async function reply(client: Socket, request: object): Promise<unknown> {
  const lines = readline.createInterface({ input: client });
  client.write(`${JSON.stringify(request)}\n`);
  const [line] = (await once(lines, "line")) as [string];
  lines.close();
  return JSON.parse(line);
}

test("a secret is kept, given and removed", async (context) => {
  const kept = new Map<string, string>();
  const request = await ask(context, {
    get: (key) => Promise.resolve(kept.get(key)),
    store: (key, value) => Promise.resolve(void kept.set(key, value)),
    delete: (key) => Promise.resolve(void kept.delete(key)),
  });
  assert.deepEqual(await request({ id: 1, do: "get", key: "a" }), { id: 1, value: null });
  assert.deepEqual(await request({ id: 2, do: "store", key: "a", value: "x" }), { id: 2 });
  assert.deepEqual(await request({ id: 3, do: "get", key: "a" }), { id: 3, value: "x" });
  assert.deepEqual(await request({ id: 4, do: "delete", key: "a" }), { id: 4 });
  assert.deepEqual([...kept], []);
});

test("a storage that fails says so, without the secret", async (context) => {
  const refuse = () => Promise.reject(new TypeError("secret"));
  const request = await ask(context, { get: refuse, store: refuse, delete: refuse });
  assert.deepEqual(await request({ id: 1, do: "get", key: "a" }), { id: 1, error: "TypeError" });
});
