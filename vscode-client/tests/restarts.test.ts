import assert from "node:assert/strict";
import { test } from "node:test";
import { Restarts } from "../src/restarts";

function held() {
  const releases: (() => void)[] = [];
  const restarts = new Restarts(
    () =>
      new Promise((resolve) => {
        releases.push(resolve);
      }),
  );
  return { restarts, releases };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

test("all who ask while one restart runs share the next", async () => {
  const { restarts, releases } = held();
  const first = restarts.request();
  await soon();
  const others = [restarts.request(), restarts.request(), restarts.request()];
  releases[0]?.();
  await first;
  await soon();
  releases[1]?.();
  await Promise.all(others);
  assert.equal(releases.length, 2);
});

test("a restart that fails is told to who asked, and the next one runs", async () => {
  let attempts = 0;
  const restarts = new Restarts(() => (++attempts === 1 ? Promise.reject(new Error("no")) : Promise.resolve()));
  await assert.rejects(restarts.request(), /no/);
  await restarts.request();
  await restarts.settled();
  assert.equal(attempts, 2);
});
