/** What stands in a thread: questions, hints, links to the next step, and what the program has to say itself. */

import * as vscode from "vscode";
import type { AnswerThread } from "./answer_thread";
import { inert, literal } from "./markdown";
import type { Offer } from "./offers";
import type { AnswerEnded, AnswerStarted } from "./protocol";

const FEW_LEFT = 10;
/** A longer wait is told by the message itself, as a time of day. */
const LONG_SECONDS = 120;
const TUTOR = "Tutor";
const PROGRAM = "Ask Tutor";

/** Values of `comment` in the `when` clauses of package.json. */
const RATEABLE = "rateable";
const RATED = "rated";

export class Hint implements vscode.Comment {
  readonly mode = vscode.CommentMode.Preview;
  readonly author = { name: TUTOR };
  body: vscode.MarkdownString = new vscode.MarkdownString("_Asking…_");
  /** Which hint it is; VS Code shows a change of this, and none of the author's name. */
  label?: string;
  contextValue?: string;
  messageId?: string;
  private text = "";
  private notes: string[] = [];
  private whole: Hint | undefined;

  constructor(readonly thread: AnswerThread) {}

  /**
   * What to give to VS Code: once the hint is whole, another object than before. VS Code 1.139 makes no buttons for a comment
   * that gets its first ones later (it tests the holder of the toolbar, not the toolbar, in `CommentNode.createActionsToolbar`).
   */
  get shown(): vscode.Comment {
    return this.whole ?? this;
  }

  /** Characters of text so far. */
  get length(): number {
    return this.text.length;
  }

  get isEmpty(): boolean {
    return this.text === "";
  }

  started({ hintLevel, maxHintLevel }: AnswerStarted): void {
    this.label = `Hint ${hintLevel} of ${maxHintLevel}`;
  }

  append(delta: string): void {
    this.text += delta;
    this.render();
  }

  ended(end: AnswerEnded): void {
    if (end.reason === "completed" && end.messageId) {
      this.messageId = end.messageId;
      this.contextValue = RATEABLE;
      this.whole = Object.create(this) as Hint;
    }
    if (end.provider === "offline" && this.label !== undefined) {
      this.label += " · offline tutor";
    }
    if (end.withheld) {
      this.notes.push("Part of this hint is from the offline tutor: the model had given away too much.");
    }
    if (end.reason === "cancelled") {
      this.notes.push("Stopped.");
    }
    if (end.stale) {
      this.notes.push("Your code has changed since you asked.");
    }
    if (typeof end.remainingToday === "number" && end.remainingToday <= FEW_LEFT) {
      this.notes.push(`${end.remainingToday} questions left today.`);
    }
    this.render();
  }

  rated(helpful: boolean): void {
    this.contextValue = RATED;
    this.label = `${this.label ?? ""} · ${helpful ? "helpful" : "not helpful"}`;
  }

  private render(): void {
    const notes = this.notes.map((note) => `\n\n_${note}_`).join("");
    this.body = new vscode.MarkdownString(inert(this.text) + notes); // not trusted, and no HTML
  }
}

export class Question implements vscode.Comment {
  readonly mode = vscode.CommentMode.Preview;
  readonly author = { name: "You" };
  readonly body: vscode.MarkdownString;

  constructor(text: string) {
    this.body = new vscode.MarkdownString(literal(text));
  }
}

/** What the student can do next, as a link below all that was said. */
export class NextStep implements vscode.Comment {
  readonly mode = vscode.CommentMode.Preview;
  readonly author = { name: "" };
  readonly body: vscode.MarkdownString;

  constructor({ title, command, argument }: Offer) {
    this.body = new vscode.MarkdownString(`**[${title}](${commandUri(command, argument)})**`);
    this.body.isTrusted = { enabledCommands: [command] };
  }
}

/** Why no answer came, or no more of it: told by the program, not by the tutor, and styled apart. */
export class SystemEntry implements vscode.Comment {
  readonly mode = vscode.CommentMode.Preview;
  readonly author = { name: PROGRAM };
  readonly body: vscode.MarkdownString;

  constructor(
    readonly label: string,
    message: string,
    offer?: Offer,
  ) {
    const body = new vscode.MarkdownString('<span style="color:var(--vscode-editorWarning-foreground);">', true);
    body.supportHtml = true;
    body.appendMarkdown(`$(warning)</span> ${literal(message)}`);
    if (offer) {
      body.isTrusted = { enabledCommands: [offer.command] };
      body.appendMarkdown(`\n\n[${offer.title}](${commandUri(offer.command, offer.argument)})`);
    }
    this.body = body;
  }
}

export function whatHappened({ message, retryAfter }: AnswerEnded): string {
  const told = message ?? "Something went wrong. Ask again.";
  const isSoon = typeof retryAfter === "number" && retryAfter > 0 && retryAfter <= LONG_SECONDS;
  return isSoon ? `${told} It works again in ${retryAfter} seconds.` : told;
}

function commandUri(command: string, argument: unknown): string {
  return `command:${command}${argument === undefined ? "" : `?${encodeURIComponent(JSON.stringify([argument]))}`}`;
}
