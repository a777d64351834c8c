/** Ask for the address of the course's tutor service, and store it. This works in remote windows too. */

import * as vscode from "vscode";
import type { LanguageServer } from "./language_server";
import { offer, SIGN_IN } from "./offers";
import { SERVER_COMMANDS, type StatusChanged } from "./protocol";
import { addressProblem } from "./server_address";

const SECTION = "tutor";
const SETTING = "serverUrl";

/** Return whether the student's own setting names an address that cannot be used. */
export function isAddressWrong(): boolean {
  const address = currentAddress();
  return address !== "" && addressProblem(address) !== undefined;
}

/** Ask for the address, store it, and offer to sign in there. */
export async function setAddress(server: LanguageServer): Promise<void> {
  const current = currentAddress();
  const typed = await vscode.window.showInputBox({
    title: "Address of your course's tutor service",
    prompt: "Your course tells you the address. Leave it empty to use the tutor on this computer.",
    placeHolder: "https://tutor.uni.example",
    value: current,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === "" ? undefined : addressProblem(text)),
  });
  if (typed === undefined) {
    return; // cancelled
  }
  const address = typed.trim();
  if (address !== current) {
    await store(address);
  }
  const { state } = await server.execute<StatusChanged>(SERVER_COMMANDS.status);
  if (state === "signedOut") {
    offer(`The tutor at ${new URL(address).host} is set. Sign in to ask it.`, SIGN_IN);
  } else if (state === "local") {
    void vscode.window.showInformationMessage("The tutor answers on this computer: no address is set.");
  } else {
    void vscode.window.showInformationMessage("The address of the tutor service is set.");
  }
}

/** Store an address that the student has agreed to, and wait until the language server has it. */
export async function useAddress(server: LanguageServer, address: string): Promise<void> {
  if (address !== currentAddress()) {
    await store(address);
  }
  await server.execute<StatusChanged>(SERVER_COMMANDS.status);
}

function currentAddress(): string {
  return vscode.workspace.getConfiguration(SECTION).get(SETTING, "").trim();
}

/**
 * Write the setting and wait until it has changed. It is a machine setting: in a remote window VS Code writes it to the
 * settings of the remote computer, where the language server runs.
 */
async function store(address: string): Promise<void> {
  let subscription: vscode.Disposable | undefined;
  const changed = new Promise<void>((resolve) => {
    subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.${SETTING}`)) {
        resolve();
      }
    });
  });
  try {
    const settings = vscode.workspace.getConfiguration(SECTION);
    await settings.update(SETTING, address || undefined, vscode.ConfigurationTarget.Global);
    await changed;
  } finally {
    subscription?.dispose();
  }
}
