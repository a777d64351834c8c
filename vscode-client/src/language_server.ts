/** Start the language server with the right Python, restart it after a crash, and send it messages. */

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  ResponseError,
  RevealOutputChannelOn,
  State,
  type ClientCapabilities,
  type Middleware,
  type NotificationType,
  type StaticFeature,
} from "vscode-languageclient/node";
import type { Interpreter } from "./interpreter";
import { Restarts } from "./restarts";

const MAX_CRASHES = 5;
const CRASH_MINUTES = 3;
const LANGUAGE = "python";
const STOPPED_OFTEN = "The tutor has stopped several times. Its log may say why.";

export type ServerState =
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  | { readonly kind: "stopped"; readonly reason: string; readonly lacksPython: boolean };

/** There is no Python of a supported version. The message is for the student. */
export class NoPython extends Error {}

/** The parameters of a start. They are built for each start, from the current settings. */
export interface Launch {
  /** Return the interpreter. Throw `NoPython` if there is none. */
  findInterpreter(): Promise<Interpreter>;
  start(interpreter: Interpreter): ReturnType<typeof import("./server_process").startServer>;
  /** Settings that only the student's own settings may decide, and no folder's. */
  readonly options: { readonly serverUrl: string; readonly studentNumber: string };
}

/** Declares to the server that the client takes its custom notifications. */
class SpeaksTutor implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...(capabilities.experimental as object | undefined), tutor: true };
  }
  initialize(): void {
    // Nothing to set up: the notifications need no registration.
  }
  getState() {
    return { kind: "static" } as const;
  }
  clear(): void {
    // Nothing was set up.
  }
}

export class LanguageServer implements vscode.Disposable {
  private readonly restarts = new Restarts(() => this.restartNow());
  private readonly changedState = new vscode.EventEmitter<ServerState>();
  private readonly listeners = new Map<string, ((params: unknown) => void)[]>();
  private client: LanguageClient | undefined;
  private crashes: number[] = [];
  private isDisposed = false;
  private current: ServerState = { kind: "starting" };

  readonly onDidChangeState = this.changedState.event;

  constructor(
    private readonly launch: () => Launch,
    private readonly middleware: Middleware,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get state(): ServerState {
    return this.current;
  }

  /** The running client, for its converters, or undefined. */
  get running(): LanguageClient | undefined {
    return this.current.kind === "running" ? this.client : undefined;
  }

  /** Register a listener for a notification of this server and of later ones. Call it before the first start. */
  on<P>(type: NotificationType<P>, listener: (params: P) => void): void {
    const listeners = this.listeners.get(type.method) ?? [];
    this.listeners.set(type.method, [...listeners, listener as (params: unknown) => void]);
  }

  /** Start the server, or end it and start another. Requests that come together lead to one restart. */
  restart(): Promise<void> {
    return this.restarts.request();
  }

  /** Run a command of the server. Throw an error whose message is for the student. */
  async execute<R>(command: string, argument?: object, token?: vscode.CancellationToken): Promise<R> {
    await this.restarts.settled();
    if (this.client === undefined || this.current.kind !== "running") {
      throw new Error(this.current.kind === "stopped" ? this.current.reason : "The tutor is not running.");
    }
    const params = { command, arguments: argument === undefined ? [] : [argument] };
    try {
      return (await this.client.sendRequest(ExecuteCommandRequest.type, params, token)) as R;
    } catch (error) {
      if (error instanceof ResponseError) {
        throw new Error(error.message, { cause: error });
      }
      throw new Error("The tutor stopped unexpectedly. Ask again.", { cause: error });
    }
  }

  /** Send a notification, if the server is running. */
  async notify<P>(type: NotificationType<P>, params: P): Promise<void> {
    await this.running?.sendNotification(type.method, params);
  }

  /** End the server. Resolves when it has been told to exit, at most two seconds before its process ends. */
  async stop(): Promise<void> {
    this.isDisposed = true;
    await this.restarts.settled();
    await this.stopClient();
  }

  dispose(): void {
    void this.stop();
    this.changedState.dispose();
  }

  private async restartNow(): Promise<void> {
    await this.stopClient();
    if (this.isDisposed) {
      return;
    }
    this.become({ kind: "starting" });
    try {
      await this.start(this.launch());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log.error(reason);
      this.become({ kind: "stopped", reason, lacksPython: error instanceof NoPython });
    }
  }

  private async start(launch: Launch): Promise<void> {
    const interpreter = await launch.findInterpreter();
    this.log.info(`Python ${interpreter.version}: ${interpreter.path}`);
    const client = new LanguageClient("tutor", "Ask Tutor", () => Promise.resolve(launch.start(interpreter)), {
      documentSelector: [
        { language: LANGUAGE, scheme: "file" },
        { language: LANGUAGE, scheme: "untitled" },
        { language: LANGUAGE, scheme: "vscode-notebook-cell" },
      ],
      diagnosticCollectionName: "Ask Tutor",
      initializationOptions: launch.options,
      middleware: this.middleware,
      outputChannel: this.log,
      traceOutputChannel: withoutTrace(this.log),
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          this.died();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      initializationFailedHandler: () => false,
    });
    client.registerFeature(new SpeaksTutor());
    for (const [method, listeners] of this.listeners) {
      client.onNotification(method, (params: unknown) => {
        for (const listener of listeners) {
          listener(params);
        }
      });
    }
    this.client = client;
    await client.start();
    this.become({ kind: "running" });
  }

  /** Restart the server after a crash, unless it crashes too often. */
  private died(): void {
    if (this.isDisposed || this.current.kind !== "running") {
      return;
    }
    const now = Date.now();
    this.crashes = [...this.crashes.filter((at) => now - at < CRASH_MINUTES * 60_000), now];
    if (this.crashes.length < MAX_CRASHES) {
      this.log.warn("The language server stopped unexpectedly, and is started again.");
      this.client = undefined;
      void this.restart();
    } else {
      this.crashes = [];
      this.become({ kind: "stopped", reason: STOPPED_OFTEN, lacksPython: false });
    }
  }

  private async stopClient(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined || client.state === State.Stopped) {
      return;
    }
    this.current = { kind: "starting" };
    try {
      await client.dispose();
    } catch (error) {
      this.log.warn(`While stopping: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private become(state: ServerState): void {
    this.current = state;
    this.changedState.fire(state);
  }
}


/** Return the log without tracing: the messages contain the student's code. */
function withoutTrace(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
  return Object.create(log, {
    logLevel: { value: vscode.LogLevel.Info },
    onDidChangeLogLevel: { value: () => new vscode.Disposable(() => undefined) },
    trace: { value: () => undefined },
  }) as vscode.LogOutputChannel;
}
