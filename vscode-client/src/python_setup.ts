/** Help a student without a supported Python: a message with two offers, and the choice of an interpreter. */

import * as vscode from "vscode";
import { firstSuitable, suitable, usualInterpreters, type Interpreter } from "./interpreter";
import type { LanguageServer } from "./language_server";
import { CHOOSE_PYTHON, INSTALL_PYTHON, warn } from "./offers";

const PYTHON_EXTENSION = "ms-python.python";
const PYTHON_EXTENSION_CHOICE = "python.setInterpreter";

interface Choice extends vscode.QuickPickItem {
  take(): Promise<void>;
}

export class PythonSetup implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;
  private wasTold = false;

  constructor(
    private readonly server: LanguageServer,
    private readonly extensionUri: vscode.Uri,
  ) {
    this.subscription = server.onDidChangeState((state) => {
      if (state.kind === "running") {
        this.wasTold = false;
      } else if (state.kind === "stopped" && state.lacksPython && !this.wasTold) {
        this.wasTold = true; // once, even if the search is repeated
        warn(state.reason, CHOOSE_PYTHON, INSTALL_PYTHON);
      }
    });
  }

  /** Let the student choose an interpreter of this computer. The tutor then starts with it. */
  async choose(): Promise<void> {
    const found = await suitable(await usualInterpreters());
    const choices: Choice[] = found.map((interpreter) => ({
      label: `Python ${interpreter.version}`,
      description: interpreter.path,
      take: () => this.use(interpreter),
    }));
    if (vscode.extensions.getExtension(PYTHON_EXTENSION) !== undefined) {
      choices.push({
        label: "$(extensions) Choose in the Python extension…",
        take: async () => {
          await vscode.commands.executeCommand(PYTHON_EXTENSION_CHOICE);
        },
      });
    }
    choices.push({ label: "$(folder-opened) Find the program on the disk…", take: () => this.find() });
    const choice = await vscode.window.showQuickPick(choices, {
      title: "Which Python runs the tutor and your programs?",
      placeHolder: found.length > 0 ? "Python 3.11 or newer" : "No Python 3.11 or newer was found in the usual places",
      matchOnDescription: true,
    });
    await choice?.take();
  }

  /** Show how to install Python on each system. The page needs no network. */
  async explainInstallation(): Promise<void> {
    const page = vscode.Uri.joinPath(this.extensionUri, "media", "python.md");
    await vscode.commands.executeCommand("markdown.showPreview", page);
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async find(): Promise<void> {
    const [file] =
      (await vscode.window.showOpenDialog({
        title: "The Python program",
        openLabel: "Use This Python",
        canSelectMany: false,
      })) ?? [];
    if (file === undefined) {
      return; // cancelled
    }
    const { found, refused } = await firstSuitable([{ source: "your choice", path: file.fsPath }]);
    if (found === undefined) {
      warn(`${refused.join(" ")}. Choose a Python 3.11 or newer.`, CHOOSE_PYTHON, INSTALL_PYTHON);
    } else {
      await this.use(found);
    }
  }

  /** Store the choice; a remote window stores it on the remote computer. The changed setting restarts the tutor. */
  private async use({ path }: Interpreter): Promise<void> {
    const settings = vscode.workspace.getConfiguration("tutor");
    if (settings.get("interpreter", "") === path) {
      await this.server.restart();
    } else {
      await settings.update("interpreter", path, vscode.ConfigurationTarget.Global);
    }
  }
}
