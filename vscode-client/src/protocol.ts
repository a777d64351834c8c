/**
 * What the language server and this extension say to each other beyond LSP 3.17.
 *
 * The contract is `tutor_lsp/protocol.py`; the names here are those on the wire.
 */

import {
  NotificationType,
  type Diagnostic,
  type Position,
  type Range,
} from "vscode-languageclient/node";

/** Commands of the server. Ours, in the palette, begin with `askTutor`: an id can be registered only once. */
export const SERVER_COMMANDS = {
  ask: "tutor.ask",
  rate: "tutor.rate",
  run: "tutor.run",
  signIn: "tutor.signIn",
  signOut: "tutor.signOut",
  status: "tutor.status",
  modules: "tutor.modules",
  completeModule: "tutor.completeModule",
  chooseModule: "tutor.chooseModule",
} as const;

export interface AskArgument {
  uri: string;
  position: Position;
  diagnostics?: Diagnostic[];
  traceback?: string;
  question?: string;
  askId?: string;
  /** True: the tutor of this computer answers, also where a service is set. Only by the student's own choice. */
  local?: boolean;
}

/** What others than us report about a document. */
export interface OtherDiagnostics {
  uri: string;
  diagnostics: Diagnostic[];
}

export interface AnswerStarted {
  askId: string;
  uri: string;
  range: Range;
  hintLevel: number;
  maxHintLevel: number;
  errorType: string;
}

export interface AnswerUpdated {
  askId: string;
  seq: number;
  delta: string;
}

export interface AnswerEnded {
  askId: string;
  reason: "completed" | "cancelled" | "refused" | "failed";
  messageId?: string | null;
  provider?: string | null;
  fallback?: boolean | null;
  withheld?: boolean | null;
  remainingToday?: number | null;
  code?: string | null;
  message?: string | null;
  /** Seconds. */
  retryAfter?: number | null;
  stale?: boolean | null;
}

export type State =
  | "ready"
  | "local"
  | "signedOut"
  | "connecting"
  | "reconnecting"
  | "offline"
  | "tooManyWindows";

export interface StatusChanged {
  state: State;
  message: string;
  command?: string | null;
}

/** Comes once for each sign-in that was begun and not begun anew. */
export interface SignInEnded {
  reason: "completed" | "cancelled" | "failed";
  message: string;
}

export interface RunEnded {
  reason: "completed" | "failed" | "timedOut" | "needsInput" | "cancelled";
  message: string;
  exitStatus?: number | null;
  traceback?: string | null;
  range?: Range | null;
  output?: string | null;
}

export interface CourseModule {
  id: string;
  title: string;
  /** `not_started`, `in_progress` or `completed`. */
  status: string;
}

export interface ModuleList {
  modules: CourseModule[];
  /** The id that `.tutor.toml` names. */
  chosen?: string | null;
}

export const ANSWER_DID_START = new NotificationType<AnswerStarted>("tutor/answer/didStart");
export const ANSWER_DID_UPDATE = new NotificationType<AnswerUpdated>("tutor/answer/didUpdate");
export const ANSWER_DID_END = new NotificationType<AnswerEnded>("tutor/answer/didEnd");
export const ANSWER_CANCEL = new NotificationType<{ askId: string }>("tutor/answer/cancel");
export const DIAGNOSTICS_DID_CHANGE = new NotificationType<OtherDiagnostics>("tutor/diagnostics/didChange");
export const SIGN_IN_DID_END = new NotificationType<SignInEnded>("tutor/signIn/didEnd");
export const STATUS_DID_CHANGE = new NotificationType<StatusChanged>("tutor/status/didChange");

/** Key of a cell's metadata under which its outputs go along; LSP does not carry what a cell printed. */
export const CELL_METADATA = "tutor";
export const CELL_ERROR_MIME = "application/vnd.code.notebook.error";

/** `source` of the server's own diagnostics. */
export const DIAGNOSTIC_SOURCE = "Ask Tutor";
