/** Send asks, and show each answer in its thread. Only this module knows which thread an answer belongs to. */

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { AnswerThread } from "./answer_thread";
import { CellCopies } from "./cell_copies";
import { diagnosticsOnLines } from "./diagnostics";
import type { LanguageServer } from "./language_server";
import { CHOOSE_PYTHON, INSTALL_PYTHON, RESTART, SET_ADDRESS, SHOW_LOG, SIGN_IN, type Offer } from "./offers";
import * as protocol from "./protocol";
import { isAddressWrong } from "./service_address";
import type { Hint } from "./thread_entries";
import type { About, Turn } from "./turn";

const ANSWERING_CONTEXT = "askTutor.isAnswering";
const ANSWER_CONTEXT = "askTutor.hasAnswer";
const ID = "askTutor";

const SIGN_IN_FIRST = "Sign in to your course's tutor first.";
/** Codes of answers that fail because the service, or something that it needs, is unavailable. */
const AWAY = new Set(["AI_UNAVAILABLE", "DATABASE_UNAVAILABLE", "LIMITER_UNAVAILABLE", "SHUTTING_DOWN"]);

export class Answers implements vscode.Disposable {
  private readonly controller = vscode.comments.createCommentController(ID, "Ask Tutor");
  private readonly copies = new CellCopies();
  private readonly running = new Map<string, Turn>();
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private threads: AnswerThread[] = [];
  private connection: protocol.State = "local";
  /** The thread whose question is asked again once the student has signed in. */
  private waitsForSignIn: AnswerThread | undefined;

  constructor(
    private readonly server: LanguageServer,
    /** Called with the document before each ask, to send the server what else it has to know. */
    private readonly prepare: (document: vscode.TextDocument) => Promise<void>,
  ) {
    this.controller.options = {
      prompt: "Ask a question about this…",
      placeHolder: "Your question to the tutor",
    };
    server.on(protocol.ANSWER_DID_START, (message) => {
      const turn = this.running.get(message.askId);
      turn?.thread.started(turn, message);
    });
    server.on(protocol.ANSWER_DID_UPDATE, ({ askId, delta }) => {
      const turn = this.running.get(askId);
      turn?.thread.updated(turn, delta);
    });
    server.on(protocol.ANSWER_DID_END, (message) => {
      this.ended(message);
    });
    server.on(protocol.STATUS_DID_CHANGE, ({ state }) => {
      this.connection = state;
      for (const { thread } of this.running.values()) {
        thread.setReconnecting(state === "reconnecting");
      }
    });
    server.on(protocol.SIGN_IN_DID_END, ({ reason }) => {
      void this.signInEnded(reason === "completed");
    });
    this.subscriptions.push(
      this.controller,
      this.copies,
      server.onDidChangeState(({ kind }) => {
        if (kind !== "running") {
          this.lost();
        }
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        for (const thread of this.threads) {
          if (thread.document === document) {
            thread.follow(contentChanges);
          }
        }
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        for (const thread of this.threads.filter((each) => each.document === document || each.shownIn === document)) {
          void this.close(thread);
        }
      }),
    );
  }

  /** Ask about a position in an open document. A second ask on the same line uses the same thread. */
  async askAt(shown: vscode.TextDocument, position: vscode.Position, about: About = {}): Promise<void> {
    const document = this.copies.original(shown);
    const converter = this.server.running?.code2ProtocolConverter;
    const diagnostics = diagnosticsOnLines(document.uri, position.line, position.line);
    await this.ask(
      document,
      position,
      about,
      converter && diagnostics.length > 0 ? converter.asDiagnosticsSync(diagnostics) : undefined,
    );
  }

