/** A comment thread below a line: the student's questions, the hints about the line, and the errors. */

import * as vscode from "vscode";
import { digestOf, type KeptThread } from "./kept_threads";
import type { Offer } from "./offers";
import { lineAfter } from "./place";
import type { AnswerEnded, AnswerStarted } from "./protocol";
import { Folded, Ways, type Hint } from "./thread_entries";
import { Turn, type About } from "./turn";

/**
 * VS Code shows a thread's changes 100 ms after the last one. Faster changes would stay invisible until the end of the
 * answer.
 */
const REPAINT_MS = 120;
/** The time from a paint to its layout. */
const LAYOUT_MS = 300;
/** Values of `commentThread` in the `when` clauses of package.json. */
const ANSWERING = "answering";
const ANSWERED = "answered";
const UNANSWERED = "unanswered";
const WITHOUT_NEXT = "withoutNext";

export class AnswerThread implements vscode.Disposable {
  /** The latest question with its answer. */
  latest: Turn;
  private readonly thread: vscode.CommentThread;
  private readonly turns: Turn[];
  private step: Ways | undefined;
  private folded = new Folded([]);
  private readonly unfolded = new Set<Turn>();
  private paintedAt = 0;
  private repaint: NodeJS.Timeout | undefined;
  private revealing: NodeJS.Timeout | undefined;
  /** Whether there is no next hint: at the last level, and once the problem is solved. */
  private isOver = false;

  /**
   * Show that the student has asked. `id` names the thread in the arguments of commands. `shownIn` is the document itself,
   * or the copy of a document that cannot show threads. `kept`: the hints of an earlier window, in place of a question.
   */
  constructor(
    controller: vscode.CommentController,
    readonly id: string,
    readonly document: vscode.TextDocument,
    readonly shownIn: vscode.TextDocument,
    private line: number,
    private character: number,
    about: About,
    kept?: KeptThread,
  ) {
    this.turns = kept?.hints.map((hint) => Turn.restored(this, hint)) ?? [];
    this.latest = this.turns[this.turns.length - 1] ?? new Turn(this, about);
    this.isOver = kept?.isOver ?? false;
    this.step = kept === undefined ? new Ways(this.way("Stop", "stop")) : this.stepAfter(this.latest, [], false);
    if (kept === undefined) {
      this.turns.push(this.latest);
    }
    // A thread that is created without comments opens its reply box.
    this.thread = controller.createCommentThread(shownIn.uri, lineRange(line), this.shown());
    this.tellTitle();
    if (kept === undefined) {
      this.thread.contextValue = ANSWERING;
      this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
      this.revealSoon();
    } else {
      this.thread.contextValue = this.isOver ? WITHOUT_NEXT : ANSWERED;
      this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Collapsed;
    }
  }

  /** The latest answer that a question can be about. */
  get answered(): Turn | undefined {
    return this.turns.filter(({ answerId }) => answerId !== undefined).pop();
  }

  /** What is kept when the window is closed; undefined without a complete answer, and beside a notebook. */
  get kept(): KeptThread | undefined {
    const hints = this.turns.map(({ kept }) => kept).filter((hint) => hint !== undefined);
    const { document, line, isOver } = this;
    if (hints.length === 0 || document.uri.scheme !== "file" || document !== this.shownIn || line >= document.lineCount) {
      return undefined;
    }
    return { uri: document.uri.toString(), line, lineDigest: digestOf(document.lineAt(line).text), isOver, hints };
  }

  /** The current position of the code that the thread is about. */
  get position(): vscode.Position {
    return new vscode.Position(this.line, this.character);
  }

  owns(thread: unknown): boolean {
    return thread === this.thread;
  }

  isAt(document: vscode.TextDocument, line: number): boolean {
    return document === this.document && line === this.line;
  }

  /** Show that the student has asked again. The same question without an answer is replaced. */
  ask(about: About): void {
    const { latest } = this;
    if (!latest.isRunning && !latest.hasText && (!latest.hasQuestion || latest.about.question === about.question)) {
      this.turns.pop();
    }
    this.latest = new Turn(this, about);
    this.turns.push(this.latest);
    this.unfolded.clear();
    this.step = new Ways(this.way("Stop", "stop"));
    this.thread.contextValue = ANSWERING;
    this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    this.paint();
    this.revealSoon();
  }

  started(turn: Turn, message: AnswerStarted): void {
    turn.hint.started(message);
    const isSolved = message.change === "solved";
    this.isOver = isSolved || message.hintLevel >= message.maxHintLevel;
    if (isSolved || this.thread.state !== undefined) {
      this.thread.state = isSolved ? vscode.CommentThreadState.Resolved : vscode.CommentThreadState.Unresolved;
    }
    this.tellTitle();
    this.paintSoon();
  }

  /** Show the place in the queue for the model in words; an empty one says that the wait is over. */
  queued(turn: Turn, place: string): void {
    turn.hint.queued(place);
    this.paintSoon();
  }

