/**
 * The custom messages and commands of the language server, beyond LSP 3.17.
 *
 * Generated from `tutor_lsp/protocol` by `python -m tools.generate_protocol`. Change that package, not this file.
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
  runInTerminal: "tutor.runInTerminal",
  endRun: "tutor.endRun",
  test: "tutor.test",
  rate: "tutor.rate",
  signIn: "tutor.signIn",
  signOut: "tutor.signOut",
  status: "tutor.status",
  modules: "tutor.modules",
  completeModule: "tutor.completeModule",
  chooseModule: "tutor.chooseModule",
  start: "tutor.start",
  courses: "tutor.courses",
  joinCourse: "tutor.joinCourse",
  leaveCourse: "tutor.leaveCourse",
  chooseCourse: "tutor.chooseCourse",
} as const;

export type RunReason =
  | "completed"
  | "failed"
  | "timedOut"
  | "needsInput"
  | "cancelled";

export type TestOutcome =
  | "passed"
  | "failed"
  | "error"
  | "skipped";

export type Purpose =
  | "find"
  | "explain"
  | "start"
  | "check"
  | "improve"
  | "follow_up"
  | "other_language";

export type Change =
  | "none"
  | "same"
  | "nearer"
  | "worse"
  | "solved"
  | "new";

export type EndReason =
  | "completed"
  | "cancelled"
  | "refused"
  | "failed";

export type Tried =
  | "passed"
  | "failed"
  | "not_run";

export type State =
  | "ready"
  | "local"
  | "signedOut"
  | "connecting"
  | "reconnecting"
  | "offline"
  | "tooManyWindows";

/** The argument of `tutor.ask`. The code action fills it in. A client may add fields to it, or build its own. */
export interface AskArgument {
  uri: string;
  position: Position;
  /** The diagnostics of the editor's checkers at the position. If absent, those that the language server knows. */
  diagnostics?: Diagnostic[] | null;
  traceback?: string | null;
  question?: string | null;
  /** The UUID of the run whose `traceback` this is. A new run counts as an effort under the ladder policy `earned`. */
  runId?: string | null;
  /** A UUID. A client chooses it if it needs the id before the reply. */
  askId?: string | null;
  /** The `answerId` of the answer that the question is about. Such an ask does not climb. */
  followUpTo?: string | null;
  /**
   * True: the offline tutor in the language server answers, even if a service is set.
   *
   * A client sends it only if the student has chosen this for the ask.
   */
  local?: boolean | null;
}

/** The ask has started. Its notifications carry the same id. */
export interface AskStarted {
  askId: string;
}

/** Stop an answer, or all answers if there is no id. */
export interface CancelAsk {
  askId?: string | null;
}

/**
 * All diagnostics of a document from other checkers. LSP itself sends a server only those under the cursor.
 *
 * A client that sends this notification does so at each change. The server ignores its own diagnostics in it.
 */
export interface OtherDiagnostics {
  uri: string;
  diagnostics: Diagnostic[];
}

/** The student's rating of an answer. `message_id` is from `AnswerEnded`. */
export interface Rating {
  messageId: string;
  helpful: boolean;
}

/** The file to run. It must be open in the editor and saved. A client offers this in a trusted workspace only. */
export interface RunArgument {
  uri: string;
}

/**
 * A run has ended: by itself, by an exception, at the time limit, by reading input, or by the student.
 *
 * A run in a terminal that the student has stopped has `range` and `traceback` if it is known where it was.
 */
export interface RunEnded {
  reason: RunReason;
  /** One sentence for the student. */
  message: string;
  /** The exit status of the program. A negative one is the signal that ended it. */
  exitStatus?: number | null;
  traceback?: string | null;
  /** The range where the program failed or was stopped, in the file's current text. The server shows a diagnostic. */
  range?: Range | null;
  /** The end of the program's stdout. */
  output?: string | null;
  /**
   * The location of the failure if it is in another file of the student's. `range` is then the line that led there.
   *
   * An ask at either location is about this location, and its `didStart` names it.
   */
  origin?: Location | null;
}

/** What the client starts in a terminal with a keyboard. Once it has ended, the client calls `tutor.endRun`. */
export interface TerminalRun {
  runId: string;
  command: string[];
  /** The working directory, as a path. */
  folder: string;
  /** The variables to add to the terminal's environment. */
  environment: Record<string, string>;
}

/** A program has ended that `tutor.runInTerminal` described. */
export interface EndRun {
  runId: string;
  /** The exit status, if the client knows it. */
  exitStatus?: number | null;
}

/** The file whose tests are run. It must be open in the editor and saved. A client offers this when trusted only. */
export interface TestArgument {
  uri: string;
  /** True: the server asks the tutor about the first test that fails. */
  ask?: boolean | null;
}

