/** The hints about one line, as a comment thread below it: the student's questions, the hints, and what went wrong. */

import * as vscode from "vscode";
import type { Offer } from "./offers";
import { lineAfter } from "./place";
import type { AnswerEnded, AnswerStarted } from "./protocol";
import { Hint, NextStep, Question, SystemEntry, whatHappened } from "./thread_entries";

/**
 * VS Code passes a thread's changes on 100 ms after the last of them: changes that come faster than that would not be seen
 * before the end of the answer.
 */
const REPAINT_MS = 120;
/** From a paint to the layout that it leads to. */
const LAYOUT_MS = 300;
/** Of a hint whose end is brought into view. A longer one would be read from its middle. */
const SHORT_CHARACTERS = 1500;
/** Values of `commentThread` in the `when` clauses of package.json. */
const ANSWERING = "answering";
const ANSWERED = "answered";
const WITHOUT_NEXT = "withoutNext";

export class AnswerThread implements vscode.Disposable {
  /** The hint that was asked for last. */
  latest: Hint;
  private readonly thread: vscode.CommentThread;
  private readonly entries: vscode.Comment[] = [];
  private readonly stop: NextStep;
  private readonly next: NextStep;
  private readonly again: NextStep;
  private step: NextStep | undefined;
  private paintedAt = 0;
  private repaint: NodeJS.Timeout | undefined;
  private revealing: NodeJS.Timeout | undefined;
  private atLastLevel = false;

  /**
   * Show that the student has asked. `id` stands for the thread in the arguments of commands, `shownIn` is the document itself,
   * or stands for one that cannot show threads.
   */
  constructor(
    controller: vscode.CommentController,
    readonly id: string,
    readonly document: vscode.TextDocument,
    readonly shownIn: vscode.TextDocument,
    private line: number,
    private character: number,
    question: string | undefined,
  ) {
    this.stop = new NextStep({ title: "Stop", command: "askTutor.stop", argument: id });
    this.next = new NextStep({ title: "Next hint", command: "askTutor.nextHint", argument: id });
    this.again = new NextStep({ title: "Ask again", command: "askTutor.nextHint", argument: id });
    this.latest = this.add(question);
    // A thread that is made without comments opens its reply box.
    this.thread = controller.createCommentThread(shownIn.uri, lineRange(line), this.shown());
    this.thread.label = "Ask Tutor";
    this.thread.contextValue = ANSWERING;
    this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
  }

  /** Where the code that it is about stands now. */
  get position(): vscode.Position {
    return new vscode.Position(this.line, this.character);
  }

  owns(thread: unknown): boolean {
    return thread === this.thread;
  }

  isAt(document: vscode.TextDocument, line: number): boolean {
    return document === this.document && line === this.line;
  }

  /** Show that the student has asked again. */
  ask(question: string | undefined): void {
    this.latest = this.add(question);
    this.thread.contextValue = ANSWERING;
    this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    this.paint();
    this.revealEnd();
  }

  started(hint: Hint, message: AnswerStarted): void {
    hint.started(message);
    this.atLastLevel = message.hintLevel >= message.maxHintLevel;
    this.thread.label = `Ask Tutor: hint ${message.hintLevel} of ${message.maxHintLevel}`;
    this.paintSoon();
  }

  updated(hint: Hint, delta: string): void {
    const isFirst = hint.isEmpty;
    hint.append(delta);
    if (isFirst) {
      this.paint();
    } else {
      this.paintSoon();
    }
  }

  ended(hint: Hint, end: AnswerEnded, offer?: Offer): void {
    hint.ended(end);
    if (end.reason === "refused" || end.reason === "failed") {
      if (hint.isEmpty) {
        this.entries.splice(this.entries.indexOf(hint), 1);
      }
      this.entries.push(new SystemEntry(hint.isEmpty ? "No answer" : "Interrupted", whatHappened(end), offer));
    }
    if (hint === this.latest) {
      this.step = this.atLastLevel ? undefined : this.hasHints ? this.next : this.again;
      this.thread.contextValue = this.step === this.next ? ANSWERED : WITHOUT_NEXT;
    }
    this.paint();
    if (hint === this.latest && hint.length <= SHORT_CHARACTERS) {
      this.revealEnd();
    }
  }

  rated(hint: Hint, helpful: boolean): void {
    hint.rated(helpful);
    this.paint();
  }

  collapse(): void {
    this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Collapsed;
  }

  /** Go along with edits of the document. */
  follow(changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const before = this.line;
    for (const { range, text } of changes) {
      const edit = {
        startLine: range.start.line,
        startCharacter: range.start.character,
        endLine: range.end.line,
        text,
      };
      this.line = lineAfter(this.line, edit);
    }
    if (this.line !== before) {
      this.thread.range = lineRange(this.line);
    }
  }

  dispose(): void {
    clearTimeout(this.repaint);
    clearTimeout(this.revealing);
    this.thread.dispose();
  }

  private add(question: string | undefined): Hint {
    if (question !== undefined) {
      this.entries.push(new Question(question));
    }
    const hint = new Hint(this);
    this.entries.push(hint);
    this.step = this.stop;
    return hint;
  }

  private get hasHints(): boolean {
    return this.entries.some((entry) => entry instanceof Hint && !entry.isEmpty);
  }

  private shown(): vscode.Comment[] {
    const entries = this.entries.map((entry) => (entry instanceof Hint ? entry.shown : entry));
    return this.step === undefined ? entries : [...entries, this.step];
  }

  /** Bring the latest hint into view where the student is looking at the thread, which grows downwards. */
  private revealEnd(): void {
    clearTimeout(this.revealing);
    this.revealing = setTimeout(() => {
      const below = Math.min(this.line + 1, this.shownIn.lineCount - 1);
      const type = below > this.line ? vscode.TextEditorRevealType.Default : vscode.TextEditorRevealType.AtTop;
      for (const editor of vscode.window.visibleTextEditors) {
        const isSeen = editor.visibleRanges.some(({ start, end }) => start.line <= below && this.line <= end.line);
        if (editor.document === this.shownIn && isSeen) {
          editor.revealRange(lineRange(below), type);
        }
      }
    }, LAYOUT_MS);
  }

  private paintSoon(): void {
    const wait = this.paintedAt + REPAINT_MS - Date.now();
    if (wait <= 0) {
      this.paint();
    } else {
      this.repaint ??= setTimeout(() => {
        this.paint();
      }, wait);
    }
  }

  private paint(): void {
    clearTimeout(this.repaint);
    this.repaint = undefined;
    this.paintedAt = Date.now();
    this.thread.comments = this.shown();
  }
}

function lineRange(line: number): vscode.Range {
  return new vscode.Range(line, 0, line, 0);
}
