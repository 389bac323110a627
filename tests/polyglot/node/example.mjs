// Runs a data action and a conversation query through gcjobs.
//
//   node example.mjs SERVER ACTION_ID PARAMETERS_JSON QUERY_JSON
//   node example.mjs 127.0.0.1:50051 custom_-_1a2b '{"customer":"C-1042"}' \
//       '{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}'
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

import { errorDetails, protoDir, readResults, watchJob, watchJobs } from './resume.mjs';

const [server, actionId, parametersJson, queryJson] = process.argv.slice(2);

const { gcjobs } = grpc.loadPackageDefinition(loader.loadSync(
    ['gcjobs/v1/job_service.proto', 'gcjobs/v1/action_service.proto'],
    { includeDirs: [protoDir], keepCase: true, longs: String, enums: String, defaults: true }));
const options = {
  'grpc.keepalive_time_ms': 30_000,  // notice a server that is gone without a word
  'grpc.max_reconnect_backoff_ms': 5_000,
};
const jobs = new gcjobs.v1.JobService(server, grpc.credentials.createInsecure(), options);
const actions = new gcjobs.v1.ActionService(server, grpc.credentials.createInsecure(), options);

function call(service, method, request) {
  return new Promise((resolve, reject) => {
    service[method](request, { deadline: Date.now() + 30_000 },
        (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

const stateOf = (job) => job.state.replace('JOB_STATE_', '');

// The labels find both jobs again; with a request id a submission may be
// repeated, and still makes one job.
function submitOptions() {
  return { request_id: randomUUID(), labels: { program: 'example' } };
}

// Tries again as long as the server says when.
async function raiseTimeout(seconds) {
  for (;;) {
    try {
      const limit = await call(actions, 'UpdateActionTimeout',
          { action_id: actionId, timeout: { seconds } });
      console.log(`timeout: ${limit.previous_timeout.seconds} s -> ${limit.timeout.seconds} s, ` +
          `${limit.verified ? 'verified' : 'not verified'}`);
      return;
    } catch (error) {
      const { reason, domain, remedy, retryDelayMs } = errorDetails(error);
      console.log(`refused: ${grpc.status[error.code]} ${reason} of ${domain}`);
      console.log(`remedy: ${remedy}`);
      if (retryDelayMs === undefined) return;
      console.log(`retry in ${retryDelayMs} ms`);
      await sleep(retryDelayMs);
    }
  }
}

async function runAction() {
  const { id } = await call(jobs, 'SubmitAction',
      { action_id: actionId, parameters_json: parametersJson, options: submitOptions() });
  console.log('action: submitted');
  for await (const { type, sequence, job } of watchJob(jobs, id)) {
    if (type !== 'EVENT_TYPE_TRANSITION') continue;
    console.log(`action: ${sequence} ${stateOf(job)}`);
    if (job.result_json) console.log(`result: ${job.result_json}`);
  }
}

async function runQuery() {
  const { id } = await call(jobs, 'SubmitConversationQuery',
      { query_json: queryJson, endpoint: 'QUERY_ENDPOINT_JOBS', options: submitOptions() });
  console.log('query: submitted');
  for await (const { job } of watchJob(jobs, id)) {
    if (job?.end_time) console.log(`query: ${stateOf(job)}`);
  }
  let items = 0;
  for await (const page of readResults(jobs, id)) {
    items += JSON.parse(page.items_json).length;
    console.log(`page ${page.page_number}: ${page.item_count} items`);
  }
  console.log(`results: ${items} items`);
}

// What a program does that stored a revision, and comes back when the server
// has long forgotten it.
async function catchUp(revision) {
  for await (const { type, job } of watchJobs(jobs, { labels: { program: 'example' } }, revision)) {
    if (type === 'EVENT_TYPE_BOOKMARK') return;
    console.log(`${type.replace('EVENT_TYPE_', '')}: ${job.kind} ${stateOf(job)}`);
  }
}

await raiseTimeout(90);
await raiseTimeout(10);
await runAction();
await runQuery();
await catchUp('1');
jobs.close();
actions.close();
