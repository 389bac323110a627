// A simulator and the official SDK, told to use it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';

import platform from 'purecloud-platform-client-v2';

export const clientId = 'sdk';
export const clientSecret = 'right';
export const interval = '2026-01-15T00:00:00.000Z/2026-01-16T00:00:00.000Z';
export const nowhere = '00000000-0000-4000-8000-000000000000';

// One gcjobs-sim.
export class Simulator {
  static async start(binDir, args) {
    const simulator = new Simulator();
    simulator.child = spawn(path.join(binDir, 'gcjobs-sim'), ['--listen', '127.0.0.1:0', ...args],
        { stdio: ['ignore', 'pipe', 'inherit'] });
    const address = await new Promise((resolve, reject) => {
      let output = '';
      simulator.child.on('error', reject);
      simulator.child.on('exit', (code) => reject(new Error(`gcjobs-sim ended with ${code}`)));
      simulator.child.stdout.on('data', (chunk) => {
        output += chunk;
        const line = /^listening on (\S+)\n/m.exec(output);
        if (line) resolve(line[1]);
      });
    });
    [simulator.host, simulator.port] = address.split(':');
    return simulator;
  }

  stop() {
    this.child.kill('SIGKILL');
  }

  // A control request.
  async control(target, body = {}) {
    const answer = await fetch(`http://${this.host}:${this.port}/__sim/${target}`,
        { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`control ${target}: ${await answer.text()}`);
  }
}

// `main`, and `lenient`, which answers a version conflict with 400 instead of 409.
export const simulators = {};

const client = platform.ApiClient.instance;

// What the last answer's body was before the SDK parsed it.
let lastText = '';
export function lastAnswer() {
  return lastText;
}

// Once, before the first call.
export function prepareClient() {
  client.config.live_reload_config = false; // watches a file in the home directory
  client.setReturnExtendedResponses(true); // {status, headers, body}, also of errors
  client.timeout = 65_000; // a data action may take a minute
  client.getHttpClient().setPreHook(async (config) => {
    config.transformResponse = [(text) => {
      lastText = text;
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    }];
    return config;
  });
}

export async function connect(simulator, secret = clientSecret) {
  client.setGateway({ host: simulator.host, protocol: 'http', port: Number(simulator.port) });
  return client.loginClientCredentialsGrant(clientId, secret);
}

// The answer of a call that is refused.
export async function refusal(call) {
  try {
    await call;
  } catch (answer) {
    return answer;
  }
  throw new Error('the call was not refused');
}

// That an answer is a refusal as the platform words it.
export function assertError(answer, status, code) {
  assert.equal(answer.status, status);
  assert.equal(answer.body.status, status);
  assert.equal(answer.body.code, code);
  assert.equal(typeof answer.body.message, 'string');
  assert.equal(answer.body.contextId, answer.headers['inin-correlation-id']);
  assert.ok(Array.isArray(answer.body.details) && Array.isArray(answer.body.errors));
}

// Polls `look` until its answer satisfies `done`; gives up after 30 seconds.
export async function until(look, done) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { body } = await look();
    if (done(body)) return body;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// All pages of a cursor's results: `read({cursor, pageSize})` gives one.
export async function allPages(read, pageSize) {
  const pages = [];
  let cursor;
  do {
    const { body } = await read({ pageSize, ...(cursor && { cursor }) });
    pages.push(body);
    cursor = body.cursor;
  } while (cursor && pages.length < 100);
  return pages;
}
