import assert from "node:assert/strict";
import { test } from "node:test";
import { environment } from "../src/server_process";

const secrets = {
  get: () => Promise.resolve(undefined),
  store: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};
const surroundings = { libraries: "/libraries", dataFolder: "/data", secrets, proxy: "http://proxy.example:3128", noProxy: ["uni.example", ".local"] };

test("the editor's proxy goes along where the environment names none", () => {
  const given = environment({ PATH: "/bin" }, surroundings);
  assert.equal(given["HTTPS_PROXY"], "http://proxy.example:3128");
  assert.equal(given["NO_PROXY"], "uni.example,.local");
  assert.equal(given["TUTOR_DATA_DIR"], "/data");
  assert.equal(given["PATH"], "/bin");
});

test("the environment's proxy goes first", () => {
  const given = environment({ https_proxy: "http://own.example:1" }, surroundings);
  assert.equal(given["HTTPS_PROXY"], undefined);
  assert.equal(given["NO_PROXY"], undefined);
  assert.equal(given["https_proxy"], "http://own.example:1");
});
