#!/usr/bin/env node
// guides_docs.mjs [--check]: writes the names of the tests into docs/guides.md,
// each into the row whose number it carries, or says whether they are there.
// A row without a test, and a test without a row, are mistakes; only a row that
// says "not yet" has none.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

process.chdir(new URL('..', import.meta.url).pathname);
const written = 'docs/guides.md';
const folder = 'tests/integration/guides';

const problems = [];
const tests = new Map();  // the row's number: the test as a link
for (const file of readdirSync(folder).filter((name) => name.endsWith('_test.cc')).sort()) {
  const text = readFileSync(`${folder}/${file}`, 'utf8');
  for (const [, name] of text.matchAll(/^TEST(?:_[FP])?\(\s*\w+,\s*(\w+)\)/gm)) {
    const row = name.match(/^Guide([A-Z]\d\d)[A-Z]/)?.[1];
    if (!row) {
      problems.push(`${file}: ${name}: the name must begin with the row's number: GuideA01...`);
    } else if (tests.has(row)) {
      problems.push(`${file}: ${name}: row ${row} has a test already`);
    } else {
      tests.set(row, `[${name}](../${folder}/${file})`);
    }
  }
}

// | A01 | what the guide says | what gcjobs does | test |
function withTest(line) {
  const [, row, says, does] = line.match(/^\| ([A-Z]\d\d) \| (.*) \| (.*) \|[^|]*\|$/) ?? [];
  if (!row) return line;
  const test = tests.get(row);
  tests.delete(row);
  if (!test && !does.startsWith('not yet')) problems.push(`${written}: row ${row} has no test`);
  return `| ${row} | ${says} | ${does} | ${test ?? ''} |`;
}

const before = readFileSync(written, 'utf8');
const after = before.split('\n').map(withTest).join('\n');
for (const [row, test] of tests) problems.push(`${written}: there is no row ${row} for ${test}`);

if (process.argv[2] !== '--check') {
  writeFileSync(written, after);
} else if (before !== after) {
  problems.push(`${written} does not name the tests that there are`);
}
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
