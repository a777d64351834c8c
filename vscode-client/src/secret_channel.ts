/**
 * Keep the language server's tokens in VS Code's secret storage.
 *
 * The server sends requests over a separate pipe, which it inherits as a file descriptor. No other process can use it: the
 * pipe has no name, and the student's programs, which the server starts, do not inherit it. Each line is one JSON object.
 * The other end is `server/keyring/__init__.py`.
 */

import * as readline from "node:readline";
import type { Duplex } from "node:stream";

/** The part of `vscode.SecretStorage` that is used here. */
export interface SecretStorage {
  get(key: string): Thenable<string | undefined>;
  store(key: string, value: string): Thenable<void>;
  delete(key: string): Thenable<void>;
}

interface Request {
  readonly id: number;
  readonly do: "get" | "store" | "delete";
  readonly key: string;
  readonly value?: string;
}

/** Reply to requests until the server closes the pipe. */
export function serveSecrets(pipe: Duplex, storage: SecretStorage): void {
  pipe.on("error", () => undefined); // the server has ended
  const lines = readline.createInterface({ input: pipe, crlfDelay: Infinity });
  lines.on("line", (line) => {
    void answer(line, storage).then((reply) => {
      pipe.write(`${JSON.stringify(reply)}\n`);
    });
  });
}

async function answer(line: string, storage: SecretStorage): Promise<object> {
  const request = JSON.parse(line) as Request;
  try {
    switch (request.do) {
      case "get":
        return { id: request.id, value: (await storage.get(request.key)) ?? null };
      case "store":
        await storage.store(request.key, request.value ?? "");
        break;
      case "delete":
        await storage.delete(request.key);
        break;
    }
    return { id: request.id };
  } catch (error) {
    return { id: request.id, error: error instanceof Error ? error.name : "Error" };
  }
}
