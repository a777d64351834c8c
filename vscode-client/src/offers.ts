/** What a student can do first, where a command needs a course's service. */

import * as vscode from "vscode";

export interface Offer {
  readonly title: string;
  readonly command: string;
  readonly argument?: unknown;
}

export const SIGN_IN: Offer = { title: "Sign in", command: "askTutor.signIn" };
export const SET_ADDRESS: Offer = {
  title: "Set the address",
  command: "workbench.action.openSettings",
  argument: "tutor.serverUrl",
};

/** Tell something together with a way on. Returns at once: a message that nobody answers never ends. */
export function offer(message: string, { title, command, argument }: Offer): void {
  void vscode.window.showInformationMessage(message, title).then((choice) => {
    if (choice === title) {
      void vscode.commands.executeCommand(command, ...(argument === undefined ? [] : [argument]));
    }
  });
}
