// Streams that outlive broken connections and restarts of the server, and
// errors in a form that a program can act on.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

// What passes by itself: the server restarts or drains, this reader was too
// slow, or there was too much to do.
const TRANSIENT = new Set([
  grpc.status.UNAVAILABLE,
  grpc.status.CANCELLED,
  grpc.status.RESOURCE_EXHAUSTED,
  grpc.status.DEADLINE_EXCEEDED,
]);

// proto/ beside this file, in a project that has copied both, or else this
// repository's.
export const protoDir = ['./proto', '../../../proto']
    .map((path) => fileURLToPath(new URL(path, import.meta.url))).find(existsSync);

const rpc = loader.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto'],
    { includeDirs: [protoDir], keepCase: true, longs: Number });

// What the server said about an error: `reason`, `domain` and `metadata` of its
// ErrorInfo, `remedy`, which tells a person why it happens and what to do, and
// `retryDelayMs` when it sent a RetryInfo. Empty when a proxy or the network made
// the error.
export function errorDetails(error) {
  const details = {};
  const [trailer] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!trailer) return details;
  for (const { type_url: type, value } of rpc['google.rpc.Status'].deserialize(trailer).details) {
    if (type.endsWith('/google.rpc.ErrorInfo')) {
      Object.assign(details, rpc['google.rpc.ErrorInfo'].deserialize(value));
    } else if (type.endsWith('/google.rpc.LocalizedMessage')) {
      details.remedy = rpc['google.rpc.LocalizedMessage'].deserialize(value).message;
    } else if (type.endsWith('/google.rpc.RetryInfo')) {
      const { seconds = 0, nanos = 0 } =
          rpc['google.rpc.RetryInfo'].deserialize(value).retry_delay ?? {};
      details.retryDelayMs = seconds * 1000 + nanos / 1e6;
    }
  }
  return details;
}

// All events of one job after `revision`; ends after the terminal one.
export function watchJob(jobs, jobId, revision = '0') {
  return resume((after) => jobs.WatchJob({ job_id: jobId, after_revision: after }),
      (event) => event.revision, revision, '0');
}

// Events of all jobs that match, after `revision`; never ends by itself. Where
// the server has forgotten what came next, it starts over with SNAPSHOT events
// of what matches now and a BOOKMARK behind them.
export async function* watchJobs(jobs, filter, revision = '0') {
  const batches = resume((after) => jobs.WatchJobs({ filter, after_revision: after }),
      (batch) => batch.revision, revision, '0');
  for await (const batch of batches) yield* batch.events;
}

// The result pages of a finished job after `cursor`; ends after the last one.
export function readResults(jobs, jobId, cursor = '') {
  return resume((after) => jobs.ReadResults({ job_id: jobId, cursor: after }),
      (page) => page.next_cursor, cursor, '');
}

// The messages of `open(position)`, opened again after the last message's
// position whenever the stream breaks; from `start` when the server no longer
// has what follows the position.
async function* resume(open, positionOf, position, start) {
  let delay = FIRST_DELAY_MS;
  for (;;) {
    const stream = open(position);
    stream.on('error', () => {});  // for the one that cancel() causes
    try {
      for await (const message of stream) {
        position = positionOf(message);
        delay = FIRST_DELAY_MS;
        yield message;
      }
      return;
    } catch (error) {
      console.error(`stream broken after '${position}': ${error.message}`);
      if (error.code === grpc.status.OUT_OF_RANGE && position !== start) {
        position = start;
        continue;
      }
      if (!TRANSIENT.has(error.code)) throw error;
      await sleep(Math.max(delay, errorDetails(error).retryDelayMs ?? 0));
      delay = Math.min(2 * delay, LONGEST_DELAY_MS);
    } finally {
      stream.cancel();
    }
  }
}
