/** The composition root of the extension. It builds every part, and alone registers parts with VS Code. */

import * as path from "node:path";
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import type { AnswerThread } from "./answer_thread";
import { Answers } from "./answers";
import { Courses } from "./courses";
import { OtherDiagnostics, withWholeLines } from "./diagnostics";
import { firstSuitable, interpretersOnPath, isInside, type Candidate, type Interpreter } from "./interpreter";
import { HintMemory } from "./hint_memory";
import { LanguageServer, NoPython, type Launch } from "./language_server";
import { Modules } from "./modules";
import { failureIn, Notebooks, withOutputs } from "./notebooks";
import { offer, SET_ADDRESS } from "./offers";
import { SERVER_COMMANDS, type AskArgument, type StatusChanged, type TestArgument } from "./protocol";
import { CancellableProgress } from "./progress";
import { ConnectLink } from "./connect_link";
import { ChosenInterpreter, chosenInterpreter } from "./python_extension";
import { PythonSetup } from "./python_setup";
import { RecordedRun } from "./recorded_run";
import { Runs } from "./run";
import { startServer } from "./server_process";
import { setAddress } from "./service_address";
import { Status } from "./status";
import { Tests } from "./tests";
import { Hint } from "./thread_entries";

const SECTION = "tutor";
/** Settings with which the server is started. It is notified of changes of the others while it runs. */
const START_SETTINGS = ["tutor.serverUrl", "tutor.interpreter", "tutor.studentNumber", "http.proxy", "http.noProxy"];

let running: LanguageServer | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Ask Tutor", { log: true });
  const server: LanguageServer = new LanguageServer(() => launch(context, log), middleware(() => ({ answers, tests, progress })), log);
  const notebooks = new Notebooks(server);
  const answers = new Answers(server, (document) => notebooks.refresh(document), new HintMemory(context.workspaceState));
  const runs = new Runs(server, answers);
  const recorded = new RecordedRun();
  const tests = new Tests(server, answers, recorded);
  const progress = new CancellableProgress(server);
  const python = new PythonSetup(server, context.extensionUri);
  running = server;
  context.subscriptions.push(
    log,
    server,
    new Status(server),
    new OtherDiagnostics(server),
    notebooks,
    answers,
    runs,
    recorded,
    tests,
    progress,
    python,
    new ChosenInterpreter(server),
    vscode.window.registerUriHandler(new ConnectLink(server)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (START_SETTINGS.some((setting) => event.affectsConfiguration(setting))) {
        void server.restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void server.restart()),
    ...commands({
      server,
      answers,
      runs,
      tests,
      recorded,
      python,
      modules: new Modules(server),
      courses: new Courses(server),
      log,
    }),
  );
  void server.restart();
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}

/** Return the middleware. It gets the parts late: they need the server, which needs the middleware. */
function middleware(parts: () => { answers: Answers; tests: Tests; progress: CancellableProgress }): Middleware {
  return {
    handleWorkDoneProgress: (token, params, next) => {
      parts().progress.handle(token, params, () => {
        next(token, params);
      });
    },
    // The hints are in threads below their lines. The server's hover is for editors without such a view.
    provideHover: () => undefined,
    provideCodeActions: (document, range, context, token, next) =>
      next(document, range, withWholeLines(document, range, context), token),
    executeCommand: async (command, args, next) => {
      if (command === SERVER_COMMANDS.ask) {
        await parts().answers.askAsOffered(args[0] as AskArgument);
        return undefined;
      }
      if (command === SERVER_COMMANDS.test) {
        const { uri } = args[0] as TestArgument;
        await parts().tests.testAndAsk(await vscode.workspace.openTextDocument(vscode.Uri.parse(uri)));
        return undefined;
      }
      return (await next(command, args)) as unknown;
    },
    sendNotification: (type, next, params) =>
      next(type, withOutputs(typeof type === "string" ? type : type.method, params)),
  };
}

