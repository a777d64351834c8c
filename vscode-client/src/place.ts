/** Follow a line through edits. */

export interface Edit {
  /** The replaced lines, both included. `text` is the replacement. */
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly text: string;
}

/** Return the line's number after the edit. A line whose text was replaced is where the edit began. */
export function lineAfter(line: number, edit: Edit): number {
  const isAbove = edit.startLine < line || (edit.startLine === line && edit.startCharacter === 0 && edit.text.endsWith("\n"));
  if (!isAbove) {
    return line;
  }
  const added = edit.text.split("\n").length - 1;
  return Math.max(edit.startLine, line + added - (edit.endLine - edit.startLine));
}
