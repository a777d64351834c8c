/** Notebooks: send the output of cells to the language server, and show a button at a failing cell. */

import * as vscode from "vscode";
import { NotificationType } from "vscode-languageclient/node";
import { errorLine } from "./cell_traceback";
import type { LanguageServer } from "./language_server";
import { CELL_ERROR_MIME, CELL_METADATA } from "./protocol";

const CHANGED = new NotificationType<object>("notebookDocument/didChange");
const MIMES = new Set([
  CELL_ERROR_MIME,
  "application/vnd.code.notebook.stdout",
  "application/vnd.code.notebook.stderr",
  "text/plain",
]);
const MAX_OUTPUT_BYTES = 64 * 1024;

interface WireCell {
  document: string;
  metadata?: Record<string, unknown>;
}

interface WireNotebookParams {
  notebookDocument?: { uri?: string; cells?: WireCell[] };
  change?: { cells?: { structure?: { array?: { cells?: WireCell[] } }; data?: WireCell[] } };
}

/** Add the output of cells to a notebook notification. LSP does not carry it. */
export function withOutputs<P>(method: string, params: P): P {
  if (!method.startsWith("notebookDocument/did")) {
    return params;
  }
  const { notebookDocument, change } = params as WireNotebookParams;
  const notebook = vscode.workspace.notebookDocuments.find((each) => each.uri.toString() === notebookDocument?.uri);
  const sent = [
    ...(notebookDocument?.cells ?? []),
    ...(change?.cells?.structure?.array?.cells ?? []),
    ...(change?.cells?.data ?? []),
  ];
  for (const wire of sent) {
    const cell = notebook?.getCells().find((each) => each.document.uri.toString() === wire.document);
    if (cell !== undefined && cell.outputs.length > 0) {
      wire.metadata = { ...wire.metadata, [CELL_METADATA]: { outputs: outputsOf(cell) } };
    }
  }
  return params;
}

/** Return the position at which a cell failed, or undefined if its last run did not fail. */
export function failureIn(cell: vscode.NotebookCell): vscode.Position | undefined {
  const error = outputsOf(cell).find(({ mime }) => mime === CELL_ERROR_MIME);
  if (error === undefined && cell.executionSummary?.success !== false) {
    return undefined;
  }
  const line = Math.min(errorLine(error?.data ?? "") ?? 0, cell.document.lineCount - 1);
  return new vscode.Position(line, cell.document.lineAt(line).firstNonWhitespaceCharacterIndex);
}

export class Notebooks implements vscode.Disposable {
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private readonly changedItems = new vscode.EventEmitter<void>();

  constructor(private readonly server: LanguageServer) {
    this.subscriptions.push(
      this.changedItems,
      vscode.workspace.onDidChangeNotebookDocument((event) => {
        const cells = event.cellChanges
          .filter(({ outputs, executionSummary }) => outputs !== undefined || executionSummary !== undefined)
          .map(({ cell }) => cell);
        if (cells.length > 0) {
          void this.tell(event.notebook, cells);
          this.changedItems.fire();
        }
      }),
      vscode.notebooks.registerNotebookCellStatusBarItemProvider("*", {
        onDidChangeCellStatusBarItems: this.changedItems.event,
        provideCellStatusBarItems: buttonAt,
      }),
    );
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** Send the server the output of all cells in the notebook of a document, if the document is a cell. */
  async refresh(document: vscode.TextDocument): Promise<void> {
    const notebook = vscode.workspace.notebookDocuments.find((each) =>
      each.getCells().some((cell) => cell.document === document),
    );
    if (notebook !== undefined) {
      await this.tell(notebook, notebook.getCells());
    }
  }

  /** Send the server the cells, whose outputs may have changed. The language client itself sends only new runs. */
  private async tell(notebook: vscode.NotebookDocument, cells: readonly vscode.NotebookCell[]): Promise<void> {
    const data = cells
      .filter((cell) => cell.document.languageId === "python")
      .map(({ document, executionSummary: run, kind }) => ({
        kind,
        document: document.uri.toString(),
        ...(run?.executionOrder !== undefined && run.success !== undefined
          ? { executionSummary: { executionOrder: run.executionOrder, success: run.success } }
          : {}),
      }));
    if (data.length > 0) {
      const params = {
        notebookDocument: { uri: notebook.uri.toString(), version: notebook.version },
        change: { cells: { data } },
      };
      await this.server.notify(CHANGED, params); // `withOutputs` adds the outputs, as to every notification
    }
  }
}

function buttonAt(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem | undefined {
  if (cell.document.languageId !== "python" || failureIn(cell) === undefined) {
    return undefined;
  }
  const item = new vscode.NotebookCellStatusBarItem("$(lightbulb) Ask tutor", vscode.NotebookCellStatusBarAlignment.Left);
  item.command = { title: "Ask tutor", command: "askTutor.askAboutCell", arguments: [cell] };
  item.tooltip = "Ask the tutor about the error of this cell";
  item.accessibilityInformation = { label: "Ask tutor about the error of this cell", role: "button" };
  return item;
}

function outputsOf(cell: vscode.NotebookCell): { mime: string; data: string }[] {
  return cell.outputs
    .flatMap(({ items }) => items)
    .filter(({ mime }) => MIMES.has(mime))
    .map(({ mime, data }) => ({ mime, data: new TextDecoder().decode(data.subarray(0, MAX_OUTPUT_BYTES)) }));
}
