// Every snippet of README.md, CONTRIBUTING.md, docs/ and the programs' --help, taken from the page
// and tried. What is documented is true.
//
//   node snippets_test.mjs BIN_DIR
import assert from 'node:assert/strict';
import { dirname, resolve } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { allOfHelp, allOfMarkdown } from './pages.mjs';
import { NOT_RUN, recipeOf } from './recipes.mjs';
import { World } from './world.mjs';

const bin = resolve(process.argv[2]);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const snippets = [...allOfMarkdown(root), ...allOfHelp(bin)];
let world;

before(async () => { world = await World.create(bin, root); });
after(() => world?.end());

for (const snippet of snippets) {
  const { page, line, text } = snippet;
  const { run, reason } = recipeOf(snippet);
  test(`${page}:${line}: ${text.split('\n')[0]}`, { skip: reason }, async (context) => {
    try {
      const leftOut = await run(world, snippet, snippets);
      if (leftOut?.missing) context.skip(leftOut.missing);
    } catch (error) {
      assert.fail(`${text}\n${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
    }
  });
}

test('each page has snippets, and each exception is needed', () => {
  assert.ok(snippets.length > 100, `only ${snippets.length} were found`);
  for (const [page, start] of NOT_RUN) {
    assert.ok(snippets.some((one) => one.page === page && one.text.startsWith(start)),
      `${page} has no snippet that begins with "${start}"`);
  }
});
