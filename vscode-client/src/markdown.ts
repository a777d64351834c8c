/** Make text of a model or the service safe to show: nothing in it loads or runs anything. */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
// Terminal escapes, other control characters but tab and line ends, and marks that reorder text.
const CONTROLS = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Return Markdown without images, outside fenced blocks, and without control characters.
 *
 * An image becomes a link, because showing an image tells its server that, and where, a student reads. Links to commands
 * do nothing already, since the text is never shown as trusted.
 */
export function inert(markdown: string): string {
  let fence: string | undefined;
  return markdown
    .replace(CONTROLS, "")
    .split("\n")
    .map((line) => {
      const mark = FENCE.exec(line)?.[1];
      if (fence !== undefined) {
        if (mark?.startsWith(fence) && line.trim() === mark) {
          fence = undefined;
        }
        return line;
      }
      fence = mark;
      return mark === undefined ? line.replace(/!\[/g, "\\![") : line;
    })
    .join("\n");
}

/** Return the first line of a Markdown text without its marks, cut to a number of characters. */
export function firstLine(markdown: string, characters: number): string {
  const lines = markdown.replace(CONTROLS, "").split("\n").map((line) => line.replace(/[*_`#>]+/g, "").trim());
  const line = lines.find((one) => one !== "" && !/^[-=~]+$/.test(one)) ?? "";
  const [...letters] = line;
  return letters.length <= characters ? line : `${letters.slice(0, characters - 1).join("").trimEnd()}…`;
}

/** Return Markdown that shows a text as it is. VS Code's own `appendText` adds spaces at which no line breaks. */
export function literal(text: string): string {
  return text
    .replace(CONTROLS, "")
    .trim()
    .replace(/[!-/:-@[-`{-~]/g, "\\$&") // any ASCII punctuation may be escaped (CommonMark 0.31 §2.4)
    .replace(/\s*\n\s*/g, "  \n");
}
