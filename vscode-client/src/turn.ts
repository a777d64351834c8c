/** One ask in a thread: the question, its hint, and the error, if any. */

import type * as vscode from "vscode";
import type { AnswerThread } from "./answer_thread";
import type { KeptHint } from "./kept_threads";
import { firstLine } from "./markdown";
import type { AnswerEnded } from "./protocol";
import { Hint, Question, SystemEntry, whatHappened } from "./thread_entries";

/** What an ask is about, besides the position. */
export interface About {
  readonly question?: string;
  readonly traceback?: string;
  /** The student has chosen that this computer answers, although a service is set. */
  readonly local?: boolean;
  /** The id of the answer that the question is about. */
  readonly followUpTo?: string;
}

/** The length of a question in a line that stands for its answer. */
const QUESTION_CHARACTERS = 38;
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

  /** Return the turn of a hint of an earlier window. */
  static restored(thread: AnswerThread, kept: KeptHint): Turn {
    const turn = new Turn(thread, kept.local ? { local: true } : {});
    turn.hint.restore(kept);
    turn.end = { askId: "", reason: "completed", answerId: kept.answerId };
    return turn;
  }

  /** The id by which a question can name the answer, once it is complete. */
  get answerId(): string | undefined {
    return this.end?.answerId ?? undefined;
  }

  /** What is kept when the window is closed. */
  get kept(): KeptHint | undefined {
    return this.hint.kept(this.answerId);
  }

  /** Whether the answer that the question is about is not known to the tutor. */
  get isAboutUnknownAnswer(): boolean {
    return this.about.followUpTo !== undefined && this.end?.code === "NOT_FOUND";
  }

  /** The beginning of the question, else of the hint. */
  get beginning(): string {
    return this.about.question === undefined ? this.hint.beginning : `“${firstLine(this.about.question, QUESTION_CHARACTERS)}”`;
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

  get needsCourse(): boolean {
    return this.end?.code === "COURSE_NEEDED";
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

/** Return what an ask is about, without the answer that it is a question about. */
export function alone(about: About): About {
  const rest: { -readonly [Key in keyof About]: About[Key] } = { ...about };
  delete rest.followUpTo;
  return rest;
}
