/**
 * The custom messages and commands of the language server, beyond LSP 3.17.
 *
 * Generated from `tutor_lsp/protocol.py` by `python -m tools.generate_protocol`. Change that module, not this file.
 */

import {
  NotificationType,
  type Diagnostic,
  type Location,
  type Position,
  type Range,
} from "vscode-languageclient/node";

/** The commands of the language server. */
export const SERVER_COMMANDS = {
  ask: "tutor.ask",
  cancel: "tutor.cancel",
  run: "tutor.run",
  rate: "tutor.rate",
  signIn: "tutor.signIn",
  signOut: "tutor.signOut",
  status: "tutor.status",
  modules: "tutor.modules",
  completeModule: "tutor.completeModule",
  chooseModule: "tutor.chooseModule",
} as const;

export type RunReason =
  | "completed"
  | "failed"
  | "timedOut"
  | "needsInput"
  | "cancelled";

export type EndReason =
  | "completed"
  | "cancelled"
  | "refused"
  | "failed";

export type State =
  | "ready"
  | "local"
  | "signedOut"
  | "connecting"
  | "reconnecting"
  | "offline"
  | "tooManyWindows";

/** The argument of `tutor.ask`. The code action fills it in; a client may add to it, or build its own. */
export interface AskArgument {
  uri: string;
  position: Position;
  /** The diagnostics of the editor's checkers here. Absent: those that the language server knows on the line. */
  diagnostics?: Diagnostic[] | null;
  traceback?: string | null;
  question?: string | null;
  /** A UUID. A client makes it if it needs to know the id before the reply. */
  askId?: string | null;
  /**
   * True: the offline tutor of the language server answers, even if a service is set.
   *
   * A client sends it only if the student has chosen so for this ask.
   */
  local?: boolean | null;
}

/** The ask has started. Its notifications carry this id. */
export interface AskStarted {
  askId: string;
}

/** Stop an answer. Without an id, stop all answers. */
export interface CancelAsk {
  askId?: string | null;
}

/**
 * All diagnostics of a document that other checkers report. LSP sends a server only those under the cursor.
 *
 * A client that sends this notification does so at each change. The server leaves out its own diagnostics.
 */
export interface OtherDiagnostics {
  uri: string;
  diagnostics: Diagnostic[];
}

/** The file to run. It must be open in the editor and saved. A client offers this in a trusted workspace only. */
export interface RunArgument {
  uri: string;
}

/** A run has ended: by itself, by an exception, by the time limit, because it read input, or by the student. */
export interface RunEnded {
  reason: RunReason;
  /** One sentence for the student. */
  message: string;
  /** If negative, the signal that ended the program. */
  exitStatus?: number | null;
  traceback?: string | null;
  /** Where the program failed or was stopped, in the current text of the file. The server shows a diagnostic there. */
  range?: Range | null;
  /** The end of its stdout. */
  output?: string | null;
  /**
   * Where the program failed, if that is another file of the student's. `range` is then the line that led there.
   *
   * An ask at either place is about the origin, and its `didStart` names it.
   */
  origin?: Location | null;
}

/** The student's rating of an answer. `message_id` is from `AnswerEnded`. */
export interface Rating {
  messageId: string;
  helpful: boolean;
}

/** The document whose folder's module is returned beside the modules of the course. */
export interface ModulesArgument {
  uri?: string | null;
}

/** A module of the course. */
export interface ModuleArgument {
  moduleId: string;
}

/** Choose a module for all asks from a folder. The server writes the folder's `.tutor.toml`. */
export interface ChooseModule {
  /** A `file:` URI. */
  folder: string;
  moduleId: string;
}

/** A module with the student's progress. */
export interface CourseModule {
  id: string;
  title: string;
  /** `not_started`, `in_progress` or `completed`. */
  status: string;
}

/** The modules of the course in their order. `chosen` is the id that `.tutor.toml` names for the document. */
export interface ModuleList {
  modules: CourseModule[];
  chosen?: string | null;
}

/** The ask was accepted. The answer is shown beside the code at `range`. */
export interface AnswerStarted {
  askId: string;
  uri: string;
  range: Range;
  hintLevel: number;
  maxHintLevel: number;
  errorType: string;
}

/** The next piece of the answer, in Markdown. `seq` counts 0, 1, 2, … without a gap. */
export interface AnswerUpdated {
  askId: string;
  seq: number;
  delta: string;
}

/** The answer has ended. Sent exactly once for each ask, even if the answer never started. */
export interface AnswerEnded {
  askId: string;
  reason: EndReason;
  messageId?: string | null;
  provider?: string | null;
  fallback?: boolean | null;
  withheld?: boolean | null;
  remainingToday?: number | null;
  code?: string | null;
  /** A sentence for the student. Sent with a `code`. */
  message?: string | null;
  /** Seconds. */
  retryAfter?: number | null;
  /** True: the student has changed the code since the ask. */
  stale?: boolean | null;
}

/** The state of the connection to the tutor, a sentence for the student, and the command that helps, if any. */
export interface StatusChanged {
  state: State;
  message: string;
  command?: string | null;
}

/** A sign-in that `tutor.signIn` began has ended. One that the student began again is reported once. */
export interface SignInEnded {
  reason: "completed" | "cancelled" | "failed";
  /** A sentence for the student. */
  message: string;
}

export const ANSWER_DID_START = new NotificationType<AnswerStarted>("tutor/answer/didStart");
export const ANSWER_DID_UPDATE = new NotificationType<AnswerUpdated>("tutor/answer/didUpdate");
export const ANSWER_DID_END = new NotificationType<AnswerEnded>("tutor/answer/didEnd");
export const SIGN_IN_DID_END = new NotificationType<SignInEnded>("tutor/signIn/didEnd");
export const STATUS_DID_CHANGE = new NotificationType<StatusChanged>("tutor/status/didChange");
export const ANSWER_CANCEL = new NotificationType<CancelAsk>("tutor/answer/cancel");
export const DIAGNOSTICS_DID_CHANGE = new NotificationType<OtherDiagnostics>("tutor/diagnostics/didChange");

/**
 * The key of `NotebookCell.metadata` under which a client sends `{"outputs": [{"mime", "data"}]}`, both strings.
 *
 * LSP does not carry the output of a cell. The mime types are VS Code's: `application/vnd.code.notebook.error` with the
 * JSON `{"name", "message", "stack"}`, `application/vnd.code.notebook.stdout`, `….stderr`, `text/plain`.
 */
export const CELL_METADATA = "tutor";

export const CELL_ERROR_MIME = "application/vnd.code.notebook.error";

/** `source` of the language server's own diagnostics. */
export const DIAGNOSTIC_SOURCE = "Ask Tutor";