  updated(turn: Turn, delta: string): void {
    const isFirst = !turn.hasText;
    turn.hint.append(delta);
    if (isFirst) {
      this.paint();
    } else {
      this.paintSoon();
    }
  }

  /** Show that the answer has ended. `offers` help against the reason; `isAway`: this computer may answer instead. */
  ended(turn: Turn, end: AnswerEnded, offers: readonly Offer[], isAway: boolean): void {
    turn.ended(end);
    if (turn === this.latest) {
      this.step = this.stepAfter(turn, offers, isAway);
      this.thread.contextValue = !turn.isCompleted ? UNANSWERED : this.isOver ? WITHOUT_NEXT : ANSWERED;
    }
    this.paint();
    if (turn === this.latest) {
      this.revealSoon();
    }
  }

  /** Show or remove the note that the connection to the service was lost during the answer. */
  setReconnecting(isLost: boolean): void {
    const { latest } = this;
    if (latest.setReconnecting(isLost) && latest.isRunning) {
      this.step = new Ways(this.way("Stop", "stop"), ...(latest.isReconnecting ? [this.answerHere] : []));
      this.paint();
      this.revealSoon();
    }
  }

  rated(hint: Hint, helpful: boolean): void {
    hint.rated(helpful);
    this.paint();
  }

  /** Focus the thread, where `Tab` moves from link to link. VS Code focuses only the thread at the cursor. */
  async focus(): Promise<void> {
    const start = new vscode.Position(this.line, 0);
    const isShown = vscode.window.activeTextEditor?.document === this.shownIn;
    const isHere = isShown && vscode.window.activeTextEditor?.selection.active.line === this.line;
    if (!isHere) {
      await vscode.window.showTextDocument(this.shownIn, { selection: new vscode.Range(start, start) });
    }
    this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    await vscode.commands.executeCommand("workbench.action.focusCommentOnCurrentLine");
  }

  /** Show the earlier hints too, or only the one at a place in the thread. */
  unfold(place?: number): void {
    for (const turn of this.turns.filter((_, each) => place === undefined || each === place)) {
      this.unfolded.add(turn);
    }
    this.paint();
  }

  collapse(): void {
    this.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Collapsed;
  }

  /** Move the thread with edits of the document. */
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

  private stepAfter(turn: Turn, offers: readonly Offer[], isAway: boolean): Ways | undefined {
    if (!turn.isCompleted) {
      const [main, ...others] = [...offers, this.way("Ask again", "askAgain"), ...(isAway ? [this.answerHere] : [])];
      return new Ways(main, ...others);
    }
    return this.isOver ? undefined : new Ways(this.way("Next hint", "nextHint"));
  }

  private get answerHere(): Offer {
    return this.way("Answer on this computer", "answerHere");
  }

  private way(title: string, command: string): Offer {
    return { title, command: `askTutor.${command}`, argument: this.id };
  }

  private tellTitle(): void {
    const title = this.latest.hint.title?.replace(/^[A-Z]/, (letter) => letter.toLowerCase());
    this.thread.label = title === undefined ? "Ask Tutor" : `Ask Tutor: ${title}`;
  }

  /**
   * Return the last hint and the questions after it. Earlier hints are folded to one line each, so that the line and the
   * last hint fit into the window together.
   */
  private shown(): vscode.Comment[] {
    const last = Math.max(0, this.turns.map(({ hasText }) => hasText).lastIndexOf(true));
    const earlier = this.turns.map((turn, place) => ({ turn, place })).slice(0, last).filter(({ turn }) => turn.hasText);
    const folded = earlier
      .filter(({ turn }) => !this.unfolded.has(turn))
      .map(({ turn, place }) => ({
        title: turn.hint.title ?? "Hint",
        beginning: turn.beginning,
        show: { title: "show", command: "askTutor.showEarlier", argument: `${this.id}/${place}` },
      }));
    if (!this.folded.shows(folded)) {
      this.folded = new Folded(folded);
    }
    return [
      ...(folded.length > 0 ? [this.folded] : []),
      ...earlier.filter(({ turn }) => this.unfolded.has(turn)).flatMap(({ turn }) => turn.entries),
      ...this.turns.slice(last).flatMap(({ entries }) => entries),
      ...(this.step === undefined ? [] : [this.step]),
    ];
  }

  /** After the layout, scroll so that the line is visible with as much of the thread as fits below it. */
  private revealSoon(): void {
    clearTimeout(this.revealing);
    this.revealing = setTimeout(() => {
      const below = Math.min(this.line + 1, this.shownIn.lineCount - 1);
      for (const editor of vscode.window.visibleTextEditors) {
        const isSeen = editor.visibleRanges.some(({ start, end }) => start.line <= below && this.line <= end.line);
        if (editor.document === this.shownIn && isSeen) {
          if (below > this.line) {
            editor.revealRange(lineRange(below), vscode.TextEditorRevealType.Default);
            editor.revealRange(lineRange(this.line), vscode.TextEditorRevealType.Default);
          } else {
            editor.revealRange(lineRange(this.line), vscode.TextEditorRevealType.AtTop);
          }
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
