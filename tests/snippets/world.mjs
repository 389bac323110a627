// What the snippets run against: a simulated Genesys Cloud, a server with a few
// jobs, and a folder with the files that they name.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ACTION = 'custom_-_00000000-0000-4000-8000-000000000004';  // done at once
const FAST = '{"queued":"0s","duration":"0s"}';
const FOR_EVER = '{"queued":"0s","duration":"1h"}';

// A program that serves until the world ends.
class Server {
  static async start(program, args, env) {
    const server = new Server();
    server.process = spawn(program, args, { env: { ...process.env, ...env } });
    server.errors = '';
    server.process.stderr.on('data', (chunk) => { server.errors += chunk; });
    server.address = await new Promise((resolve, reject) => {
      let output = '';
      server.process.stdout.on('data', (chunk) => {
        output += chunk;
        const found = output.match(/^listening on (.*)$/m);
        if (found) resolve(found[1]);
      });
      server.process.on('exit', () => reject(new Error(`${program}: ${server.errors}`)));
    });
    return server;
  }
}

// Stands for a server in a snippet: starts the real one on a port of its own, and
// is content when it listens. What fails to start fails the snippet.
const startsAndStops = (root, program, more) => `#!/usr/bin/env bash
set -euo pipefail
if [[ \${1:-} == check ]]; then exec ${program} "$@" --listen 127.0.0.1:0 ${more}; fi
arguments=()
while (($# > 0)); do
  case $1 in
    --listen) shift ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
source ${root}/scripts/programs.sh
start server ${program} "\${arguments[@]}" --listen 127.0.0.1:0 ${more}
`;

export class World {
  static async create(bin, root) {
    const world = new World();
    Object.assign(world, { bin, root, servers: [], work: mkdtempSync(join(tmpdir(), 'gcjobs-')) });
    world.simulator = await world.start('gcjobs-sim', ['--rate-limit', '0', '--speed', '20']);
    const url = `http://${world.simulator.address}`;
    world.env = {
      GENESYS_API_URL: url, GENESYS_LOGIN_URL: url, WORK: world.work, HOME: world.work,
    };
    world.writeFiles();
    world.server = await world.start('gcjobsd',
      ['--data-dir', join(world.work, 'data'), '--config', join(world.work, 'etc/sales.conf')],
      { ...world.env, GENESYS_CLIENT_ID: 'a', GENESYS_CLIENT_SECRET: 'b' });
    world.env.GCJOBS_SERVER = world.server.address;
    world.submitJobs();
    return world;
  }

  async start(program, args, env) {
    const server = await Server.start(join(this.bin, program),
      ['--listen', '127.0.0.1:0', ...args], env);
    this.servers.push(server);
    return server;
  }

  end() {
    for (const server of this.servers) server.process.kill();
    rmSync(this.work, { recursive: true, force: true });
  }

  // Runs a bash script in the folder; its output. Throws what it wrote otherwise.
  run(script, env = {}) {
    const path = `${join(this.work, 'bin')}:${this.bin}:${process.env.PATH}`;
    return execFileSync('bash', ['-c', `set -euo pipefail; shopt -s expand_aliases\n${script}`], {
      cwd: this.work, encoding: 'utf8', timeout: 120_000, stdio: 'pipe',
      env: { ...process.env, ...this.env, PATH: path, ...env },
    });
  }

  write(name, text) { writeFileSync(join(this.work, name), text); }

