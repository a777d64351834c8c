/** Start the bundled language server: isolated from the student's folder, with the tokens' pipe and the proxy settings. */

import { spawn, type ChildProcess } from "node:child_process";
import { homedir } from "node:os";
import * as path from "node:path";
import type { Duplex } from "node:stream";
import { serveSecrets, type SecretStorage } from "./secret_channel";

const SECRETS_FD = 3;

export interface Surroundings {
  /** The folder of the bundled `tutor_lsp` and its libraries. */
  readonly libraries: string;
  /** The folder for state and the record of sign-ins. The tokens are in `secrets`. */
  readonly dataFolder: string;
  readonly secrets: SecretStorage;
  /** VS Code's own proxy setting. The variables of the environment take precedence. */
  readonly proxy: string | undefined;
  /** The hosts without a proxy, from VS Code's setting. */
  readonly noProxy: readonly string[] | undefined;
}

/**
 * Start the language server with an interpreter. `-I` and the absolute path of the script keep out modules of the student's
 * folder: a `random.py` there would otherwise replace Python's own.
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

/** Return the environment of the server. Exported for its test. */
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
    // Never set alone: Python would then ignore the system's proxies.
    set("NO_PROXY", surroundings.noProxy?.join(","));
  }
  return {
    ...own,
    ...proxies,
    TUTOR_DATA_DIR: surroundings.dataFolder,
    TUTOR_SECRETS_FD: String(SECRETS_FD),
  };
}
