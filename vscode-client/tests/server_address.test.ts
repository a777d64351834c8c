import assert from "node:assert/strict";
import { test } from "node:test";
import { addressProblem } from "../src/server_address";

test("an address of a service can be used, on this computer without encryption too", () => {
  for (const address of [
    "https://tutor.uni.example",
    " https://tutor.uni.example:8443/course/ ",
    "http://localhost:8765",
    "http://127.0.0.1:8765",
    "http://[::1]:8765",
  ]) {
    assert.equal(addressProblem(address), undefined, address);
  }
});

test("what is wrong with an address is told in a sentence that says what to do", () => {
  const told: Record<string, RegExp> = {
    "tutor.uni.example": /^Begin with https:\/\/, /,
    "ftp://tutor.uni.example": /^Begin with https:\/\/, /,
    "https://": /^This is not a whole address/,
    "https:///course": /^This is not a whole address/,
    "https://tutor uni": /^This is not a whole address/,
    "https://tutor.uni.example:99999": /^This is not a whole address/,
    "https://ann@tutor.uni.example": /^Enter the address alone/,
    "https://tutor.uni.example/?course=1": /^Enter the address alone/,
    "https://tutor.uni.example/#top": /^Enter the address alone/,
    "http://tutor.uni.example": /^Begin with https:\/\/ instead of http:\/\//,
    "http://127.0.0.1.uni.example": /^Begin with https:\/\/ instead of http:\/\//,
  };
  for (const [address, sentence] of Object.entries(told)) {
    assert.match(addressProblem(address) ?? "", sentence, address);
  }
});
