/** Show the server's progress with a Cancel button. The language client's own progress cannot be cancelled. */

import * as vscode from "vscode";
import {
  WorkDoneProgressCancelNotification,
  type ProgressToken,
  type WorkDoneProgressBegin,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from "vscode-languageclient/node";
import type { LanguageServer } from "./language_server";

interface Shown {
  report(message: string | undefined): void;
  end(): void;
}

export class CancellableProgress implements vscode.Disposable {
  private readonly shown = new Map<ProgressToken, Shown>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly server: LanguageServer) {
    this.subscription = server.onDidChangeState(() => {
      this.endAll(); // the ended server will not end its progress
    });
  }

  /** Show cancellable progress, and leave the rest to the language client (`next`). This is middleware. */
  handle(
    token: ProgressToken,
    params: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd,
    next: () => void,
  ): void {
    const shown = this.shown.get(token);
    if (params.kind === "begin" && params.cancellable) {
      this.show(token, params.title);
    } else if (params.kind === "report" && shown) {
      shown.report(params.message);
    } else {
      shown?.end();
      next();
    }
  }

  dispose(): void {
    this.subscription.dispose();
    this.endAll();
  }

  private endAll(): void {
    for (const shown of [...this.shown.values()]) {
      shown.end();
    }
  }

  private show(token: ProgressToken, title: string): void {
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
    void vscode.window.withProgress(options, (progress, cancellation) => {
      return new Promise<void>((resolve) => {
        const end = () => {
          this.shown.delete(token);
          resolve();
        };
        this.shown.set(token, {
          report: (message) => {
            progress.report(message === undefined ? {} : { message });
          },
          end,
        });
        cancellation.onCancellationRequested(() => {
          void this.server.notify(WorkDoneProgressCancelNotification.type, { token });
          end();
        });
      });
    });
  }
}
