/** What a student can do about an ask that got no answer, other than asking again. */

import type { ServerState } from "./language_server";
import { CHOOSE_COURSE, CHOOSE_PYTHON, INSTALL_PYTHON, RESTART, SET_ADDRESS, SHOW_LOG, SIGN_IN, type Offer } from "./offers";
import type { AnswerEnded, State } from "./protocol";
import { isAddressWrong } from "./service_address";

/** Codes of answers that fail because the service, or something that it needs, is unavailable. */
const AWAY = new Set(["AI_UNAVAILABLE", "DATABASE_UNAVAILABLE", "LIMITER_UNAVAILABLE", "SHUTTING_DOWN"]);

/** Return what helps against the reason why no answer came. `thread` is the id of the answer's thread. */
export function waysOn(server: ServerState, connection: State, { code }: AnswerEnded, thread: string): Offer[] {
  if (server.kind === "stopped") {
    return server.lacksPython ? [CHOOSE_PYTHON, INSTALL_PYTHON] : [RESTART, SHOW_LOG];
  }
  if (code === "UNAUTHENTICATED") {
    return [{ ...SIGN_IN, argument: thread }];
  }
  if (code === "COURSE_NEEDED") {
    return [{ ...CHOOSE_COURSE, argument: thread }];
  }
  return code === "VALIDATION_FAILED" && connection === "offline" && isAddressWrong() ? [SET_ADDRESS] : [];
}

/** Return whether the service cannot answer now, for a reason that is neither the student's nor the course's. */
export function isAway(server: ServerState, connection: State, { code }: AnswerEnded): boolean {
  const isReached = connection === "ready" || connection === "connecting";
  return (
    server.kind === "running" &&
    connection !== "local" &&
    connection !== "signedOut" &&
    (!isReached || (typeof code === "string" && AWAY.has(code)))
  );
}
