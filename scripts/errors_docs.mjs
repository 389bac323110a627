#!/usr/bin/env node
// errors_docs.mjs [--check]: writes docs/errors.md from the catalogue of errors,
// common/errors.h, or says whether it is as that is.
import { readFileSync, writeFileSync } from 'node:fs';

process.chdir(new URL('..', import.meta.url).pathname);
const written = 'docs/errors.md';
const source = readFileSync('common/errors.h', 'utf8').match(/^namespace errors \{(.*?)^\}  \/\/ namespace errors/ms)[1];

// A group: `// Its heading.`, then its reasons.
const entry = String.raw`inline constexpr ErrorReason (\w+) =\s*(Own|Upstream)\(([^]*?)\);\n`;
const lines = [];
const write = (...more) => lines.push(...more, '');

// The arguments of an entry: its name, its code and two texts. String literals
// beside each other are one.
function parse(text) {
  const literal = String.raw`"(?:[^"\\]|\\.)*"`;
  const argument = new RegExp(String.raw`(?:${literal}\s*)+|StatusCode::k\w+`, 'g');
  const [name, code, cause, remedy, ...more] = text.match(argument).map((found) =>
    found.startsWith('"')
      ? found.match(new RegExp(literal, 'g')).map((part) => JSON.parse(part)).join('')
      : found.replace('StatusCode::k', ''));
  if (remedy === undefined || more.length) throw new Error(`four arguments, not: ${text}`);
  return { name, code, cause, remedy };
}

const grpcName = (code) => code.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();

write('<!-- Written by `./dev docs` from common/errors.h; change that. -->');
write('# Errors');
write(
    'Every error carries its reason in a `google.rpc.ErrorInfo`, in the standard `grpc-status-details-bin` trailer: `reason` is one of those',
    'below, `domain` says who gave it (`gcjobs`, or `genesys.cloud`), and `metadata` has every value that the message names. A',
    '`google.rpc.LocalizedMessage` tells a person the cause and the remedy, a `google.rpc.Help` links to this page, and a',
    '`google.rpc.RetryInfo` says when to try again, where that helps. The error of a job that failed (`Job.error`) has the same details, and a',
    '`gcjobs.v1.FailureBody` with the answer of Genesys Cloud where there was one.');

let count = 0;
for (const [, heading, reasons] of source.matchAll(
    new RegExp(String.raw`\n// (.*?)\.\n((?:${entry})+)`, 'g'))) {
  write(`## ${heading}`);
  for (const [, , kind, text] of reasons.matchAll(new RegExp(entry, 'g'))) {
    const { name, code, cause, remedy } = parse(text);
    const domain = kind === 'Own' ? 'gcjobs' : 'genesys.cloud';
    write(`### ${name}`);
    write(`${grpcName(code)}, domain \`${domain}\`.`);
    write(`${cause}`);
    write(`**What to do:** ${remedy}`);
    count += 1;
  }
}
// One that the expressions do not match would be missing silently.
const declared = source.match(/inline constexpr ErrorReason/g).length;
if (count !== declared) throw new Error(`${count} of ${declared} reasons were understood`);

const page = lines.join('\n');
if (process.argv[2] !== '--check') {
  writeFileSync(written, page);
} else if (page !== readFileSync(written, 'utf8')) {
  console.error(`${written} is not what common/errors.h says`);
  process.exit(1);
}
