import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test, type TestContext } from "node:test";
import { firstSuitable, interpretersOnPath, isInside, suitable, usualInterpreters } from "../src/interpreter";

const POSIX_ONLY = { skip: process.platform === "win32" && "needs scripts that the system runs" };

async function folderWith(context: TestContext, programs: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "interpreters-"));
  context.after(() => rm(folder, { recursive: true }));
  for (const [name, told] of Object.entries(programs)) {
    const file = path.join(folder, name);
    await writeFile(file, `#!/bin/sh\necho '${told}'\n`);
    await chmod(file, 0o755);
  }
  return folder;
}

test("the first that is new enough is taken, under the name of the program behind it", POSIX_ONLY, async (context) => {
  const folder = await folderWith(context, { old: "3 10 /usr/bin/python3.10", shim: "3 12 /opt/py thon/bin/python3" });
  const candidates = ["missing", "old", "shim"].map((name) => ({ source: "test", path: path.join(folder, name) }));
  const { found, refused } = await firstSuitable(candidates);
  assert.deepEqual(found, { path: "/opt/py thon/bin/python3", version: "3.12" });
  assert.deepEqual(refused, [
    `${path.join(folder, "missing")} (test) does not run`,
    `${path.join(folder, "old")} (test) is Python 3.10, and Ask Tutor needs 3.11`,
  ]);
});

test("only absolute folders of PATH are searched", POSIX_ONLY, async (context) => {
  const folder = await folderWith(context, { python3: "3 13 /x" });
  const relative = path.relative(process.cwd(), folder);
  assert.deepEqual(await interpretersOnPath([relative, ".", "", folder].join(path.delimiter)), [
    path.join(folder, "python3"),
  ]);
});

test("a file in a folder, however deep, is inside; its neighbours are not", () => {
  const folder = path.resolve("course");
  assert.equal(isInside(path.join(folder, ".venv", "bin", "python"), [folder]), true);
  assert.equal(isInside(path.resolve("course-2", "python"), [folder]), false);
});

test("those to choose from are new enough, and each program is there once", POSIX_ONLY, async (context) => {
  const folder = await folderWith(context, {
    old: "3 10 /usr/bin/python3.10",
    python3: "3 13 /opt/python3.13",
    "python3.13": "3 13 /opt/python3.13",
  });
  const files = ["missing", "old", "python3", "python3.13"].map((name) => path.join(folder, name));
  assert.deepEqual(await suitable(files), [{ path: "/opt/python3.13", version: "3.13" }]);
});

test("a Python of PATH is among those to choose from", POSIX_ONLY, async (context) => {
  const folder = await folderWith(context, { "python3.12": "3 12 /x" });
  assert.ok((await usualInterpreters({ PATH: folder })).includes(path.join(folder, "python3.12")));
});