/** One test. `failed`: an assertion failed, `error`: another exception ended it, or a bound. */
export interface TestedCase {
  name: string;
  outcome: TestOutcome;
  /** Why it failed, in one or more lines: the call, the expected and the actual result. */
  message?: string | null;
}

/**
 * The recorded run of the first failing test, as lines of text for the student.
 *
 * A client first shows `header` and the first of `rows`, and each further row once the student has predicted it.
 */
export interface RunTable {
  /** What the table is of: the loop and the failing test. */
  heading: string;
  /** The names of the columns. Without a table of a loop, `rows` is empty. */
  header?: string | null;
  /** One line for each round of the loop, with the values after the round. */
  rows?: string[] | null;
  /** The last steps, one line each. */
  steps?: string[] | null;
  /** Why the run is not whole, or why another one may differ. */
  note?: string | null;
}

/**
 * The tests of a file have ended: all pass, some fail, or the student has stopped them.
 *
 * After `failed`, and after `passed` if the tutor was asked about this code before, the client can ask at `position`.
 * The server adds the report of the tests to an ask there, until the code is edited.
 */
export interface TestsEnded {
  reason: "passed" | "failed" | "cancelled";
  /** One sentence for the student. */
  message: string;
  /** The program that the tests are about. It differs from the argument's if that is a file of tests. */
  uri: string;
  tests?: TestedCase[] | null;
  /** The position in the program to ask at. */
  position?: Position | null;
  /** The id of the ask that the server has started, if the argument wanted one. */
  askId?: string | null;
  /** The end of what the tests printed. */
  output?: string | null;
  /** The recorded run of the first failing test. */
  trace?: RunTable | null;
}

/** The argument of `tutor.modules`. If it names a document, the result includes the module of its folder. */
export interface ModulesArgument {
  uri?: string | null;
}

/** A module of the course. */
export interface ModuleArgument {
  moduleId: string;
}

/** Choose a module for all asks from a folder. The server writes it into the folder's `.tutor.toml`. */
export interface ChooseModule {
  /** A `file:` URI. */
  folder: string;
  moduleId: string;
}

/** Lay the files of a module's exercise into a folder, and choose the module for it. */
export interface StartExercise {
  moduleId: string;
  /** A `file:` URI. The folder is made if it does not exist. */
  folder: string;
}

/** The files of an exercise are in a folder. `kept` are files of the student's that were left as they are. */
export interface ExerciseStarted {
  title: string;
  written: string[];
  kept: string[];
  /** One sentence for the student. */
  message: string;
  /** The URI of the Markdown file with the exercise's statement. */
  statement: string;
  /** The URI of the file to begin with, if the exercise has one. */
  program?: string | null;
}

/** A module of the course, with the student's progress. */
export interface CourseModule {
  id: string;
  title: string;
  /** `not_started`, `in_progress` or `completed`. */
  status: string;
}

/** The modules of the course in their order. `chosen` is the id that `.tutor.toml` sets for the document. */
export interface ModuleList {
  modules: CourseModule[];
  chosen?: string | null;
}

/** A course of the student. `role` is `student`, `assistant` or `instructor`. */
export interface StudentCourse {
  slug: string;
  title: string;
  role: string;
  /** How many messages the student may still send in the course today. */
  remainingToday?: number | null;
}

/**
 * The student's courses. `chosen` is the course that `.tutor.toml` sets for the document.
 *
 * If an ask ends with the code `COURSE_NEEDED`, the client lets the student choose one of them, calls
 * `tutor.chooseCourse` and asks again.
 */
export interface CourseList {
  courses: StudentCourse[];
  chosen?: string | null;
}

/** Join the course that a code opens. */
export interface JoinCourse {
  /** The code, or the whole link that has it. */
  code: string;
}

/** Leave a course. */
export interface LeaveCourse {
  /** The slug of the course. */
  course: string;
}

/** Choose a course for all asks from a folder. The server writes it into the folder's `.tutor.toml`. */
export interface ChooseCourse {
  /** A `file:` URI. */
  folder: string;
  /** The slug of the course. */
  course: string;
  /** A document. If a `.tutor.toml` in its folder or above counts for it, the course is written there. */
  uri?: string | null;
}

/** The ask was accepted. The answer is shown beside the code at `range`. */
export interface AnswerStarted {
  askId: string;
  uri: string;
  range: Range;
  hintLevel: number;
  maxHintLevel: number;
  errorType: string;
  /** The purpose that the ask was understood as. It is absent if the code could not be analysed. */
  purpose?: Purpose | null;
  /** What became of the problem since the student's last ask about the same unit of code. */
  change?: Change | null;
  /** The number and the name of the hint's level, such as `Hint 2 · concept`, or `Solved`. */
  label: string;
  /** Why the ask did not climb, in a few words that go behind the label. */
  levelNote?: string | null;
}

