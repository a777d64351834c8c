/** Links of a course's page that connect this editor: `vscode://ask-tutor.ask-tutor/connect?server=https://…`. */

import * as vscode from "vscode";
import { addressProblem } from "./server_address";
import { useAddress } from "./service_address";
import type { LanguageServer } from "./language_server";

const CONNECT = "Connect";

export class ConnectLink implements vscode.UriHandler {
  constructor(private readonly server: LanguageServer) {}

  /** Connect to the service that a link names. Any page can hold such a link, so the student must agree. */
  async handleUri(uri: vscode.Uri): Promise<void> {
    const address = new URLSearchParams(uri.query).get("server")?.trim() ?? "";
    if (uri.path !== "/connect") {
      return;
    }
    const problem = addressProblem(address);
    if (problem !== undefined) {
      void vscode.window.showWarningMessage(`This link names no tutor service that can be used. ${problem}`);
      return;
    }
    const choice = await vscode.window.showInformationMessage(
      `Connect to the tutor at ${new URL(address).host}?`,
      { modal: true, detail: "What you ask is sent there. Go on only if this is your course's tutor." },
      CONNECT,
    );
    if (choice === CONNECT) {
      await useAddress(this.server, address);
      await vscode.commands.executeCommand("askTutor.signIn");
    }
  }
}
