/** The diagnostics of all checkers on a line, wherever on the line the cursor is. */

import * as vscode from "vscode";
import type { LanguageServer } from "./language_server";
import { DIAGNOSTICS_DID_CHANGE, DIAGNOSTIC_SOURCE } from "./protocol";

export function diagnosticsOnLines(uri: vscode.Uri, first: number, last: number): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ range }) => range.start.line <= last && range.end.line >= first);
}

/** Add the diagnostics on the whole lines of a code action. VS Code sends only those that touch the cursor. */
export function withWholeLines(
  document: vscode.TextDocument,
  range: vscode.Range,
  context: vscode.CodeActionContext,
): vscode.CodeActionContext {
  const known = diagnosticsOnLines(document.uri, range.start.line, range.end.line);
  const added = known.filter((diagnostic) => !context.diagnostics.some((given) => isSame(given, diagnostic)));
  return { ...context, diagnostics: [...context.diagnostics, ...added] };
}

function isSame(one: vscode.Diagnostic, other: vscode.Diagnostic): boolean {
  return one.message === other.message && one.source === other.source && one.range.isEqual(other.range);
}

/** Sends the server the diagnostics of other checkers, so that it reports nothing on the same lines. */
export class OtherDiagnostics implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[];
  private readonly told = new Map<string, string>();

  constructor(private readonly server: LanguageServer) {
    this.subscriptions = [
      server.onDidChangeState(({ kind }) => {
        if (kind === "running") {
          this.told.clear(); // a new server has received none
          this.tell(vscode.workspace.textDocuments.map(({ uri }) => uri));
        }
      }),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        this.tell(uris);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.told.delete(uri.toString());
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private tell(uris: readonly vscode.Uri[]): void {
    const converter = this.server.running?.code2ProtocolConverter;
    const open = new Set(
      vscode.workspace.textDocuments.filter(({ languageId }) => languageId === "python").map(({ uri }) => uri.toString()),
    );
    for (const uri of uris.filter((each) => open.has(each.toString()))) {
      const others = vscode.languages.getDiagnostics(uri).filter(({ source }) => source !== DIAGNOSTIC_SOURCE);
      const diagnostics = converter?.asDiagnosticsSync(others) ?? [];
      const key = uri.toString();
      const content = JSON.stringify(diagnostics);
      if (converter && content !== (this.told.get(key) ?? "[]")) {
        this.told.set(key, content);
        void this.server.notify(DIAGNOSTICS_DID_CHANGE, { uri: key, diagnostics });
      }
    }
  }
}
