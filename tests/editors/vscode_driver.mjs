// Drives a browser for the tests: reads one JSON command a line, answers with one JSON line each.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.TUTOR_VSCODE_PROGRAMS}/`);
const { chromium } = require("playwright-core");

const browser = await chromium.launch({
  executablePath: process.env.TUTOR_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
if (process.env.TUTOR_VSCODE_REFUSES_SECRETS) {
  // What a desktop's VS Code does where its keyring fails. In a browser it keeps secrets in the browser's storage, always.
  await context.route("**/workbench.js", async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    const changed = body.replace(/async set\(\w+,\w+\)\{(?=let \w+=await this\.secretsPromise;)/, '$&throw Error("no keyring");');
    await route.fulfill({ response, body: changed === body ? "throw Error('VS Code has no such secret storage')" : changed });
  });
}
const popups = [];
context.on("page", (popup) => popups.push(popup.url()));

const commands = {
  open: ({ url }) => page.goto(url, { waitUntil: "domcontentloaded" }),
  wait: ({ selector, state, seconds }) =>
    page.locator(selector).first().waitFor({ state: state ?? "visible", timeout: seconds * 1000 }),
  click: ({ selector, seconds, button }) => page.locator(selector).first().click({ timeout: seconds * 1000, button }),
  hover: ({ selector, seconds }) => page.locator(selector).first().hover({ timeout: seconds * 1000 }),
  press: ({ key }) => page.keyboard.press(key),
  type: ({ text }) => page.keyboard.type(text, { delay: 5 }),
  texts: ({ selector }) => page.locator(selector).allInnerTexts(),
  evaluate: ({ expression }) => page.evaluate(expression),
  waitFor: async ({ expression, seconds }) => {
    const handle = await page.waitForFunction(expression, undefined, { timeout: seconds * 1000, polling: 50 });
    return handle.jsonValue();
  },
  screenshot: ({ path, selector }) => (selector ? page.locator(selector).first() : page).screenshot({ path, animations: "disabled" }),
  size: ({ width, height }) => page.setViewportSize({ width, height }),
  scheme: ({ scheme }) => page.emulateMedia({ colorScheme: scheme }),
  popups: () => popups,
  close: () => browser.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line);
  let reply;
  try {
    const result = await commands[command](parameters);
    reply = { result: command === "open" ? null : (result ?? null) };
  } catch (error) {
    reply = { error: String(error.message) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
  if (command === "close") {
    process.exit();
  }
}
await browser.close();
