/** Test and Ask: run the tests of the student's file, show them in the testing view, and ask about the first failure. */

import * as path from "node:path";
import * as vscode from "vscode";
import type { Answers } from "./answers";
import type { LanguageServer } from "./language_server";
import type { RecordedRun } from "./recorded_run";
import { SERVER_COMMANDS, type TestedCase, type TestsEnded } from "./protocol";

export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("askTutor", "Ask Tutor");

  constructor(
    private readonly server: LanguageServer,
    private readonly answers: Answers,
    private readonly recorded: RecordedRun,
  ) {
    this.controller.createRunProfile(
      "Test and Ask",
      vscode.TestRunProfileKind.Run,
      (request, token) => this.runAgain(request, token),
      true,
    );
  }

  /** Save a document, run its tests, show them, and ask about the first failure. */
  async testAndAsk(document: vscode.TextDocument, token?: vscode.CancellationToken): Promise<void> {
    const uri = document.isUntitled || document.isDirty ? await vscode.workspace.save(document.uri) : document.uri;
    if (uri === undefined) {
      return; // the student cancelled the dialog for a file name
    }
    const ended = await this.server.execute<TestsEnded>(SERVER_COMMANDS.test, { uri: uri.toString() }, token);
    if (ended.reason === "cancelled") {
      return;
    }
    this.show(ended);
    this.recorded.remember(ended.trace ?? undefined);
    if (!ended.position) {
      void vscode.window.showInformationMessage(ended.message);
      return;
    }
    const program = await vscode.workspace.openTextDocument(vscode.Uri.parse(ended.uri));
    const position = new vscode.Position(ended.position.line, ended.position.character);
    await vscode.window.showTextDocument(program, { selection: new vscode.Range(position, position) });
    await this.answers.askAt(program, position);
  }

  dispose(): void {
    this.controller.dispose();
  }

  private async runAgain(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const files = new Map<string, vscode.Uri>();
    const chosen = request.include ?? [...this.controller.items].map(([, item]) => item);
    for (const item of chosen) {
      const uri = (item.parent ?? item).uri;
      if (uri !== undefined) {
        files.set(uri.toString(), uri);
      }
    }
    const active = vscode.window.activeTextEditor?.document;
    if (files.size === 0 && active?.languageId === "python") {
      files.set(active.uri.toString(), active.uri);
    }
    for (const uri of files.values()) {
      try {
        await this.testAndAsk(await vscode.workspace.openTextDocument(uri), token);
      } catch (error) {
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Show the results in the testing view, in place of the program's last ones. */
  private show(ended: TestsEnded): void {
    const uri = vscode.Uri.parse(ended.uri);
    const file = this.controller.createTestItem(ended.uri, path.posix.basename(uri.path), uri);
    this.controller.items.add(file);
    const run = this.controller.createTestRun(new vscode.TestRunRequest([file]), ended.message);
    (ended.tests ?? []).forEach((test, number) => {
      const item = this.controller.createTestItem(`${ended.uri}#${number}`, test.name, uri);
      file.children.add(item);
      report(run, item, test);
    });
    const output = [ended.output, ended.message].filter(Boolean).join("\n");
    run.appendOutput(`${output.replace(/\r?\n/g, "\r\n")}\r\n`);
    run.end();
  }
}

function report(run: vscode.TestRun, item: vscode.TestItem, test: TestedCase): void {
  if (test.outcome === "passed") {
    run.passed(item);
  } else if (test.outcome === "skipped") {
    run.skipped(item);
  } else {
    const message = new vscode.TestMessage(test.message ?? "This test fails.");
    if (test.outcome === "failed") {
      run.failed(item, message);
    } else {
      run.errored(item, message);
    }
  }
}
