import assert from "node:assert/strict";
import { test } from "node:test";
import { errorLine } from "../src/cell_traceback";

const error = (stack: string) => JSON.stringify({ name: "ValueError", message: "no", stack });

test("IPython names the cell and the line", () => {
  assert.equal(errorLine(error("\u001b[36mCell\u001b[39m\u001b[36m \u001b[39m\u001b[32mIn[3]\u001b[39m, line 2\nx")), 1);
  assert.equal(errorLine(error("File <ipython-input-3-ab12>, line 5, in <module>")), 4);
});

test("the last frame in a cell counts", () => {
  assert.equal(errorLine(error("Cell In[3], line 9\nCell In[3], line 4, in total(values)\nFile /lib/x.py:80, in f")), 3);
});

test("plain Python names a file in angle brackets", () => {
  assert.equal(errorLine(error('File "<exec>", line 6, in <module>')), 5);
});

test("an output without a place gives none", () => {
  assert.equal(errorLine(error("KeyboardInterrupt")), undefined);
  assert.equal(errorLine("not JSON"), undefined);
});
