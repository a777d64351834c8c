/**
 * Tell in the status bar that the tutor is answering, and that it has answered.
 *
 * VS Code reads comments aloud only when they are focused, and has no way for extensions to announce something. An item of
 * the status bar may have the role `status` (WAI-ARIA 1.2), whose changes screen readers announce without moving the focus.
 */

import * as vscode from "vscode";

export class Announcement implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("askTutor.answer", vscode.StatusBarAlignment.Right);

  constructor() {
    this.item.name = "Ask Tutor: answer";
  }

  asking(): void {
    this.show("$(lightbulb) Asking…", "The tutor is answering.");
  }

  /** Tell how an answer has ended: with a hint, or with a message and no hint. */
  ended({ title, label }: { readonly title?: string; readonly label?: string }, message: string | null | undefined): void {
    const told = label ?? message ?? "No answer";
    this.show(
      title === undefined ? "$(warning) No answer" : `$(lightbulb) ${title}`,
      `The tutor has ended: ${told}. The command Ask Tutor: Go to the Answer focuses it.`,
    );
  }

  hide(): void {
    this.item.hide();
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(text: string, label: string): void {
    this.item.text = text;
    this.item.tooltip = label;
    this.item.accessibilityInformation = { label, role: "status" };
    this.item.show();
  }
}
