/** What a student can do next: links in the answer's thread, and buttons in messages. */

import * as vscode from "vscode";

export interface Offer {
  readonly title: string;
  readonly command: string;
  readonly argument?: unknown;
}

export const SIGN_IN: Offer = { title: "Sign in", command: "askTutor.signIn" };
export const SET_ADDRESS: Offer = { title: "Set the address", command: "askTutor.setAddress" };
export const CHOOSE_COURSE: Offer = { title: "Choose the course", command: "askTutor.chooseCourse" };
export const RESTART: Offer = { title: "Restart the tutor", command: "askTutor.restart" };
export const SHOW_LOG: Offer = { title: "Show the log", command: "askTutor.showLog" };
export const CHOOSE_PYTHON: Offer = { title: "Choose a Python interpreter", command: "askTutor.choosePython" };
export const INSTALL_PYTHON: Offer = { title: "How to install Python", command: "askTutor.installPython" };

/** Show a message with offers. Return at once, because the student may leave the message open for ever. */
export function offer(message: string, ...offers: Offer[]): void {
  void vscode.window.showInformationMessage(message, ...offers.map(({ title }) => title)).then((choice) => {
    take(offers.find(({ title }) => title === choice));
  });
}

/** Show a warning with offers, for what keeps the tutor from working. Return at once. */
export function warn(message: string, ...offers: Offer[]): void {
  void vscode.window.showWarningMessage(message, ...offers.map(({ title }) => title)).then((choice) => {
    take(offers.find(({ title }) => title === choice));
  });
}

function take(chosen: Offer | undefined): void {
  if (chosen !== undefined) {
    const { command, argument } = chosen;
    void vscode.commands.executeCommand(command, ...(argument === undefined ? [] : [argument]));
  }
}
