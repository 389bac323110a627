// node node.mjs SERVER JOB QUERY_JOB
import { setTimeout as sleep } from 'node:timers/promises';

import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

import { errorDetails, protoDir, readResults, watchJob } from './resume.mjs';

const [server, id, query] = process.argv.slice(2);
const options = {};
const handle = (items) => console.log(items);
@Stubs@
await watch(id);
await read(query);
await new Promise((resolve) => {
  jobs.GetJob({ job_id: 'nobody' }, async (error) => {
    @Errors@
    console.log(reason, domain, metadata.job_id);
    resolve();
  });
});

// The page has both loops in one block; each wants a job of its own.
async function watch(id) {
  @Resume:1@
}
async function read(id) {
  @Resume:2@
}
