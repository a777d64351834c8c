import assert from "node:assert/strict";
import { test } from "node:test";
import { bounded, digestOf, keptThreads, type KeptThread } from "../src/kept_threads";

function thread(line: number, text = "Look."): KeptThread {
  const hint = { title: "Hint 1 · question", label: "Hint 1 · question", text, answerId: "a", local: false };
  return { uri: "file:///work/a.py", line, lineDigest: digestOf("x = 1"), isOver: false, hints: [hint] };
}

test("the latest 20 threads are kept", () => {
  const threads = Array.from({ length: 25 }, (_, line) => thread(line));
  assert.deepEqual(bounded(threads), threads.slice(5));
});

test("more than 50 KB are not kept: the oldest threads are dropped", () => {
  const threads = [thread(0, "é".repeat(5_000)), thread(1, "é".repeat(12_000)), thread(2, "é".repeat(12_000)), thread(3)];
  assert.deepEqual(bounded(threads), threads.slice(1));
  assert.deepEqual(bounded([thread(0, "x".repeat(51_200))]), []);
});

test("a line is known by its text, without indentation", () => {
  assert.equal(digestOf("    x = 1\r"), digestOf("x = 1"));
  assert.notEqual(digestOf("x = 1"), digestOf("x = 2"));
  assert.ok(!digestOf("x = 1").includes("x"));
});

test("what another version has stored is left out", () => {
  const whole = thread(3);
  const stored: unknown[] = [whole, null, 7, { ...whole, hints: [] }, { ...whole, hints: [{ text: "Look." }] }];
  assert.deepEqual(keptThreads(stored), [whole]);
  assert.deepEqual(keptThreads(undefined), []);
  assert.deepEqual(keptThreads(JSON.parse(JSON.stringify([whole]))), [whole]);
});
