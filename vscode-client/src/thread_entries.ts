/** The entries of a thread: questions, hints, links to the next step, and messages of the program. */

import * as vscode from "vscode";
import type { KeptHint } from "./kept_threads";
import { firstLine, inert, literal } from "./markdown";
import type { Offer } from "./offers";
import { AI_LABEL, type AnswerEnded, type AnswerStarted } from "./protocol";
import type { Turn } from "./turn";

const FEW_LEFT = 10;
/** The length of the text of an earlier hint that is folded to one line. */
const FOLDED_CHARACTERS = 42;
/** For a longer wait, the message itself names the time of day. */
const LONG_SECONDS = 120;
const TUTOR = "Tutor";
const ASKING = "_Asking…_";
const PROGRAM = "Ask Tutor";

/** Values of `comment` in the `when` clauses of package.json. */
const RATEABLE = "rateable";
const RATED = "rated";

export class Hint implements vscode.Comment {
  readonly mode = vscode.CommentMode.Preview;
  readonly author = { name: TUTOR };
  body: vscode.MarkdownString = new vscode.MarkdownString(ASKING);
  /** The number and the name of the hint's level. */
  title?: string;
  /** The title, and what else is known of the hint. VS Code updates the label, but not the author's name. */
  label?: string;
  contextValue?: string;
  messageId?: string;
  private text = "";
  private notes: string[] = [];
  private place = "";
  private whole: Hint | undefined;

  constructor(
    readonly turn: Turn,
    private readonly isLocal: boolean,
  ) {}

  /**
   * The comment for VS Code. Once the hint is complete it is a new object: VS Code 1.139 adds no buttons to a comment that
   * had none at first (`CommentNode.createActionsToolbar` tests the holder of the toolbar, not the toolbar).
   */
  get shown(): vscode.Comment {
    return this.whole ?? this;
  }

  /** The number of characters of the text so far. */
  get length(): number {
    return this.text.length;
  }

  get isEmpty(): boolean {
    return this.text === "";
  }

  started({ label, levelNote }: AnswerStarted): void {
    this.title = label;
    this.label = label;
    this.addToLabel(levelNote);
    this.addToLabel(this.isLocal && "offline tutor on this computer");
  }

  /** Show a hint of an earlier window. */
  restore({ title, label, text }: KeptHint): void {
    this.title = title;
    this.label = label;
    this.append(text);
  }

  /** What is kept of the hint when the window is closed; undefined for a hint that is not complete. */
  kept(answerId: string | undefined): KeptHint | undefined {
    const { title, label, text, isLocal } = this;
    return title === undefined || label === undefined || answerId === undefined || text === ""
      ? undefined
      : { title, label, text, answerId, local: isLocal };
  }

  /** The beginning of the text, for a line that stands for the whole hint. */
  get beginning(): string {
    return firstLine(this.text, FOLDED_CHARACTERS);
  }

  queued(place: string): void {
    this.place = place;
    this.render();
  }

  append(delta: string): void {
    this.text += delta;
    this.render();
  }

  ended(end: AnswerEnded): void {
    this.place = "";
    if (end.reason === "completed" && end.messageId) {
      this.messageId = end.messageId;
      this.contextValue = RATEABLE;
      this.whole = Object.create(this) as Hint;
    }
    this.addToLabel(end.ai && AI_LABEL);
    if (end.reason === "completed" && this.isLocal) {
      this.notes.push("Your course's tutor does not know of this hint, and does not count it.");
    }
    if (end.withheld) {
      this.notes.push("Part of this hint is from the offline tutor: the model had given away too much.");
    }
    if (end.reason === "cancelled") {
      this.notes.push("Stopped.");
      this.label ??= "Stopped";
      this.addToLabel(this.label !== "Stopped" && "stopped"); // the note at the end of a long hint is out of sight
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
    this.addToLabel(helpful ? "helpful" : "not helpful");
  }

  private addToLabel(what: string | false | null | undefined): void {
    if (what) {
      this.label = [this.label, what].filter((part) => part !== undefined).join(" · ");
    }
  }

  private render(): void {
    const notes = [...this.notes, ...(this.place ? [this.place] : [])].map((note) => `\n\n_${note}_`).join("");
    this.body = new vscode.MarkdownString(inert(this.text) + notes || ASKING); // untrusted, without HTML
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

/** Links to what the student can do. The usual one stands out. */
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

/** An earlier hint that is folded to one line: its title, its beginning, and a link that shows it. */
export interface FoldedHint {
  readonly title: string;
  readonly beginning: string;
  readonly show: Offer;
}

/** Earlier hints, each folded to one line. */
export class Folded implements vscode.Comment {
  readonly mode = vscode.CommentMode.Preview;
  readonly author = { name: "" };
  readonly body: vscode.MarkdownString;

  constructor(readonly hints: readonly FoldedHint[]) {
    const lines = hints.map(({ title, beginning, show }) => `${literal(title)}: ${literal(beginning)} ${link(show, show.title)}`);
    this.body = new vscode.MarkdownString(lines.join("  \n"));
    this.body.isTrusted = { enabledCommands: hints.map(({ show }) => show.command) };
  }

  /** Return whether these are the same hints. VS Code draws a comment anew that is another object. */
  shows(hints: readonly FoldedHint[]): boolean {
    return hints.length === this.hints.length && hints.every(({ title, show }, place) => {
      const shown = this.hints[place];
      return title === shown?.title && show.argument === shown.show.argument;
    });
  }
}

/** The reason why no answer, or only a part of it, came. It is from the program and not from the tutor, and styled so. */
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
