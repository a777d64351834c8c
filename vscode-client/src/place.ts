/** Where a line is after an edit. */

export interface Edit {
  /** The lines that were replaced, both included, and how many lines stand in their place. */
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly text: string;
}

/** Give the line's number after the edit. A line whose text was replaced stays where the edit began. */
export function lineAfter(line: number, edit: Edit): number {
  const isAbove = edit.startLine < line || (edit.startLine === line && edit.startCharacter === 0 && edit.text.endsWith("\n"));
  if (!isAbove) {
    return line;
  }
  const added = edit.text.split("\n").length - 1;
  return Math.max(edit.startLine, line + added - (edit.endLine - edit.startLine));
}
