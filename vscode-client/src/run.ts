/** Run and Ask: run the student's file, go to where it failed, and offer the tutor there. */

import * as vscode from "vscode";
import type { Answers } from "./answers";
import type { LanguageServer } from "./language_server";
import { SERVER_COMMANDS, type RunEnded } from "./protocol";

const ASK = "Ask tutor";

export class Runs implements vscode.Disposable {
  /** The output of the student's program. It is sent nowhere else. */
  private readonly output = vscode.window.createOutputChannel("Ask Tutor: Run");

  constructor(
    private readonly server: LanguageServer,
    private readonly answers: Answers,
  ) {}

  /** Save the file of an editor, run it, and show how it ended. */
  async run(editor: vscode.TextEditor): Promise<void> {
    const uri = await vscode.workspace.save(editor.document.uri);
    if (uri === undefined) {
      return; // the student cancelled the dialog for a file name
    }
    const ended = await this.server.execute<RunEnded>(SERVER_COMMANDS.run, { uri: uri.toString() });
    if (ended.reason !== "cancelled") {
      this.print(ended);
      await this.show(await vscode.workspace.openTextDocument(uri), ended);
    }
  }

  dispose(): void {
    this.output.dispose();
  }

  private print(ended: RunEnded): void {
    this.output.replace([ended.output, ended.traceback, ended.message].filter(Boolean).join("\n"));
    this.output.show(true);
  }

  private async show(document: vscode.TextDocument, ended: RunEnded): Promise<void> {
    if (!ended.range) {
      return;
    }
    const { start } = ended.range;
    const position = new vscode.Position(start.line, start.character);
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(position, position) });
    // Not awaited, because the student may leave the message open for ever.
    void vscode.window.showWarningMessage(ended.message, ASK).then(async (choice) => {
      if (choice === ASK) {
        const about = ended.traceback ? { traceback: ended.traceback } : {};
        await this.answers.askAt(document, position, about);
      }
    });
  }
}
