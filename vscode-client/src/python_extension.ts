/** The interpreter that the student has chosen in the Python extension. */

import * as vscode from "vscode";
import type { LanguageServer } from "./language_server";

const ID = "ms-python.python";
const ANSWER_SECONDS = 5;

/** The part of its public API that is used here (`@vscode/python-extension`, since 2023). */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(environment: {
      readonly path: string;
    }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** Return the interpreter that the student has chosen, or undefined: none, no extension, or no answer in time. */
export async function chosenInterpreter(): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, ANSWER_SECONDS * 1000);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Restarts the server when the student chooses another interpreter in the Python extension. */
export class ChosenInterpreter implements vscode.Disposable {
  private choice: vscode.Disposable | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly server: LanguageServer) {
    this.subscriptions = [
      server.onDidChangeState(() => {
        this.listen();
      }),
      vscode.extensions.onDidChange(() => {
        if (server.state.kind === "stopped") {
          void server.restart(); // the new extension may know a Python
        }
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, ...(this.choice ? [this.choice] : [])).dispose();
  }

  /** Listen to the extension, once it is active. The search for an interpreter activates it. */
  private listen(): void {
    const extension = vscode.extensions.getExtension<PythonApi>(ID);
    if (this.choice === undefined && extension?.isActive) {
      this.choice = extension.exports.environments.onDidChangeActiveEnvironmentPath(() => void this.server.restart());
    }
  }
}

async function ask(): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>(ID);
  if (extension === undefined) {
    return undefined;
  }
  const { environments } = await extension.activate();
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
  return resolved?.executable.uri?.fsPath;
}
