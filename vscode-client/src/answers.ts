/** Ask, and carry each answer to its thread: the one place that knows which thread an answer belongs to. */

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { AnswerThread } from "./answer_thread";
import { CellCopies } from "./cell_copies";
import { diagnosticsOnLines } from "./diagnostics";
import type { LanguageServer } from "./language_server";
import { SIGN_IN, type Offer } from "./offers";
import * as protocol from "./protocol";
import type { Hint } from "./thread_entries";

const ANSWERING_CONTEXT = "askTutor.isAnswering";
const ID = "askTutor";

const SIGN_IN_FIRST = "Sign in to your course's tutor first.";
const RESTART: Offer = { title: "Restart the tutor", command: "askTutor.restart" };

/** What an ask is about, beyond the place. */
export interface About {
  readonly question?: string;
  readonly traceback?: string;
}

export class Answers implements vscode.Disposable {
  private readonly controller = vscode.comments.createCommentController(ID, "Ask Tutor");
  private readonly copies = new CellCopies();
  private readonly running = new Map<string, Hint>();
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private threads: AnswerThread[] = [];

  constructor(
    private readonly server: LanguageServer,
    /** Called before each ask, with the document: whatever else the server has to know of it. */
    private readonly prepare: (document: vscode.TextDocument) => Promise<void>,
  ) {
    this.controller.options = {
      prompt: "Ask a question about this…",
      placeHolder: "Your question to the tutor",
    };
    server.on(protocol.ANSWER_DID_START, (message) => {
      this.withHint(message.askId, (hint) => {
        hint.thread.started(hint, message);
      });
    });
    server.on(protocol.ANSWER_DID_UPDATE, ({ askId, delta }) => {
      this.withHint(askId, (hint) => {
        hint.thread.updated(hint, delta);
      });
    });
    server.on(protocol.ANSWER_DID_END, (message) => {
      this.ended(message);
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

  /** Ask about a place of an open document. Asked again on the same line, the answer is in the same thread. */
  async askAt(shown: vscode.TextDocument, position: vscode.Position, about: About = {}): Promise<void> {
    const document = this.copies.original(shown);
    const converter = this.server.running?.code2ProtocolConverter;
    const diagnostics = diagnosticsOnLines(document.uri, position.line, position.line);
    await this.ask(document, position, {
      ...about,
      ...(converter && diagnostics.length > 0 ? { diagnostics: converter.asDiagnosticsSync(diagnostics) } : {}),
    });
  }

  /** Ask as the code action wants it, which the server has filled in. */
  async askAsOffered(argument: protocol.AskArgument): Promise<void> {
    const uri = vscode.Uri.parse(argument.uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const { line, character } = argument.position;
    await this.ask(document, new vscode.Position(line, character), argument);
  }

  /** Give the next hint in a thread. */
  async next(thread: AnswerThread, question?: string): Promise<void> {
    await this.askAt(thread.document, thread.position, question === undefined ? {} : { question });
  }

  async rate(hint: Hint, helpful: boolean): Promise<void> {
    hint.thread.rated(hint, helpful);
    await this.server.execute(protocol.SERVER_COMMANDS.rate, { messageId: hint.messageId, helpful });
  }

  /** Stop the answer of a thread, or all. */
  async stop(thread?: AnswerThread): Promise<void> {
    for (const [askId, hint] of this.running) {
      if (thread === undefined || hint.thread === thread) {
        await this.server.notify(protocol.ANSWER_CANCEL, { askId });
      }
    }
  }

  /** Take a thread away, with its answer. */
  async close(thread: AnswerThread): Promise<void> {
    await this.stop(thread);
    this.threads = this.threads.filter((each) => each !== thread);
    thread.dispose();
  }

  /** Find a thread by its id or by VS Code's own object. */
  find(thread: unknown): AnswerThread | undefined {
    return this.threads.find((each) => each.id === thread || each.owns(thread));
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
    about: Omit<protocol.AskArgument, "uri" | "position">,
  ): Promise<void> {
    const askId = randomUUID();
    const thread = await this.showAsked(document, position, about.question);
    this.running.set(askId, thread.latest);
    this.tellContext();
    try {
      await this.prepare(document);
      const { line, character } = position;
      const argument: protocol.AskArgument = { ...about, uri: document.uri.toString(), position: { line, character }, askId };
      await this.server.execute(protocol.SERVER_COMMANDS.ask, argument);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.ended({ askId, reason: "failed", message }, this.server.state.kind === "stopped" ? RESTART : undefined);
    }
  }

  private async showAsked(
    document: vscode.TextDocument,
    position: vscode.Position,
    question?: string,
  ): Promise<AnswerThread> {
    const shownIn = await this.copies.shownIn(document);
    const known = this.threads.find((each) => each.isAt(document, position.line));
    if (known !== undefined) {
      known.ask(question);
      return known;
    }
    for (const other of this.threads) {
      other.collapse();
    }
    const { line, character } = position;
    const thread = new AnswerThread(this.controller, randomUUID(), document, shownIn, line, character, question);
    this.threads.push(thread);
    return thread;
  }

  private ended(message: protocol.AnswerEnded, offer?: Offer): void {
    this.withHint(message.askId, (hint) => {
      this.running.delete(message.askId);
      if (message.code === "UNAUTHENTICATED") {
        hint.thread.ended(hint, { ...message, message: SIGN_IN_FIRST }, SIGN_IN);
      } else {
        hint.thread.ended(hint, message, offer);
      }
    });
    this.tellContext();
  }

  /** The server has gone, and with it the answers that it had under way. */
  private lost(): void {
    for (const askId of [...this.running.keys()]) {
      this.ended({ askId, reason: "failed", message: "The tutor was restarted before it could finish. Ask again." });
    }
  }

  private withHint(askId: string, act: (hint: Hint) => void): void {
    const hint = this.running.get(askId);
    if (hint !== undefined) {
      act(hint);
    }
  }

  private tellContext(): void {
    void vscode.commands.executeCommand("setContext", ANSWERING_CONTEXT, this.running.size > 0);
  }
}
