// Writes the licences of the libraries that esbuild has put into the extension, each once, as their terms ask.
//
//     node licences.mjs METAFILE TEXTFILE
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";

const [metafile, target] = argv.slice(2);
const inputs = Object.keys(JSON.parse(readFileSync(metafile, "utf8")).inputs);
const names = inputs.map((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
const libraries = [...new Set(names)].filter((name) => name !== undefined).sort();

const texts = libraries.map((name) => {
  const folder = `node_modules/${name}`;
  const { version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) {
    throw new Error(`${name} has no licence file`);
  }
  return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
});
writeFileSync(target, texts.join(`\n${"-".repeat(78)}\n\n`));
