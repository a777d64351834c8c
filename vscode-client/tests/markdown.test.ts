import assert from "node:assert/strict";
import { test } from "node:test";
import { firstLine, inert, literal } from "../src/markdown";

test("an image becomes a link, so that showing it loads nothing", () => {
  assert.equal(inert("See ![the loop](https://spy.example/a.png)."), "See \\![the loop](https://spy.example/a.png).");
});

test("code in a fence stays as it is", () => {
  const code = "```python\nprint(f'{x!r}', ![1])\n```";
  assert.equal(inert(`${code}\n![a](b)`), `${code}\n\\![a](b)`);
});

test("a fence ends only with as many marks as it began with", () => {
  assert.equal(inert("````\n```\n![a](b)\n````\n![a](b)"), "````\n```\n![a](b)\n````\n\\![a](b)");
});

test("terminal escapes and marks that reorder text are taken out", () => {
  assert.equal(inert("\u001b[31mred\u001b[0m \u202eabc\u2066\u0007"), "red abc");
});

test("literal text shows every character, and can be broken at its spaces", () => {
  assert.equal(literal("  a_b [x](command:y)\n<b>$(bug)"), "a\\_b \\[x\\]\\(command\\:y\\)  \n\\<b\\>\\$\\(bug\\)");
});

test("the first line of a hint is plain text, and cut", () => {
  assert.equal(firstLine("\n\n**Look** at `x = 1`.\nMore.", 60), "Look at x = 1.");
  assert.equal(firstLine("---\n# Title", 60), "Title");
  assert.equal(firstLine("an 🙂🙂🙂", 5), "an 🙂…");
  assert.equal(firstLine("", 5), "");
});