  writeFiles() {
    const query = '{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}';
    mkdirSync(join(this.work, 'bin'));
    mkdirSync(join(this.work, 'etc'));
    this.write('order.json', '{"customerId":"42","$sim":{"result":{"total":1.10}}}');
    for (const name of ['audits.json', 'body.json', 'query.json']) this.write(name, query);
    this.write('.env', `GENESYS_CLIENT_ID=me\nGENESYS_CLIENT_SECRET=secret\n` +
      `GENESYS_ACTION_ID=${ACTION}\nFLOW_ID=flow-demo\nDATA_ACTION_ID=fda-rest-object\n`);
    for (const name of ['sales', 'support']) this.write(`etc/${name}.secret`, 'secret\n');
    const client = `client-id = "a"\nclient-secret-file = "${this.work}/etc/sales.secret"\n`;
    this.write('etc/gcjobsd.conf', client);
    this.write('etc/sales.conf', `[org.sales]\n${client}api-url = "${this.env.GENESYS_API_URL}"\n` +
      `login-url = "${this.env.GENESYS_LOGIN_URL}"\n`);
    const program = (name, text) => {
      this.write(join('bin', name), text);
      chmodSync(join(this.work, 'bin', name), 0o755);
    };
    program('gcjobsd', startsAndStops(this.root, join(this.bin, 'gcjobsd'),
      '--data-dir "$(mktemp -d -p "$WORK")"'));
    program('gcjobs-sim', startsAndStops(this.root, join(this.bin, 'gcjobs-sim'), ''));
    program('make-order', '#!/bin/sh\ncat "$WORK/order.json"\n');
    program('make-body', '#!/bin/sh\ncat "$WORK/body.json"\n');
    for (const name of ['proto', 'scripts', 'tools']) {
      symlinkSync(join(this.root, name), join(this.work, name));
    }
    symlinkSync(join(this.root, 'tests/polyglot/node/node_modules'),
      join(this.work, 'node_modules'));
  }

  // A new action's job; `sim` says how it goes.
  submit(sim, more = '') {
    return this.run(`gcjobs submit action ${ACTION} --params '{"$sim":${sim}}' --output json ` +
      `${more} | jq -r .id`).trim();
  }

  submitJobs() {
    this.ended = this.submit('{"queued":"0s","duration":"0s","result":{"total":1}}');
    this.run(`gcjobs watch ${this.ended}`);
    this.query = this.run('gcjobs query submit --endpoint jobs --query-file query.json ' +
      '--output json | jq -r .id').trim();
    this.run(`gcjobs watch ${this.query}`);
  }

  // What the names in a snippet stand for. A JOB is one that the command can be
  // used on.
  translate(text) {
    const job = (command) => {
      if (command === 'results') return this.query;
      if (['cancel', 'explain', 'update'].includes(command)) return this.submit(FOR_EVER);
      if (command !== 'delete') return this.ended;
      const id = this.submit(FAST);
      this.run(`gcjobs watch ${id}`);
      return id;
    };
    const id = '\\bJOB\\b|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}';
    return text
      .replace(new RegExp(`gcjobs (\\w+) (${id})`, 'g'), (_, command) => `gcjobs ${command} ${job(command)}`)
      .replace(new RegExp(`"job_id": *"(${id})"`, 'g'), `"job_id":"${this.ended}"`)
      // A watch of all jobs lasts until Ctrl-C.
      .replace(/^gcjobs watch(?= --|$).*/gm, (line) => `{ timeout --preserve-status -s INT 0.5 ${line}; } || [[ $? == 130 ]]`)
      .replace(/--after \d+/g, '--after 1')
      .replace(/--expected-version 7/g, '--expected-version ' +
        `$(gcjobs action timeout get ${ACTION} --output json | jq -r .version)`)
      .replace(/\bACTION(?= [^|]*--flow)/g, 'fda-rest-object')
      .replace(/custom_-_1a2b|\bACTION\b/g, ACTION)
      .replace(/\bFLOW\b/g, 'flow-demo')
      .replace(/\bVIEW\b/g, () => this.run('gcjobs query views --output json | jq -r .views[0].name').trim())
      .replace(/\bKIND(?=.*--result-only)/g, 'usage.query')
      .replace(/\bKIND(?= --path)/g, 'flows.datatables.export.jobs')
      .replace(/\bKIND\b/g, 'audits.query')
      .replace(/127\.0\.0\.1:50051/g, this.server.address)
      .replace(/127\.0\.0\.1:80[0-9]{2}|\bHOST:PORT\b/g, this.simulator.address)
      .replace(/\/etc\/gcjobs\//g, `${join(this.work, 'etc')}/`);
  }
}
