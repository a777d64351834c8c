/** One ask in a thread: the question, its hint, and the error, if any. */

import type * as vscode from "vscode";
import type { AnswerThread } from "./answer_thread";
import type { AnswerEnded } from "./protocol";
import { Hint, Question, SystemEntry, whatHappened } from "./thread_entries";

/** What an ask is about, besides the position. */
export interface About {
  readonly question?: string;
  readonly traceback?: string;
  /** The student has chosen that this computer answers, although a service is set. */
  readonly local?: boolean;
}

const RECONNECTING = "Connection lost. Reconnecting…";

export class Turn {
  readonly hint: Hint;
  private readonly question: Question | undefined;
  private trouble: SystemEntry | undefined;
  private lostConnection: SystemEntry | undefined;
  private end: AnswerEnded | undefined;

  constructor(
    readonly thread: AnswerThread,
    readonly about: About,
  ) {
    this.question = about.question === undefined ? undefined : new Question(about.question);
    this.hint = new Hint(this, about.local ?? false);
  }

  get isRunning(): boolean {
    return this.end === undefined;
  }

  get isCompleted(): boolean {
    return this.end?.reason === "completed";
  }

  get needsSignIn(): boolean {
    return this.end?.code === "UNAUTHENTICATED";
  }

  get hasText(): boolean {
    return !this.hint.isEmpty;
  }

  get hasQuestion(): boolean {
    return this.question !== undefined;
  }

  get entries(): vscode.Comment[] {
    const isShown = this.hasText || this.trouble === undefined;
    return [this.question, isShown ? this.hint.shown : undefined, this.trouble, this.lostConnection].filter(
      (entry) => entry !== undefined,
    );
  }

  /** Show or remove the note that the connection was lost during the answer. Return whether anything changed. */
  setReconnecting(isLost: boolean): boolean {
    const isTold = isLost && this.isRunning && this.about.local !== true;
    if (isTold === (this.lostConnection !== undefined)) {
      return false;
    }
    this.lostConnection = isTold ? new SystemEntry("Waiting", RECONNECTING) : undefined;
    return true;
  }

  get isReconnecting(): boolean {
    return this.lostConnection !== undefined;
  }

  ended(end: AnswerEnded): void {
    this.end = end;
    this.lostConnection = undefined;
    this.hint.ended(end);
    if (end.reason === "refused" || end.reason === "failed") {
      this.trouble = new SystemEntry(this.hasText ? "Interrupted" : "No answer", whatHappened(end));
    }
  }
}
