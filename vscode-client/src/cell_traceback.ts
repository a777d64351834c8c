/** Read from a kernel's error output where a notebook cell failed. */

const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
// IPython 8 and later; IPython 7; Pyodide and plain Python.
const IN_CELL = /(?:Cell In ?\[\d+\]|<ipython-input-[^>\n]*>|File "<[^>\n]*>"),? ?(?:line |in [^\n]*?line )(\d+)/g;
const ARROW = /^-+> ?(\d+)/gm;

/** Return the last line of the cell, counted from 0, that an error output names, or undefined. */
export function errorLine(output: string): number | undefined {
  const stack = stackOf(output).replace(ANSI, "");
  const [last] = [...stack.matchAll(IN_CELL)].slice(-1);
  const [arrow] = [...stack.matchAll(ARROW)];
  const line = last?.[1] ?? arrow?.[1];
  return line === undefined ? undefined : Math.max(0, Number(line) - 1);
}

function stackOf(output: string): string {
  try {
    const error = JSON.parse(output) as { stack?: unknown };
    return typeof error.stack === "string" ? error.stack : "";
  } catch {
    return output;
  }
}
