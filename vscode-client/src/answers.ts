/** Send asks, and show each answer in its thread. Only this module knows which thread an answer belongs to. */

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { Announcement } from "./announcement";
import { AnswerThread } from "./answer_thread";
import { CellCopies } from "./cell_copies";
import { diagnosticsOnLines } from "./diagnostics";
import type { HintMemory } from "./hint_memory";
import type { LanguageServer } from "./language_server";
import { CHOOSE_COURSE } from "./offers";
import * as protocol from "./protocol";
import type { Hint } from "./thread_entries";
import { alone, type About, type Turn } from "./turn";
import { isAway, waysOn } from "./ways_on";

const ANSWERING_CONTEXT = "askTutor.isAnswering";
const ANSWER_CONTEXT = "askTutor.hasAnswer";
const ID = "askTutor";

const SIGN_IN_FIRST = "Sign in to your course's tutor first.";

export class Answers implements vscode.Disposable {
  private readonly controller = vscode.comments.createCommentController(ID, "Ask Tutor");
  private readonly copies = new CellCopies();
  private readonly running = new Map<string, Turn>();
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private readonly announcement = new Announcement();
  private threads: AnswerThread[] = [];
  private connection: protocol.State = "local";
  /** The thread whose question is asked again once the student has signed in. */
  private waitsForSignIn: AnswerThread | undefined;

  constructor(
    private readonly server: LanguageServer,
    /** Called with the document before each ask, to send the server what else it has to know. */
    private readonly prepare: (document: vscode.TextDocument) => Promise<void>,
    private readonly memory: HintMemory,
  ) {
    this.controller.options = {
      prompt: "Ask a question about this…",
      placeHolder: "Your question to the tutor",
    };
    server.on(protocol.ANSWER_DID_START, (message) => {
      const turn = this.running.get(message.askId);
      turn?.thread.started(turn, message);
    });
    server.on(protocol.ANSWER_DID_QUEUE, ({ askId, message }) => {
      const turn = this.running.get(askId);
      turn?.thread.queued(turn, message ?? "");
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
      this.announcement,
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
          memory.putAside(thread.kept);
          void this.close(thread);
        }
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        this.restore(document);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (this.threads.some((each) => each.document === document)) {
          this.keep();
        }
      }),
    );
    for (const document of vscode.workspace.textDocuments) {
      this.restore(document);
    }
    this.tellContext();
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
  async next(thread: AnswerThread): Promise<void> {
    await this.askAt(thread.document, thread.position);
  }

  /** Ask a question about the last answer of a thread, at the same level. The tutor that gave the answer is asked. */
  async followUp(thread: AnswerThread, question: string): Promise<void> {
    const { answerId, about } = thread.answered ?? {};
    await this.askAt(thread.document, thread.position, {
      question,
      ...(answerId === undefined ? {} : { followUpTo: answerId }),
      ...(answerId !== undefined && about?.local === true ? { local: true } : {}),
    });
  }

  /** Repeat the latest question of a thread. */
  async again(thread: AnswerThread): Promise<void> {
    const { about, isAboutUnknownAnswer } = thread.latest;
    await this.askAt(thread.document, thread.position, isAboutUnknownAnswer ? alone(about) : about);
  }

  /** Repeat the latest question of a thread. This computer answers it, and does not know answers of the service. */
  async answerHere(thread: AnswerThread): Promise<void> {
    const { about } = thread.latest;
    await this.askAt(thread.document, thread.position, about.local === true ? about : { ...alone(about), local: true });
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
    this.keep();
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
    this.announcement.asking();
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
      const { state } = this.server;
      turn.thread.ended(turn, told, waysOn(state, this.connection, message, turn.thread.id), isAway(state, this.connection, message));
      this.announcement.ended(turn.hasText ? turn.hint : {}, told.message);
      this.keep();
      if (message.code === "COURSE_NEEDED") {
        void vscode.commands.executeCommand(CHOOSE_COURSE.command, turn.thread.id);
      }
    }
    this.tellContext();
  }

  /** Show the hints about a document that were kept, collapsed. */
  private restore(document: vscode.TextDocument): void {
    for (const kept of this.memory.take(document)) {
      const { line } = kept;
      const character = document.lineAt(line).firstNonWhitespaceCharacterIndex;
      this.threads.push(new AnswerThread(this.controller, randomUUID(), document, document, line, character, {}, kept));
    }
    this.tellContext();
  }

  private keep(): void {
    this.memory.keep(this.threads.map(({ kept }) => kept));
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
    if (this.threads.length === 0) {
      this.announcement.hide();
    }
  }
}
