/** Run and Ask: run the student's file in the integrated terminal, go to where it failed, and offer the tutor there. */

import * as path from "node:path";
import * as vscode from "vscode";
import type { Answers } from "./answers";
import type { LanguageServer } from "./language_server";
import { SERVER_COMMANDS, type RunEnded, type TerminalRun } from "./protocol";

const ASK = "Ask tutor";
/** The message is the same after each run: VS Code then shows it once, in place of the last one. */
const FAILED = "Your program failed. Its error is in the terminal, and at its line.";
const RUNNING_CONTEXT = "askTutor.isRunning";

interface Running {
  readonly runId: string;
  execution?: vscode.TaskExecution;
  processId?: number | undefined;
  isInterrupted: boolean;
}

export class Runs implements vscode.Disposable {
  private readonly subscriptions: { dispose(): unknown }[];
  private readonly ends = new Map<string, (exitStatus: number | undefined) => void>();
  private running: Running | undefined;

  constructor(
    private readonly server: LanguageServer,
    private readonly answers: Answers,
  ) {
    this.subscriptions = [
      vscode.tasks.onDidStartTaskProcess(({ execution, processId }) => {
        if (this.running?.runId === runIdOf(execution)) {
          this.running.processId = processId;
        }
      }),
      vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        this.ends.get(runIdOf(execution))?.(exitCode);
      }),
      vscode.tasks.onDidEndTask(({ execution }) => {
        this.ends.get(runIdOf(execution))?.(undefined);
      }),
    ];
  }

  /** Save the file of an editor, run it in the terminal, and show where it failed. A program that still runs is ended. */
  async run(editor: vscode.TextEditor): Promise<void> {
    const uri = await vscode.workspace.save(editor.document.uri);
    if (uri === undefined) {
      return; // the student cancelled the dialog for a file name
    }
    this.running?.execution?.terminate();
    const run = await this.server.execute<TerminalRun>(SERVER_COMMANDS.runInTerminal, { uri: uri.toString() });
    const exitStatus = await this.inTerminal(uri, run);
    const ended = await this.server.execute<RunEnded>(SERVER_COMMANDS.endRun, {
      runId: run.runId,
      ...(exitStatus === undefined ? {} : { exitStatus }),
    });
    await this.show(uri, ended);
  }

  /** Interrupt the running program as Ctrl+C does. The second time, end it. */
  stop(): void {
    const running = this.running;
    if (running?.processId !== undefined && !running.isInterrupted) {
      running.isInterrupted = true;
      process.kill(running.processId, "SIGINT");
    } else {
      running?.execution?.terminate();
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** Run a program in the terminal to its end. Return its exit status, or undefined if the terminal was closed. */
  private async inTerminal(uri: vscode.Uri, run: TerminalRun): Promise<number | undefined> {
    const running: Running = { runId: run.runId, isInterrupted: false };
    const ended = new Promise<number | undefined>((resolve) => this.ends.set(run.runId, resolve));
    this.become(running);
    try {
      running.execution = await vscode.tasks.executeTask(taskOf(uri, run));
      return await ended;
    } finally {
      this.ends.delete(run.runId);
      if (this.running === running) {
        this.become(undefined);
      }
    }
  }

  private become(running: Running | undefined): void {
    this.running = running;
    void vscode.commands.executeCommand("setContext", RUNNING_CONTEXT, running !== undefined);
  }

  /** Go to the line that failed, in whatever file of the student's it is. */
  private async show(program: vscode.Uri, ended: RunEnded): Promise<void> {
    const range = ended.origin?.range ?? ended.range;
    if (!range) {
      return;
    }
    const uri = ended.origin ? vscode.Uri.parse(ended.origin.uri) : program;
    const document = await vscode.workspace.openTextDocument(uri);
    const position = new vscode.Position(range.start.line, range.start.character);
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(position, position) });
    if (ended.reason !== "failed") {
      return; // the student has stopped it
    }
    // Not awaited, because the student may leave the message open for ever.
    void vscode.window.showWarningMessage(FAILED, ASK).then(async (choice) => {
      if (choice === ASK) {
        await this.answers.askAt(document, position);
      }
    });
  }
}

function taskOf(uri: vscode.Uri, run: TerminalRun): vscode.Task {
  const [program = "", ...args] = run.command;
  const task = new vscode.Task(
    { type: "askTutor", run: run.runId },
    vscode.workspace.getWorkspaceFolder(uri) ?? vscode.TaskScope.Global,
    path.posix.basename(uri.path),
    "Ask Tutor",
    new vscode.ProcessExecution(program, args, { cwd: run.folder, env: run.environment }),
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.Shared,
    focus: true,
    echo: false,
    clear: true,
    showReuseMessage: false,
  };
  return task;
}

function runIdOf(execution: vscode.TaskExecution): string {
  return String(execution.task.definition["run"]);
}
