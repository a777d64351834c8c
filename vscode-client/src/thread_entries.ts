/** What stands in a thread: questions, hints, links to the next step, and what the program has to say itself. */

import * as vscode from "vscode";
import { inert, literal } from "./markdown";
import type { Offer } from "./offers";
import type { AnswerEnded, AnswerStarted } from "./protocol";
import type { Turn } from "./turn";

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

  constructor(
    readonly turn: Turn,
    private readonly isLocal: boolean,
  ) {}

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
    this.label = `Hint ${hintLevel} of ${maxHintLevel}${this.isLocal ? " · offline tutor on this computer" : ""}`;
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
    if (end.provider === "offline" && this.label !== undefined && !this.isLocal) {
      this.label += " · offline tutor";
    }
    if (end.reason === "completed" && this.isLocal) {
      this.notes.push("Your course's tutor does not know of this hint, and does not count it.");
    }
    if (end.withheld) {
      this.notes.push("Part of this hint is from the offline tutor: the model had given away too much.");
    }
    if (end.reason === "cancelled") {
      this.notes.push("Stopped.");
      this.label = this.label === undefined ? "Stopped" : `${this.label} · stopped`; // the note is out of sight in a long hint
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

/** What the student can do, as links; the one that most take stands out. */
export class Ways implements vscode.Comment {
  readonly mode = vscode.CommentMode.Preview;
  readonly author = { name: "" };
  readonly body: vscode.MarkdownString;

  constructor(main: Offer | undefined, ...others: Offer[]) {
    const offers = [...(main ? [main] : []), ...others];
    const links = offers.map((offer) => link(offer, offer === main ? `**${offer.title}**` : offer.title));
    this.body = new vscode.MarkdownString(links.join(" &nbsp;·&nbsp; "));
    this.body.isTrusted = { enabledCommands: offers.map(({ command }) => command) };
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
  ) {
    const body = new vscode.MarkdownString('<span style="color:var(--vscode-editorWarning-foreground);">', true);
    body.supportHtml = true;
    body.appendMarkdown(`$(warning)</span> ${literal(message)}`);
    this.body = body;
  }
}

export function whatHappened({ message, retryAfter }: AnswerEnded): string {
  const told = message ?? "Something went wrong. Ask again.";
  const isSoon = typeof retryAfter === "number" && retryAfter > 0 && retryAfter <= LONG_SECONDS;
  return isSoon ? `${told} It works again in ${retryAfter} seconds.` : told;
}

/** VS Code underlines links in its high-contrast themes only as children of a paragraph, so what is bold is inside. */
function link({ command, argument }: Offer, label: string): string {
  return `[${label}](command:${command}${argument === undefined ? "" : `?${encodeURIComponent(JSON.stringify([argument]))}`})`;
}
