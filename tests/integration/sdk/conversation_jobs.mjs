// The whole cycle of conversation details jobs.
import assert from 'node:assert/strict';
import test from 'node:test';

import platform from 'purecloud-platform-client-v2';

import { allPages, assertError, interval, lastAnswer, refusal, simulators } from './support.mjs';

const analytics = new platform.AnalyticsApi();

// The id of a job that ends when it is told to.
async function startJob(sim = {}) {
  const { status, body } = await analytics.postAnalyticsConversationsDetailsJobs(
      { interval, $sim: { queued: '0s', duration: '1h', ...sim } });
  assert.equal(status, 202);
  return body.jobId;
}

async function stateOf(jobId) {
  return (await analytics.getAnalyticsConversationsDetailsJob(jobId)).body;
}

test('conversations: a job goes from QUEUED to FULFILLED with its dates', async () => {
  const jobId = await startJob({ queued: '1h' });
  const queued = await stateOf(jobId);
  assert.equal(queued.state, 'QUEUED');
  assert.equal(queued.completionDate, undefined);
  assert.ok(Date.parse(queued.submissionDate) <= Date.parse(queued.expirationDate));
  const early = await refusal(analytics.getAnalyticsConversationsDetailsJobResults(jobId, {}));
  assertError(early, 400, 'bad.request');
  await simulators.main.control(`jobs/${jobId}`, { finish: 'completed' });
  const done = await stateOf(jobId);
  assert.equal(done.state, 'FULFILLED');
  assert.ok(Date.parse(done.completionDate) >= Date.parse(done.submissionDate));
});

test('conversations: cursors lead through every page once', async () => {
  const jobId = await startJob({ duration: '0s', pages: 4, itemsPerPage: 5 });
  assert.equal((await stateOf(jobId)).state, 'FULFILLED');
  const pages = await allPages(
      (opts) => analytics.getAnalyticsConversationsDetailsJobResults(jobId, opts), 5);
  assert.deepEqual(pages.map((page) => page.conversations.length), [5, 5, 5, 5]);
  assert.ok(pages.every((page) => page.dataAvailabilityDate));
  assert.equal('cursor' in pages.at(-1), false);
  const items = pages.flatMap((page) => page.conversations);
  assert.equal(new Set(items.map((item) => item.conversationId)).size, 20);
  assert.deepEqual(items.map((item) => item.externalTag),
      items.map((_, i) => `item-${String(i).padStart(10, '0')}`));
  assert.ok(items.every((item) => item.participants[0].sessions[0].segments.length > 0));
  assert.match(lastAnswer(), /"mediaStatsMinConversationRFactor":1\.10,/);
});

test('conversations: pageSize is honoured, and a bad cursor refused', async () => {
  const jobId = await startJob({ duration: '0s', pages: 1, itemsPerPage: 9 });
  const read = (opts) => analytics.getAnalyticsConversationsDetailsJobResults(jobId, opts);
  assert.equal((await read({ pageSize: 4 })).body.conversations.length, 4);
  const pages = await allPages(read, 4);
  assert.deepEqual(pages.map((page) => page.conversations.length), [4, 4, 1]);
  assertError(await refusal(read({ cursor: 'bogus' })), 400, 'bad.request');
});

test('conversations: a failed job says why', async () => {
  const jobId = await startJob({ duration: '0s', outcome: 'failed', message: 'too wide' });
  const { state, errorMessage } = await stateOf(jobId);
  assert.equal(state, 'FAILED');
  assert.equal(errorMessage, 'too wide');
});

test('conversations: delete cancels, and twice does no harm', async () => {
  const jobId = await startJob();
  assert.equal((await analytics.deleteAnalyticsConversationsDetailsJob(jobId)).status, 204);
  assert.equal((await stateOf(jobId)).state, 'CANCELLED');
  assertError(await refusal(analytics.getAnalyticsConversationsDetailsJobResults(jobId, {})),
      404, 'not.found');
  assert.equal((await analytics.deleteAnalyticsConversationsDetailsJob(jobId)).status, 204);
});

test('conversations: availability has a date', async () => {
  const { body } = await analytics.getAnalyticsConversationsDetailsJobsAvailability();
  assert.ok(Date.parse(body.dataAvailabilityDate) <= Date.now());
});
