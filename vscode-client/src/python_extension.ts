/** What the Python extension says about interpreters, where it is installed. */

import * as vscode from "vscode";

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

/** Hear of another choice. Does nothing where the extension is not running. */
export function onDidChooseInterpreter(listener: () => void): vscode.Disposable {
  const extension = vscode.extensions.getExtension<PythonApi>(ID);
  if (!extension?.isActive) {
    return new vscode.Disposable(() => undefined);
  }
  return extension.exports.environments.onDidChangeActiveEnvironmentPath(listener);
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
