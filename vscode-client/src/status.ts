/** The language status item, which shows the state of the connection to the tutor. Nothing here pops up. */

import * as vscode from "vscode";
import type { LanguageServer, ServerState } from "./language_server";
import { ANSWER_DID_END, STATUS_DID_CHANGE, type StatusChanged } from "./protocol";

const COMMANDS: Record<string, vscode.Command> = {
  "tutor.signIn": { title: "Sign in", command: "askTutor.signIn" },
  "tutor.signOut": { title: "Sign out", command: "askTutor.signOut" },
};
const LOG: vscode.Command = { title: "Show log", command: "askTutor.showLog" };
const RESTART: vscode.Command = { title: "Restart", command: "askTutor.restart" };
const CHOOSE_PYTHON: vscode.Command = { title: "Choose a Python interpreter", command: "askTutor.choosePython" };

const { Information, Warning, Error: Severe } = vscode.LanguageStatusSeverity;
const SHOWN: Record<StatusChanged["state"], readonly [string, vscode.LanguageStatusSeverity]> = {
  ready: ["Tutor", Information],
  local: ["Tutor (on this computer)", Information],
  signedOut: ["Tutor: signed out", Warning],
  connecting: ["Tutor: connecting…", Information],
  reconnecting: ["Tutor: reconnecting…", Warning],
  offline: ["Tutor: offline", Severe],
  tooManyWindows: ["Tutor: too many windows", Warning],
};

/** Texts that replace the server's, which mention the terminal or are too long here. */
const DETAILS: Partial<Record<StatusChanged["state"], string>> = {
  local: "No account, no network.",
  signedOut: "Sign in to your course's tutor.",
  reconnecting: "Connection lost. Reconnecting…",
};

export class Status implements vscode.Disposable {
  private status: StatusChanged | undefined;
  private readonly item = vscode.languages.createLanguageStatusItem("askTutor.status", { language: "python" });

  constructor(server: LanguageServer) {
    this.item.name = "Ask Tutor";
    server.on(STATUS_DID_CHANGE, (status) => {
      this.show(status);
    });
    server.on(ANSWER_DID_END, ({ remainingToday }) => {
      if (this.status !== undefined && typeof remainingToday === "number") {
        this.show({ ...this.status, remainingToday });
      }
    });
    server.onDidChangeState((state) => {
      this.showServer(state);
    });
    this.showServer(server.state);
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(changed: StatusChanged): void {
    const isReady = changed.state !== "signedOut" && changed.state !== "local";
    const remainingToday = changed.remainingToday ?? (isReady ? this.status?.remainingToday : undefined);
    const status = { ...changed, ...(remainingToday === undefined ? {} : { remainingToday }) };
    this.status = status;
    const [text, severity] = SHOWN[status.state];
    this.item.text = text;
    this.item.detail = DETAILS[status.state] ?? detail(status);
    this.item.severity = severity;
    this.item.busy = status.state === "connecting" || status.state === "reconnecting";
    this.item.command = status.command ? COMMANDS[status.command] : undefined;
  }

  private showServer(state: ServerState): void {
    this.item.busy = state.kind === "starting";
    if (state.kind === "stopped") {
      this.item.text = "Tutor: stopped";
      this.item.detail = state.reason;
      this.item.severity = Severe;
      this.item.command = state.lacksPython ? CHOOSE_PYTHON : RESTART;
    } else if (state.kind === "starting") {
      this.item.text = "Tutor: starting…";
      this.item.detail = "";
      this.item.severity = Information;
      this.item.command = LOG;
    }
  }
}

/** Return who is signed in, in which course and module, and how many messages are left today, as far as it is known. */
function detail({ state, message, account, course, module, remainingToday }: StatusChanged): string {
  const left = typeof remainingToday === "number" ? `${remainingToday} messages left today` : undefined;
  const known = [account, course && `course ${course}`, module && `module ${module}`, left].filter(Boolean);
  return state === "ready" && known.length > 0 ? known.join(" · ") : message;
}