function launch(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Launch {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const http = vscode.workspace.getConfiguration("http");
  const ownDataFolder = process.env["TUTOR_DATA_DIR"];
  return {
    findInterpreter: () => findInterpreter(settings.get("interpreter", ""), log),
    start: (interpreter) =>
      startServer(interpreter.path, {
        libraries: context.asAbsolutePath("bundled"),
        // Not the terminal's folder: the terminal's tokens are in the system's keyring, ours in VS Code's secret storage.
        dataFolder: ownDataFolder ? path.join(ownDataFolder, "vscode") : context.globalStorageUri.fsPath,
        secrets: context.secrets,
        proxy: http.get<string>("proxy"),
        noProxy: http.get<string[]>("noProxy"),
      }),
    options: { serverUrl: settings.get("serverUrl", ""), studentNumber: settings.get("studentNumber", "") },
  };
}

/** Return the interpreter: of the student's setting, else of the Python extension, else the `python3` on PATH. */
async function findInterpreter(setting: string, log: vscode.LogOutputChannel): Promise<Interpreter> {
  const candidates: Candidate[] = [];
  if (setting) {
    candidates.push({ source: "the setting tutor.interpreter", path: setting });
  }
  const chosen = await chosenInterpreter();
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  if (chosen !== undefined && (vscode.workspace.isTrusted || !isInside(chosen, folders))) {
    candidates.push({ source: "the Python extension", path: chosen });
  }
  for (const file of await interpretersOnPath(process.env["PATH"] ?? "")) {
    candidates.push({ source: "PATH", path: file });
  }
  const { found, refused } = await firstSuitable(candidates);
  for (const reason of refused) {
    log.warn(reason);
  }
  if (found === undefined) {
    throw new NoPython("Ask Tutor needs Python 3.11 or newer, and has found none.");
  }
  return found;
}

interface Parts {
  readonly server: LanguageServer;
  readonly answers: Answers;
  readonly runs: Runs;
  readonly tests: Tests;
  readonly recorded: RecordedRun;
  readonly python: PythonSetup;
  readonly modules: Modules;
  readonly courses: Courses;
  readonly log: vscode.LogOutputChannel;
}

function commands(parts: Parts): vscode.Disposable[] {
  const { server, answers, runs, tests, recorded, python, modules, courses, log } = parts;
  const command = (name: string, run: (argument?: unknown) => Promise<unknown>) =>
    vscode.commands.registerCommand(`askTutor.${name}`, async (argument?: unknown) => {
      try {
        await run(argument);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log.error(message);
        void vscode.window.showErrorMessage(message);
      }
    });
  const ask = async () => {
    const editor = pythonEditor();
    await answers.askAt(editor.document, editor.selection.active);
  };
  const rate = (helpful: boolean) => async (hint: unknown) => {
    if (hint instanceof Hint) {
      await answers.rate(hint, helpful);
    }
  };
  const next = async (argument: unknown) => {
    const thread = threadOf(answers, argument);
    await (thread ? answers.next(thread) : ask());
  };
  const followUp = async (argument: unknown) => {
    const thread = threadOf(answers, argument);
    const question = questionIn(argument);
    await (thread && (question === undefined ? answers.next(thread) : answers.followUp(thread, question)));
  };
  const showEarlier = (argument: unknown) => {
    const [id, place] = typeof argument === "string" ? argument.split("/") : [argument];
    const thread = threadOf(answers, id) ?? answers.findAt(vscode.window.activeTextEditor);
    thread?.unfold(place === undefined ? undefined : Number(place));
    return Promise.resolve();
  };
  /** Act in the thread of the link or button. From the palette, act in the thread at the cursor, else in the latest. */
  const inThread = (act: (thread: AnswerThread) => unknown) => async (argument: unknown) => {
    const thread = threadOf(answers, argument) ?? answers.findAt(vscode.window.activeTextEditor);
    if (thread === undefined) {
      throw new Error("There is no answer yet. Ask about a line first.");
    }
    await act(thread);
  };
  return [
    command("ask", ask),
    command("nextHint", next),
    command("askAgain", inThread((thread) => answers.again(thread))),
    command("answerHere", inThread((thread) => answers.answerHere(thread))),
    command("goToAnswer", inThread((thread) => thread.focus())),
    command("showEarlier", showEarlier),
    command("followUp", followUp),
    command("stop", (argument) => answers.stop(threadOf(answers, argument))),
    command("close", async (argument) => {
      const thread = threadOf(answers, argument);
      await (thread && answers.close(thread));
    }),
    command("helpful", rate(true)),
    command("notHelpful", rate(false)),
    command("askAboutCell", (argument) => askAboutCell(answers, argument as vscode.NotebookCell | undefined)),
    command("runAndAsk", () => runs.run(pythonEditor())),
    command("stopRun", () => {
      runs.stop();
      return Promise.resolve();
    }),
    command("testAndAsk", () => tests.testAndAsk(pythonEditor().document)),
    command("showRun", () => recorded.show()),
    command("signIn", (argument) => signIn(server, answers, threadOf(answers, argument))),
    command("signOut", () => server.execute(SERVER_COMMANDS.signOut)),
    command("modules", () => modules.show()),
    command("completeModule", () => modules.complete()),
    command("chooseModule", () => modules.choose()),
    command("startExercise", () => modules.start()),
    command("courses", () => courses.show()),
    command("joinCourse", () => courses.join()),
    command("chooseCourse", (argument) => chooseCourse(courses, answers, threadOf(answers, argument))),
    command("setAddress", () => setAddress(server)),
    command("choosePython", () => python.choose()),
    command("installPython", () => python.explainInstallation()),
    command("restart", () => server.restart()),
    vscode.commands.registerCommand("askTutor.showLog", () => {
      log.show();
    }),
  ];
}

async function signIn(server: LanguageServer, answers: Answers, thread?: AnswerThread): Promise<void> {
  const { state } = await server.execute<StatusChanged>(SERVER_COMMANDS.status);
  if (state === "local") {
    offer("No tutor service is set, and none is needed: the tutor answers on this computer.", SET_ADDRESS);
  } else {
    await answers.signIn(thread);
  }
}

/** Choose the course of a folder. The question that needs it, if there is one, is then asked again. */
async function chooseCourse(courses: Courses, answers: Answers, thread?: AnswerThread): Promise<void> {
  if ((await courses.choose(thread?.document.uri)) && thread?.latest.needsCourse) {
    await answers.again(thread);
  }
}

async function askAboutCell(answers: Answers, chosen: vscode.NotebookCell | undefined): Promise<void> {
  const notebookEditor = vscode.window.activeNotebookEditor;
  const cell = chosen ?? notebookEditor?.notebook.cellAt(notebookEditor.selection.start);
  if (cell === undefined) {
    throw new Error("Choose a cell of a notebook first.");
  }
  await answers.askAt(cell.document, failureIn(cell) ?? new vscode.Position(0, 0));
}

function pythonEditor(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== "python") {
    throw new Error("Open a Python file first.");
  }
  return editor;
}

/** Return the thread of a command. VS Code passes a thread or a reply as the argument, and our own links pass an id. */
function threadOf(answers: Answers, argument: unknown) {
  return answers.find(isReply(argument) ? argument.thread : argument);
}

function questionIn(argument: unknown): string | undefined {
  return (isReply(argument) && argument.text.trim()) || undefined;
}

function isReply(argument: unknown): argument is vscode.CommentReply {
  return typeof argument === "object" && argument !== null && "text" in argument && "thread" in argument;
}
