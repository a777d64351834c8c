/** The recorded run of the first failing test: each round of a loop is shown once the student has predicted it. */

import * as vscode from "vscode";
import type { RunTable } from "./protocol";

const SCHEME = "ask-tutor-run";
const PLACE = vscode.Uri.from({ scheme: SCHEME, path: "/Recorded run" });

export class RecordedRun implements vscode.Disposable, vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  // VS Code reads this field while the provider is registered.
  readonly onDidChange = this.changed.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private table: RunTable | undefined;
  private shown = 0;
  private predictions: string[] = [];

  /** Keep the recorded run of a test run, or forget the last one. */
  remember(table: RunTable | undefined): void {
    this.table = table;
    this.shown = Math.min(this.rows.length, 1);
    this.predictions = [];
    this.changed.fire(PLACE);
  }

  /** Show the run beside the code, and ask for a prediction before each further round. */
  async show(): Promise<void> {
    if (this.table === undefined) {
      throw new Error("There is no recorded run: test your file first, with Test and Ask.");
    }
    const table = this.table;
    const document = await vscode.workspace.openTextDocument(PLACE);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
    while (this.table === table && this.shown < this.rows.length) {
      const prediction = await vscode.window.showInputBox({
        title: `${table.header ?? ""}: what is the next row?`,
        prompt: "Predict the values, then press Enter to see them.",
        ignoreFocusOut: true,
      });
      if (prediction === undefined) {
        return;
      }
      this.predictions[this.shown] = prediction.trim();
      this.shown += 1;
      this.changed.fire(PLACE);
    }
  }

  provideTextDocumentContent(): string {
    const table = this.table;
    if (table === undefined) {
      return "There is no recorded run.\n";
    }
    const rows = this.rows.slice(0, this.shown).map((row, number) => {
      const prediction = this.predictions[number];
      return prediction ? `${row}    (you predicted: ${prediction})` : row;
    });
    const isWhole = this.shown === this.rows.length;
    const steps = table.steps ?? [];
    const more = isWhole ? ["", "The last steps, with the values that are new:", ...steps] : ["", "…"];
    return [table.heading, ...(table.note ? [table.note] : []), "", table.header ?? "", ...rows, ...more, ""].join("\n");
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  private get rows(): readonly string[] {
    return this.table?.rows ?? [];
  }
}
