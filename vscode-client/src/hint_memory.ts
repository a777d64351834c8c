/** Keep the hints of a workspace over restarts of the window, and give them back when their document is opened. */

import type * as vscode from "vscode";
import { bounded, digestOf, keptThreads, type KeptThread } from "./kept_threads";

const KEY = "threads";

export class HintMemory {
  /** The hints about documents that are not open. */
  private dormant: KeptThread[];

  constructor(private readonly memento: vscode.Memento) {
    this.dormant = keptThreads(memento.get(KEY));
  }

  /** Return the hints about a document that is open now. Those whose line has changed are dropped. */
  take(document: vscode.TextDocument): KeptThread[] {
    const uri = document.uri.toString();
    const kept = this.dormant.filter((each) => each.uri === uri);
    if (kept.length > 0) {
      this.dormant = this.dormant.filter((each) => each.uri !== uri);
    }
    return kept.filter(({ line, lineDigest }) => {
      return line >= 0 && line < document.lineCount && digestOf(document.lineAt(line).text) === lineDigest;
    });
  }

  /** Put the hints about a document aside that has been closed. */
  putAside(kept: KeptThread | undefined): void {
    if (kept !== undefined) {
      this.dormant.push(kept);
    }
  }

  /** Store the hints that are shown, and those put aside. */
  keep(shown: readonly (KeptThread | undefined)[]): void {
    const all = [...this.dormant, ...shown.filter((each) => each !== undefined)];
    void this.memento.update(KEY, bounded(all));
  }
}