/** The ask waits for the model, or has waited for it. */
export interface AnswerQueued {
  askId: string;
  /** The place in the queue from 1, which is next; 0: the wait is over. */
  place: number;
  /** The place in words, such as `Waiting: 3rd in line`. It is absent if the wait is over. */
  message?: string | null;
}

/** The next part of the answer, in Markdown. `seq` counts 0, 1, 2, … without gaps. */
export interface AnswerUpdated {
  askId: string;
  seq: number;
  delta: string;
}

/** The offline tutor's finding: the rule's stable name, the line from 1, and how sure it is of it. */
export interface Finding {
  rule: string;
  line: number;
  certainty: "certain" | "likely" | "start_here";
}

/** An edit of whole lines of the document, as it was when the student asked. */
export interface Edit {
  range: Range;
  newText: string;
}

/** The answer has ended. This is sent exactly once for each ask, even if the answer never started. */
export interface AnswerEnded {
  askId: string;
  reason: EndReason;
  /** The id by which the student can rate the answer. An answer of this computer beside a service has none. */
  messageId?: string | null;
  /** The id of a completed answer, for `followUpTo`. An answer of this computer has one, too. */
  answerId?: string | null;
  provider?: string | null;
  fallback?: boolean | null;
  withheld?: boolean | null;
  /** True: words of a model are in the answer, so that it is labelled as made by AI that can be wrong. */
  ai?: boolean | null;
  remainingToday?: number | null;
  code?: string | null;
  /** A sentence for the student. It comes with a `code`. */
  message?: string | null;
  /** Seconds until the student may ask again. */
  retryAfter?: number | null;
  /** True: the student has changed the code since the ask. */
  stale?: boolean | null;
  finding?: Finding | null;
  /** The edit that an answer of hint level 5 shows. An edit that was tried and has failed is not shown. */
  edit?: Edit | null;
  /** What became of the edit when the server tried it on a copy, if the tests or a run had failed before. */
  tried?: Tried | null;
}

/** The state of the connection to the tutor, a sentence for the student, and a command that helps, if any. */
export interface StatusChanged {
  state: State;
  message: string;
  command?: string | null;
  /** The e-mail address of the student who is signed in, if it is known. */
  account?: string | null;
  /** The id of the learning module of the document that was opened or asked about last. */
  module?: string | null;
  /** The slug of the course of that document. It is absent for the course `default`, which needs no name. */
  course?: string | null;
  /** How many messages are left today, as the service said with the last answer. */
  remainingToday?: number | null;
}

/** A sign-in that `tutor.signIn` started has ended. If the student restarted it, this is sent only once. */
export interface SignInEnded {
  reason: "completed" | "cancelled" | "failed";
  /** A sentence for the student. */
  message: string;
}

export const ANSWER_DID_START = new NotificationType<AnswerStarted>("tutor/answer/didStart");
export const ANSWER_DID_QUEUE = new NotificationType<AnswerQueued>("tutor/answer/didQueue");
export const ANSWER_DID_UPDATE = new NotificationType<AnswerUpdated>("tutor/answer/didUpdate");
export const ANSWER_DID_END = new NotificationType<AnswerEnded>("tutor/answer/didEnd");
export const SIGN_IN_DID_END = new NotificationType<SignInEnded>("tutor/signIn/didEnd");
export const STATUS_DID_CHANGE = new NotificationType<StatusChanged>("tutor/status/didChange");
export const ANSWER_CANCEL = new NotificationType<CancelAsk>("tutor/answer/cancel");
export const DIAGNOSTICS_DID_CHANGE = new NotificationType<OtherDiagnostics>("tutor/diagnostics/didChange");

/**
 * The key of `NotebookCell.metadata` under which a client sends `{"outputs": [{"mime", "data"}]}`, both strings.
 *
 * LSP does not transmit the output of cells. The mime types are VS Code's: `application/vnd.code.notebook.error` with
 * the JSON `{"name", "message", "stack"}`, `application/vnd.code.notebook.stdout`, `….stderr`, `text/plain`.
 */
export const CELL_METADATA = "tutor";

export const CELL_ERROR_MIME = "application/vnd.code.notebook.error";

/** The value of `source` in the language server's own diagnostics. */
export const DIAGNOSTIC_SOURCE = "Ask Tutor";

/** The label of an answer with words of a model. Answers without such words have no label of this kind. */
export const AI_LABEL = "AI-generated, can be wrong";
