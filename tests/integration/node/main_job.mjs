// The main job with a stock gRPC client: @grpc/grpc-js, the repository's protos
// loaded as they are, nothing generated.
//
//   node main_job.mjs BIN_DIR PROTO_DIR
//
// Starts gcjobs-sim and gcjobsd from BIN_DIR, and ends both.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';

import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [binDir, protoDir] = process.argv.slice(2);
const actionId = 'custom_-_00000000-0000-4000-8000-000000000001';
const dataDir = mkdtempSync(path.join(tmpdir(), 'gcjobs-node-'));
const children = [];
let server;
let serverAddress = '127.0.0.1:0';
let environment;
let jobs;
let actions;

// Starts a program; resolves with it and where it listens.
function start(name, args, env = {}) {
  const child = spawn(path.join(binDir, name), args,
      { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    let output = '';
    child.on('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const line = /^listening on (\S+)\n/m.exec(output);
      if (line) resolve({ child, address: line[1] });
    });
  });
}

async function startServer() {
  const started = await start('gcjobsd',
      ['--listen', serverAddress, '--data-dir', dataDir, '--log-level', 'warning'], environment);
  server = started.child;
  serverAddress = started.address;
}

// Until the server can be reached: it may be starting again.
function ready(service) {
  return new Promise((resolve, reject) => {
    service.waitForReady(Date.now() + 60_000, (error) => (error ? reject(error) : resolve()));
  });
}

async function call(service, method, request) {
  await ready(service);
  return new Promise((resolve, reject) => {
    service[method](request, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

// All events of a job, watched again from the last revision when the stream
// breaks.
async function watch(jobId) {
  const events = [];
  let revision = 0;
  for (let attempt = 0; attempt < 5; ++attempt) {
    await ready(jobs);
    const ended = await new Promise((resolve) => {
      const stream = jobs.WatchJob({ job_id: jobId, after_revision: revision });
      stream.on('data', (event) => {
        revision = event.revision;
        if (event.type !== 'EVENT_TYPE_BOOKMARK') events.push(event);
      });
      stream.on('error', () => {});
      stream.on('status', (status) => resolve(status.code === grpc.status.OK));
    });
    if (ended) return events;
  }
  throw new Error(`job ${jobId}: the stream broke too often`);
}

before(async () => {
  const sim = await start('gcjobs-sim', ['--listen', '127.0.0.1:0', '--rate-limit', '0']);
  const url = `http://${sim.address}`;
  environment = {
    GENESYS_CLIENT_ID: 'node', GENESYS_CLIENT_SECRET: 'secret',
    GENESYS_API_URL: url, GENESYS_LOGIN_URL: url,
  };
  await startServer();
  const definition = loader.loadSync(
      ['gcjobs/v1/job_service.proto', 'gcjobs/v1/action_service.proto'],
      { includeDirs: [protoDir], keepCase: true, longs: String, enums: String, defaults: true });
  const { gcjobs } = grpc.loadPackageDefinition(definition);
  const options = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 200 };
  jobs = new gcjobs.v1.JobService(serverAddress, grpc.credentials.createInsecure(), options);
  actions = new gcjobs.v1.ActionService(serverAddress, grpc.credentials.createInsecure(), options);
});

after(() => {
  jobs?.close();
  actions?.close();
  for (const child of children) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

test('SubmitAction, then WatchJob: QUEUED, PENDING, RUNNING, SUCCEEDED, result verbatim', async () => {
  const result = '{"id":12345678901234567890,"price":1.10}';
  const job = await call(jobs, 'SubmitAction', {
    action_id: actionId,
    parameters_json: `{"$sim":{"queued":"100ms","duration":"3s","result":${result}}}`,
  });
  const events = await watch(job.id);
  assert.deepEqual(events.map((event) => event.job.state),
      ['JOB_STATE_QUEUED', 'JOB_STATE_PENDING', 'JOB_STATE_RUNNING', 'JOB_STATE_SUCCEEDED']);
  assert.deepEqual(events.map((event) => event.sequence), ['1', '2', '3', '4']);
  assert.equal(events[3].job.result_json, result);
});

test('a watch survives kill -9 of the server', async () => {
  const job = await call(jobs, 'SubmitAction',
      { action_id: actionId, parameters_json: '{"$sim":{"queued":"0s","duration":"3s"}}' });
  const watched = watch(job.id);
  const gone = new Promise((resolve) => server.on('exit', resolve));
  server.kill('SIGKILL');
  await gone;
  await startServer();
  const events = await watched;
  assert.deepEqual(events.map((event) => event.sequence), ['1', '2', '3', '4']);
  assert.equal(events.at(-1).job.state, 'JOB_STATE_SUCCEEDED');
});

test('UpdateActionTimeout raises the limit and reads it back', async () => {
  const answer = await call(actions, 'UpdateActionTimeout',
      { action_id: actionId, timeout: { seconds: 10 } });
  assert.equal(answer.previous_timeout.seconds, '3');
  assert.equal(answer.timeout.seconds, '10');
  assert.equal(answer.verified, true);
});

test('an error carries its code and the standard details', async () => {
  await assert.rejects(call(jobs, 'GetJob', { job_id: 'no-such-job' }), (error) => {
    assert.equal(error.code, grpc.status.NOT_FOUND);
    const [details] = error.metadata.get('grpc-status-details-bin');
    assert.match(details.toString('latin1'), /JOB_NOT_FOUND/);
    return true;
  });
});

// Raw bytes: these services' protos are not ours to ship.
test('health, server reflection and channelz answer', async () => {
  const client = new grpc.Client(serverAddress, grpc.credentials.createInsecure());
  const same = (bytes) => bytes;
  const unary = (method, request) => new Promise((resolve, reject) => {
    client.makeUnaryRequest(method, same, same, request,
        (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  const health = await unary('/grpc.health.v1.Health/Check', Buffer.alloc(0));
  assert.deepEqual([...health], [0x08, 0x01]);  // status: SERVING

  const channelz = await unary('/grpc.channelz.v1.Channelz/GetServers', Buffer.alloc(0));
  assert.notEqual(channelz.length, 0);

  const services = await new Promise((resolve, reject) => {
    const stream = client.makeBidiStreamRequest(
        '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', same, same);
    stream.on('data', (answer) => { stream.end(); resolve(answer.toString('latin1')); });
    stream.on('error', reject);
    stream.write(Buffer.from([0x3a, 0x00]));  // list_services: ""
  });
  assert.match(services, /gcjobs\.v1\.JobService/);
  assert.match(services, /gcjobs\.v1\.ActionService/);
  client.close();
});
