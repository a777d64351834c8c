/** Find the Python that runs the language server and the student's programs. */

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

const NAMES =
  process.platform === "win32"
    ? ["python.exe", "python3.exe", "py.exe"]
    : ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];
const OLDEST: readonly [number, number] = [3, 11];
const CHECK_SECONDS = 15;
const TELL = "import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)";

export interface Interpreter {
  /** The program itself, and not a shim that starts it. */
  readonly path: string;
  readonly version: string;
}

export interface Candidate {
  /** Where the candidate was found, for the log and for the student. */
  readonly source: string;
  readonly path: string;
}

export interface Search {
  readonly found?: Interpreter;
  /** Why each candidate before the one found was refused. */
  readonly refused: readonly string[];
}

/** Return the first candidate that is a Python of a supported version. */
export async function firstSuitable(candidates: Iterable<Candidate>): Promise<Search> {
  const refused: string[] = [];
  for (const candidate of candidates) {
    const outcome = await check(candidate.path);
    if (typeof outcome !== "string") {
      return { found: outcome, refused };
    }
    refused.push(`${candidate.path} (${candidate.source}) ${outcome}`);
  }
  return { refused };
}

/** Return all files that are a Python of a supported version, each program once. */
export async function suitable(files: Iterable<string>): Promise<Interpreter[]> {
  const outcomes = await Promise.all([...new Set(files)].map(check));
  const found = outcomes.filter((outcome) => typeof outcome !== "string");
  return found.filter((one, index) => found.findIndex(({ path: file }) => file === one.path) === index);
}

/** Return the Pythons on PATH and in the folders of the usual installers, which need not be on PATH. */
export async function usualInterpreters(environment: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const own = homedir();
  const folders =
    process.platform === "win32"
      ? await subfolders([path.join(environment["LOCALAPPDATA"] ?? own, "Programs", "Python"), "C:\\Program Files"])
      : [
          "/usr/bin",
          "/usr/local/bin",
          "/opt/homebrew/bin",
          path.join(own, ".local", "bin"),
          ...(await subfolders(["/Library/Frameworks/Python.framework/Versions", path.join(own, ".pyenv", "versions")], "bin")),
        ];
  const onPath = (environment["PATH"] ?? "").split(path.delimiter);
  return interpretersOnPath([...onPath, ...folders].join(path.delimiter));
}

async function subfolders(parents: readonly string[], below = ""): Promise<string[]> {
  const names = await Promise.all(parents.map((parent) => readdir(parent).catch(() => [])));
  return parents.flatMap((parent, index) => (names[index] ?? []).map((name) => path.join(parent, name, below)));
}

/** Return the Pythons in the absolute folders of PATH. A program in the student's own folder is never started. */
export async function interpretersOnPath(searchPath: string): Promise<string[]> {
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const files = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const executable = await Promise.all(files.map(isExecutable));
  return files.filter((_, index) => executable[index]);
}

/** Return whether a file lies in one of the folders. Links are not resolved: an untrusted link counts as inside. */
export function isInside(file: string, folders: Iterable<string>): boolean {
  for (const folder of folders) {
    const relative = path.relative(folder, file);
    if (!relative.startsWith("..") && !path.isAbsolute(relative)) {
      return true;
    }
  }
  return false;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Start the program once, isolated from the current folder and from variables. Return the Python, or why it is refused. */
async function check(file: string): Promise<Interpreter | string> {
  try {
    const { stdout } = await promisify(execFile)(file, ["-I", "-c", TELL], {
      cwd: homedir(),
      timeout: CHECK_SECONDS * 1000,
      windowsHide: true,
    });
    const [major = "0", minor = "0", ...rest] = stdout.trim().split(" ");
    if (!isNewEnough(Number(major), Number(minor))) {
      return `is Python ${major}.${minor}, and Ask Tutor needs ${OLDEST.join(".")}`;
    }
    return { path: rest.join(" ") || file, version: `${major}.${minor}` };
  } catch {
    return "does not run";
  }
}

function isNewEnough(major: number, minor: number): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
