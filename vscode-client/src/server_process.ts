/** Start the bundled language server: isolated from the student's folder, with the tokens' pipe and the proxy settings. */

import { spawn, type ChildProcess } from "node:child_process";
import { homedir } from "node:os";
import * as path from "node:path";
import type { Duplex } from "node:stream";
import { serveSecrets, type SecretStorage } from "./secret_channel";

const SECRETS_FD = 3;

export interface Surroundings {
  /** Of the bundled `tutor_lsp` and its libraries. */
  readonly libraries: string;
  /** Where state and the record of sign-ins are kept; the tokens are in `secrets`. */
  readonly dataFolder: string;
  readonly secrets: SecretStorage;
  /** VS Code's own proxy setting; the variables of the environment go first. */
  readonly proxy: string | undefined;
  /** The hosts that need none, by VS Code's setting. */
  readonly noProxy: readonly string[] | undefined;
}

/**
 * Start it with an interpreter. `-I` and a script by its absolute path keep modules of the student's folder out: one named
 * `random.py` would else be imported in place of Python's own.
 */
export function startServer(interpreter: string, surroundings: Surroundings): ChildProcess {
  const script = path.join(surroundings.libraries, "tutor_lsp", "__main__.py");
  const server = spawn(interpreter, ["-I", "-X", "utf8", script], {
    cwd: homedir(),
    env: environment(process.env, surroundings),
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  serveSecrets(server.stdio[SECRETS_FD] as Duplex, surroundings.secrets);
  return server;
}

/** Exported for its test. */
export function environment(own: NodeJS.ProcessEnv, surroundings: Surroundings): NodeJS.ProcessEnv {
  const proxies: NodeJS.ProcessEnv = {};
  const set = (name: string, value: string | undefined) => {
    if (value && !own[name] && !own[name.toLowerCase()]) {
      proxies[name] = value;
    }
  };
  set("HTTP_PROXY", surroundings.proxy);
  set("HTTPS_PROXY", surroundings.proxy);
  if (proxies["HTTPS_PROXY"]) {
    // Not by itself: Python would then not ask the system for its proxies.
    set("NO_PROXY", surroundings.noProxy?.join(","));
  }
  return {
    ...own,
    ...proxies,
    TUTOR_DATA_DIR: surroundings.dataFolder,
    TUTOR_SECRETS_FD: String(SECRETS_FD),
  };
}
