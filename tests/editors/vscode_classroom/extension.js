// What a student has beside Ask Tutor, for the tests: a linter that knows one name, and a kernel that runs cells.
"use strict";

const { spawnSync } = require("node:child_process");
const vscode = require("vscode");

const MISTYPED = /distence/g;

function lint(diagnostics, document) {
  if (document.languageId !== "python" || document.uri.scheme === "vscode-notebook-cell") {
    return;
  }
  const found = [];
  for (const match of document.getText().matchAll(MISTYPED)) {
    const start = document.positionAt(match.index);
    const range = new vscode.Range(start, start.translate(0, match[0].length));
    const diagnostic = new vscode.Diagnostic(range, "Undefined name `distence`", vscode.DiagnosticSeverity.Error);
    diagnostic.source = "linter";
    found.push(diagnostic);
  }
  diagnostics.set(document.uri, found);
}

let order = 0;

function runCells(cells, _notebook, controller) {
  for (const cell of cells) {
    const execution = controller.createNotebookCellExecution(cell);
    execution.executionOrder = ++order;
    execution.start(Date.now());
    execution.clearOutput();
    const run = spawnSync("python3", ["-I", "-"], { input: cell.document.getText(), encoding: "utf8" });
    const items = [vscode.NotebookCellOutputItem.stdout(run.stdout)];
    if (run.status !== 0) {
      const line = /line (\d+)/.exec(run.stderr)?.[1] ?? "1";
      const [name, message = ""] = run.stderr.trim().split("\n").at(-1).split(": ");
      const stack = `Traceback (most recent call last):\nCell In[${order}], line ${line}\n${name}: ${message}`;
      items.push(vscode.NotebookCellOutputItem.error({ name, message, stack }));
    }
    execution.appendOutput(items.filter(({ data }) => data.length).map((item) => new vscode.NotebookCellOutput([item])));
    execution.end(run.status === 0, Date.now());
  }
}

exports.activate = (context) => {
  const diagnostics = vscode.languages.createDiagnosticCollection("linter");
  const look = (document) => lint(diagnostics, document);
  vscode.workspace.textDocuments.forEach(look);
  const controller = vscode.notebooks.createNotebookController("classroom", "jupyter-notebook", "Classroom");
  controller.supportedLanguages = ["python"];
  controller.supportsExecutionOrder = true;
  controller.executeHandler = runCells;
  for (const notebook of vscode.workspace.notebookDocuments) {
    controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
  }
  context.subscriptions.push(
    diagnostics,
    controller,
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)),
  );
};