  /** Ask with the argument of the server's code action. */
  async askAsOffered(argument: protocol.AskArgument): Promise<void> {
    const uri = vscode.Uri.parse(argument.uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const { line, character } = argument.position;
    const { question, traceback, diagnostics } = argument;
    const about = {
      ...(typeof question === "string" ? { question } : {}),
      ...(typeof traceback === "string" ? { traceback } : {}),
    };
    await this.ask(document, new vscode.Position(line, character), about, diagnostics);
  }

  /** Ask for the next hint in a thread. */
  async next(thread: AnswerThread, question?: string): Promise<void> {
    await this.askAt(thread.document, thread.position, question === undefined ? {} : { question });
  }

  /** Repeat the latest question of a thread. */
  async again(thread: AnswerThread): Promise<void> {
    await this.askAt(thread.document, thread.position, thread.latest.about);
  }

  /** Repeat the latest question of a thread. This computer answers it, without the service. */
  async answerHere(thread: AnswerThread): Promise<void> {
    await this.askAt(thread.document, thread.position, { ...thread.latest.about, local: true });
  }

  /** Sign in. The question that needs it, in this thread or the last such thread, is then asked again. */
  async signIn(thread?: AnswerThread): Promise<void> {
    const waiting = thread ?? [...this.threads].reverse().find(({ latest }) => latest.needsSignIn);
    this.waitsForSignIn = waiting;
    const { state } = await this.server.execute<protocol.StatusChanged>(protocol.SERVER_COMMANDS.signIn);
    if (state !== "signedOut") {
      await this.signInEnded(true); // another window has signed in
    }
  }

  async rate(hint: Hint, helpful: boolean): Promise<void> {
    hint.turn.thread.rated(hint, helpful);
    await this.server.execute(protocol.SERVER_COMMANDS.rate, { messageId: hint.messageId, helpful });
  }

  /** Stop the answer of a thread, or all answers. */
  async stop(thread?: AnswerThread): Promise<void> {
    for (const [askId, turn] of this.running) {
      if (thread === undefined || turn.thread === thread) {
        await this.server.notify(protocol.ANSWER_CANCEL, { askId });
      }
    }
  }

  /** Stop the answer of a thread and remove it. */
  async close(thread: AnswerThread): Promise<void> {
    await this.stop(thread);
    this.threads = this.threads.filter((each) => each !== thread);
    thread.dispose();
    this.tellContext();
  }

  /** Return a thread by its id or by VS Code's object. */
  find(thread: unknown): AnswerThread | undefined {
    return this.threads.find((each) => each.id === thread || each.owns(thread));
  }

  /** Return the thread at the cursor's line, else the latest one. */
  findAt(editor: vscode.TextEditor | undefined): AnswerThread | undefined {
    const document = editor && this.copies.original(editor.document);
    const here = this.threads.find((each) => document && each.isAt(document, editor.selection.active.line));
    return here ?? this.threads[this.threads.length - 1];
  }

  dispose(): void {
    for (const thread of this.threads) {
      thread.dispose();
    }
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async ask(
    document: vscode.TextDocument,
    position: vscode.Position,
    about: About,
    diagnostics: protocol.AskArgument["diagnostics"],
  ): Promise<void> {
    const askId = randomUUID();
    const turn = (await this.showAsked(document, position, about)).latest;
    await this.startIfStopped();
    this.running.set(askId, turn);
    this.tellContext();
    try {
      await this.prepare(document);
      const { line, character } = position;
      await this.server.execute(protocol.SERVER_COMMANDS.ask, {
        ...about,
        ...(diagnostics === undefined ? {} : { diagnostics }),
        uri: document.uri.toString(),
        position: { line, character },
        askId,
      } satisfies protocol.AskArgument);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.ended({ askId, reason: "failed", message });
    }
  }

  /** Start the server again if it found no Python: the student may have installed it since. */
  private async startIfStopped(): Promise<void> {
    const { state } = this.server;
    if (state.kind === "stopped" && state.lacksPython) {
      await this.server.restart();
    }
  }

  private async showAsked(
    document: vscode.TextDocument,
    position: vscode.Position,
    about: About,
  ): Promise<AnswerThread> {
    const shownIn = await this.copies.shownIn(document);
    const known = this.threads.find((each) => each.isAt(document, position.line));
    if (known !== undefined) {
      known.ask(about);
      return known;
    }
    for (const other of this.threads) {
      other.collapse();
    }
    const { line, character } = position;
    const thread = new AnswerThread(this.controller, randomUUID(), document, shownIn, line, character, about);
    this.threads.push(thread);
    return thread;
  }

  private ended(message: protocol.AnswerEnded): void {
    const turn = this.running.get(message.askId);
    if (turn !== undefined) {
      this.running.delete(message.askId);
      const told = turn.about.local !== true && message.code === "UNAUTHENTICATED" ? { ...message, message: SIGN_IN_FIRST } : message;
      turn.thread.ended(turn, told, this.waysOn(turn, message), this.isAway(message));
    }
    this.tellContext();
  }

  /** Return what helps against the reason why no answer came, other than asking again. */
  private waysOn({ thread }: Turn, { code }: protocol.AnswerEnded): Offer[] {
    const { state } = this.server;
    if (state.kind === "stopped") {
      return state.lacksPython ? [CHOOSE_PYTHON, INSTALL_PYTHON] : [RESTART, SHOW_LOG];
    }
    if (code === "UNAUTHENTICATED") {
      return [{ ...SIGN_IN, argument: thread.id }];
    }
    return code === "VALIDATION_FAILED" && this.connection === "offline" && isAddressWrong() ? [SET_ADDRESS] : [];
  }

  /** Return whether the service cannot answer now, for a reason that is neither the student's nor the course's. */
  private isAway({ code }: protocol.AnswerEnded): boolean {
    const isReached = this.connection === "ready" || this.connection === "connecting";
    return (
      this.server.state.kind === "running" &&
      this.connection !== "local" &&
      this.connection !== "signedOut" &&
      (!isReached || (typeof code === "string" && AWAY.has(code)))
    );
  }

  private async signInEnded(isSignedIn: boolean): Promise<void> {
    const thread = this.waitsForSignIn;
    this.waitsForSignIn = undefined;
    if (isSignedIn && thread?.latest.needsSignIn && this.threads.includes(thread)) {
      await this.again(thread);
    }
  }

  /** End the running answers, because the server has ended. */
  private lost(): void {
    this.waitsForSignIn = undefined;
    const { state } = this.server;
    const message = state.kind === "stopped" ? state.reason : "The tutor was restarted before it could finish.";
    for (const askId of [...this.running.keys()]) {
      this.ended({ askId, reason: "failed", message });
    }
  }

  private tellContext(): void {
    void vscode.commands.executeCommand("setContext", ANSWERING_CONTEXT, this.running.size > 0);
    void vscode.commands.executeCommand("setContext", ANSWER_CONTEXT, this.threads.length > 0);
  }
}
