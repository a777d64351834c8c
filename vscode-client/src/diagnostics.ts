/** What checkers say about a line, whoever they are, and wherever on the line the cursor stands. */

import * as vscode from "vscode";

export function diagnosticsOnLines(uri: vscode.Uri, first: number, last: number): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ range }) => range.start.line <= last && range.end.line >= first);
}

/** Add to the context of a code action what VS Code leaves out: diagnostics on its lines that the cursor is not in. */
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
