// How each snippet is tried: it is run, or what reads such a text reads it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { runClient } from './clients.mjs';

// Of a block with prompts: the commands, and what they are said to print.
function session(text) {
  const lines = text.split('\n');
  return {
    commands: lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)).join('\n'),
    printed: lines.filter((line) => !line.startsWith('$ ')),
  };
}

// `Next poll  2026-...` and `"timeout": "3s",` are alike in what comes first.
const label = (line) => line.match(/^\s*"?([A-Za-z][A-Za-z ]*?)"?(?::|\s{2,})/)?.[1];

function shell(world, { text }) {
  world.run('rm -f *.ndjson*');  // of an earlier snippet
  if (!text.startsWith('$ ')) return world.run(world.translate(text));
  const { commands, printed } = session(text);
  const script = world.translate(commands);
  // A stream of events lasts as long as its job, which has ended.
  const output = world.run(script);
  for (const name of printed.map(label).filter(Boolean)) {
    assert.ok(output.includes(name), `prints no "${name}":\n${output}`);
  }
  return output;
}

// Of `gcjobsd check`: it finds nothing wrong, and tells of the things that the page
// names.
function check(world, { text }) {
  const { commands, printed } = session(text);
  const output = world.run(world.translate(commands));
  for (const [, thing] of printed.join('\n').matchAll(/^(?:ok|warning) +(\w+)/gm)) {
    assert.ok(output.includes(thing), `says nothing of "${thing}":\n${output}`);
  }
}

// The server starts with this config file.
function config(world, { text }) {
  let file = world.translate(text).replaceAll('"/run/credentials/gcjobsd.service/gcjobs_sales"',
    `"${join(world.work, 'etc/sales.secret')}"`);
  if (!file.includes('client-id')) file = file.replace(/^(\[org\..*\])$/m, '$1\nclient-id = "a"');
  world.write('gcjobsd.conf', file);
  world.run('gcjobsd --config gcjobsd.conf');
}

const CREDENTIALS = { GENESYS_CLIENT_ID: 'a', GENESYS_CLIENT_SECRET: 'b' };

// The files of job kinds that the page names: its example, and one like it.
function writeKinds(world, all) {
  const { text } = all.find(({ page, language }) => page === 'docs/job-kinds.md' && language === 'json');
  world.write('my-kinds.json', text);
  world.write('more-kinds.json', text.replaceAll('acme.', 'acme2.'));
}

// The server starts with these job kinds.
function kinds(world, snippet, all) {
  writeKinds(world, all);
  const command = snippet.language === 'json' ? 'gcjobsd --kinds my-kinds.json' : snippet.text;
  world.run(command, CREDENTIALS);
}

// The server starts with these settings, and credentials from elsewhere.
function settings(world, { text }) {
  world.run(world.translate(text), CREDENTIALS);
}

// A job of the page's kind, at an organisation that has it.
async function jobOfKind(world, { text }, all) {
  writeKinds(world, all);
  const more = ['--kinds', `${world.work}/my-kinds.json`];
  const simulator = await world.start('gcjobs-sim', more);
  const url = `http://${simulator.address}`;
  const server = await world.start('gcjobsd', ['--store', 'memory', ...more],
    { ...CREDENTIALS, GENESYS_API_URL: url, GENESYS_LOGIN_URL: url });
  assert.match(world.run(text, { GCJOBS_SERVER: server.address }), /PENDING|RUNNING|SUCCEEDED/);
}

// ./dev knows each of these commands.
function dev(world, { text }) {
  const help = execFileSync(join(world.root, 'dev'), ['help'], { encoding: 'utf8' });
  for (const [, command] of text.matchAll(/\.\/dev (\w+)/g)) {
    assert.ok(help.includes(`./dev ${command}`), `./dev has no command ${command}`);
  }
}

// The packages are those that ./dev setup installs.
function packages(world, { text }) {
  const setup = readFileSync(join(world.root, 'scripts/setup.sh'), 'utf8');
  const names = text.replace(/\\\n/g, ' ').trim().split(/\s+/)
    .filter((word) => /^[a-z][a-z0-9.+-]+$/.test(word) && !['apt-get', 'install'].includes(word));
  assert.ok(names.length > 0);
  for (const name of names) assert.ok(setup.includes(name), `./dev setup does not install ${name}`);
}

function npmPackages(world, { text }) {
  const { dependencies } = JSON.parse(
    readFileSync(join(world.root, 'tests/polyglot/node/package.json'), 'utf8'));
  for (const name of text.split(/\s+/).slice(2)) assert.ok(dependencies[name], name);
}

// The README's first block, with the server that is there already.
function firstSteps(world, snippet) {
  dev(world, snippet);
  const text = snippet.text.replace(/^\.\/dev .*$/gm, '').replace(/^gcjobsd .*$/m, 'gcjobsd');
  shell(world, { text });
}

function readmeProgram(world, { text }) {
  const program = world.translate(text).replace("'proto'", `'${join(world.root, 'proto')}'`);
  world.write('program.mjs', program);
  const output = world.run('node program.mjs');
  assert.match(output, /^1 JOB_STATE_QUEUED/m);
  assert.match(output, /^\d+ JOB_STATE_SUCCEEDED \{/m);
  assert.doesNotMatch(output, /undefined/);
}

// The fragments of a client's page, each in its place of a program that is the
// same whatever they say: tests/snippets/clients.
const clients = (language) => (world, snippet, all) => runClient(world, language, all);

const RECIPES = [
  [/^README/, /^\.\/dev (demo|test)$/, dev],
  [/^CONTRIBUTING/, /^\.\/dev/, dev],
  [/^README/, /^\.\/dev build/, firstSteps],
  [/^README/, /^import grpc/, readmeProgram],
  [/^README/, /^\.\/dev package/, dev],
  [/^docs\/operations/, /^\$ gcjobsd check/, check],
  [/^docs\/operations/, /^gcjobsd --/, settings],
  [/^docs\/operations/, /^(default-org|\[org\.)/, config],
  [/^gcjobsd --help/, /^default-org/, config],
  [/^docs\/job-kinds/, /^(\{|gcjobsd)/, kinds],
  [/^docs\/job-kinds/, /^gcjobs submit job/, jobOfKind],
  [/^docs\/clients/, /^apt-get install/, packages],
  [/^docs\/clients/, /^npm install/, npmPackages],
  [/^docs\/clients\/node/, /./, clients('node')],
  [/^docs\/clients\/python/, /./, clients('python')],
  [/^docs\/clients\/ruby/, /./, clients('ruby')],
  [/^docs\/clients\/go/, /./, clients('go')],
  [/^docs\/clients\/java/, /./, clients('java')],
  [/^docs\/clients\/cpp/, /./, clients('cpp')],
];

// What is not run: page, how it begins, and why.
export const NOT_RUN = [
  ['docs/operations.md', 'apt install ./gcjobsd_',
    'installs packages; ./dev package --test does so in a clean root'],
  ['docs/architecture.md', 'client ───', 'a drawing'],
];

export function recipeOf(snippet) {
  for (const [page, start, reason] of NOT_RUN) {
    if (snippet.page === page && snippet.text.startsWith(start)) return { reason };
  }
  for (const [page, text, run] of RECIPES) {
    if (page.test(snippet.page) && text.test(snippet.text)) return { run };
  }
  return { run: shell };
}
