/**
 * Read-only copies of notebook cells beside the notebook, in which the hints about a cell are shown.
 *
 * VS Code shows the comment threads of extensions in text editors only. A thread for a cell appears only as one cut line
 * in the Comments panel (tried with 1.139).
 */

import * as path from "node:path";
import * as vscode from "vscode";

const SCHEME = "ask-tutor-cell";
const CELL_SCHEME = "vscode-notebook-cell";

export class CellCopies implements vscode.Disposable, vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: { dispose(): unknown }[];
  private readonly cells = new Map<string, vscode.NotebookCell>();

  readonly onDidChange = this.changed.event;

  constructor() {
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const [uri, cell] of this.cells) {
          if (cell.document === document) {
            this.changed.fire(vscode.Uri.parse(uri));
          }
        }
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.cells.delete(uri.toString());
      }),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string | undefined {
    return this.cells.get(uri.toString())?.document.getText();
  }

  /** Return the document that shows the hints about this one: itself, or the copy of a cell, opened beside it. */
  async shownIn(document: vscode.TextDocument): Promise<vscode.TextDocument> {
    const cell = cellOf(document);
    if (cell === undefined) {
      return document;
    }
    const name = `${path.posix.basename(cell.notebook.uri.path)}, cell ${cell.index + 1}`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}`, query: document.uri.toString() });
    this.cells.set(uri.toString(), cell);
    const opened = await vscode.workspace.openTextDocument(uri);
    const copy = await vscode.languages.setTextDocumentLanguage(opened, document.languageId);
    const isVisible = vscode.window.visibleTextEditors.some((editor) => editor.document === copy);
    if (!isVisible) {
      await vscode.window.showTextDocument(copy, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
    }
    return copy;
  }

  /** Return the cell that a document is a copy of, else the document itself. */
  original(document: vscode.TextDocument): vscode.TextDocument {
    return this.cells.get(document.uri.toString())?.document ?? document;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

function cellOf(document: vscode.TextDocument): vscode.NotebookCell | undefined {
  if (document.uri.scheme !== CELL_SCHEME) {
    return undefined;
  }
  return vscode.workspace.notebookDocuments
    .flatMap((notebook) => notebook.getCells())
    .find((cell) => cell.document === document);
}
