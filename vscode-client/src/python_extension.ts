/** What the Python extension says about interpreters, where it is installed. */

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

/** Give the interpreter that the student has chosen there; undefined where there is none, or no answer in time. */
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

/** Starts the server with another interpreter once the student chooses one in the Python extension. */
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
          void server.restart(); // the extension may be new, and know of a Python
        }
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, ...(this.choice ? [this.choice] : [])).dispose();
  }

  /** The search for an interpreter activates the extension: this hears of it after the first start. */
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
