/**
 * The hints that are kept when a window is closed: texts of answers only, never code and no questions.
 *
 * A hint belongs to a line as long as the line has the same text. Only a digest of that text is kept.
 */

import { createHash } from "node:crypto";

const MAX_THREADS = 20;
/** The length of the JSON text of all kept threads, in bytes. */
const MAX_BYTES = 50 * 1024;

export interface KeptHint {
  readonly title: string;
  readonly label: string;
  readonly text: string;
  /** The id by which a question can name the answer. */
  readonly answerId: string;
  /** Whether this computer answered beside a service. */
  readonly local: boolean;
}

export interface KeptThread {
  readonly uri: string;
  readonly line: number;
  readonly lineDigest: string;
  /** Whether there is no next hint. */
  readonly isOver: boolean;
  readonly hints: readonly KeptHint[];
}

/** Return the digest of a line's text. Indentation and spaces at its end do not count. */
export function digestOf(line: string): string {
  return createHash("sha256").update(line.trim()).digest("hex").slice(0, 16);
}

/** Return the latest threads that fit into the limits. The last thread is the latest. */
export function bounded(threads: readonly KeptThread[]): KeptThread[] {
  let bytes = 2;
  const kept: KeptThread[] = [];
  for (const thread of threads.slice(-MAX_THREADS).reverse()) {
    bytes += Buffer.byteLength(JSON.stringify(thread)) + 1;
    if (bytes > MAX_BYTES) {
      break;
    }
    kept.unshift(thread);
  }
  return kept;
}

/** Return the threads in a stored value. What another version has stored in another form is left out. */
export function keptThreads(stored: unknown): KeptThread[] {
  return Array.isArray(stored) ? stored.filter(isThread) : [];
}

function isThread(value: unknown): value is KeptThread {
  return (
    hasTypes(value, { uri: "string", line: "number", lineDigest: "string", isOver: "boolean", hints: "object" }) &&
    Array.isArray(value["hints"]) &&
    value["hints"].length > 0 &&
    value["hints"].every((hint: unknown) =>
      hasTypes(hint, { title: "string", label: "string", text: "string", answerId: "string", local: "boolean" }),
    )
  );
}

function hasTypes(value: unknown, types: Record<string, string>): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const fields = value as Record<string, unknown>;
  return Object.entries(types).every(([name, type]) => typeof fields[name] === type && fields[name] !== null);
}
