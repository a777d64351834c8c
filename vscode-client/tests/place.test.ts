import assert from "node:assert/strict";
import { test } from "node:test";
import { lineAfter } from "../src/place";

const edit = (startLine: number, endLine: number, text: string, startCharacter = 0) => ({
  startLine,
  startCharacter,
  endLine,
  text,
});

test("lines inserted and removed above move the line", () => {
  assert.equal(lineAfter(7, edit(0, 0, "# a\n# b\n")), 9);
  assert.equal(lineAfter(7, edit(2, 5, "")), 4);
});

test("a line inserted at its own start moves it, one at its end does not", () => {
  assert.equal(lineAfter(7, edit(7, 7, "\n")), 8);
  assert.equal(lineAfter(7, edit(7, 7, "\n", 4)), 7);
});

test("edits in the line and below it leave it where it is", () => {
  assert.equal(lineAfter(7, edit(7, 7, "x", 3)), 7);
  assert.equal(lineAfter(7, edit(8, 9, "\n\n\n")), 7);
});

test("a line that was replaced stays where the edit began", () => {
  assert.equal(lineAfter(7, edit(3, 9, "pass")), 3);
});
