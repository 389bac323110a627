// One job kind of each sort: each way to name the id and the status, to give
// results and to be cancelled.
import assert from 'node:assert/strict';
import test from 'node:test';

import platform from 'purecloud-platform-client-v2';

import { allPages, assertError, interval, refusal, simulators, until } from './support.mjs';

const analytics = new platform.AnalyticsApi();

test('users: a details job', async () => {
  const { body: { jobId } } = await analytics.postAnalyticsUsersDetailsJobs(
      { interval, $sim: { queued: '0s', duration: '0s', pages: 2, itemsPerPage: 3 } });
  assert.equal((await analytics.getAnalyticsUsersDetailsJob(jobId)).body.state, 'FULFILLED');
  const pages = await allPages(
      (opts) => analytics.getAnalyticsUsersDetailsJobResults(jobId, opts), 3);
  assert.deepEqual(pages.map((page) => page.userDetails.length), [3, 3]);
  assert.ok(pages[0].userDetails[0].userId && pages[0].userDetails[0].primaryPresence);
});

test('aggregates: the page size is part of the query', async () => {
  const { body: { jobId } } = await analytics.postAnalyticsConversationsAggregatesJobs({
    interval, metrics: ['tHandle'], pageSize: 2,
    $sim: { queued: '0s', duration: '0s', pages: 1, itemsPerPage: 4 },
  });
  const pages = await allPages(
      (opts) => analytics.getAnalyticsConversationsAggregatesJobResults(jobId, opts));
  assert.deepEqual(pages.map((page) => page.results.length), [2, 2]);
  assert.ok(pages[0].results[0].data[0].metrics[0].stats);
});

test('audits: a query from Queued to its last page', async () => {
  const audits = new platform.AuditApi();
  const { body: { id } } = await audits.postAuditsQuery(
      { interval, $sim: { queued: '1h', pages: 3, itemsPerPage: 2 } });
  const look = () => audits.getAuditsQueryTransactionId(id);
  assert.equal((await look()).body.state, 'Queued');
  await simulators.main.control(`jobs/${id}`, { finish: 'completed' });
  assert.equal((await look()).body.state, 'Succeeded');
  const pages = await allPages(
      (opts) => audits.getAuditsQueryTransactionIdResults(id, opts), 2);
  assert.equal(pages.length, 3);
  assert.ok(pages.every((page) => page.id === id && page.entities.length === 2));
});

test('recording: a job waits until it is told to go on', async () => {
  const recording = new platform.RecordingApi();
  const { body: { id } } = await recording.postRecordingJobs({
    action: 'DELETE', actionDate: '2027-01-01T00:00:00.000Z', conversationQuery: { interval },
    $sim: { queued: '0s', duration: '50ms' },
  });
  const look = () => recording.getRecordingJob(id);
  assert.equal((await look()).body.state, 'READY');
  assertError(await refusal(recording.putRecordingJob(id, { state: 'BOGUS' })), 400, 'bad.request');
  const { body: told } = await recording.putRecordingJob(id, { state: 'PROCESSING' });
  assert.ok(['PROCESSING', 'FULFILLED'].includes(told.state));
  assert.equal((await until(look, (job) => job.state === 'FULFILLED')).id, id);
});

test('recording: a job that waits can be deleted', async () => {
  const recording = new platform.RecordingApi();
  const { body: { id } } = await recording.postRecordingJobs({ $sim: { queued: '0s' } });
  assert.equal((await recording.deleteRecordingJob(id)).status, 204);
  assert.equal((await recording.getRecordingJob(id)).body.state, 'CANCELLED');
});

test('usage: status and results are one call', async () => {
  const usage = new platform.UsageApi();
  const { body: { executionId, resultsUri } } = await usage.postUsageQuery(
      { interval, metrics: ['Requests'], $sim: { queued: '0s', duration: '1h' } });
  assert.match(resultsUri, new RegExp(`/${executionId}/results$`));
  const look = async () => (await usage.getUsageQueryExecutionIdResults(executionId)).body;
  assert.equal((await look()).queryStatus, 'Running');
  await simulators.main.control(`jobs/${executionId}`, { finish: 'completed' });
  const { queryStatus, results } = await look();
  assert.equal(queryStatus, 'Complete');
  assert.ok(results.length > 0);
});

test('journey: a job is cancelled by a patch', async () => {
  const journey = new platform.JourneyApi();
  const { body: { id } } = await journey.postJourneyViewVersionJobs('view', '1',
      { body: { $sim: { queued: '0s', duration: '1h' } } });
  const { body } = await journey.patchJourneyViewVersionJob('view', '1', id,
      { status: 'Cancelled' });
  assert.equal(body.status, 'Cancelled');
  assertError(await refusal(journey.getJourneyViewVersionJob('other', '1', id)), 404, 'not.found');
});

test('architect: an export ends with a URL', async () => {
  const architect = new platform.ArchitectApi();
  const { body: { id } } = await architect.postFlowsExportJobs(
      { flows: [], $sim: { queued: '0s', duration: '0s' } });
  const { body } = await architect.getFlowsExportJob(id, {});
  assert.equal(body.status, 'Success');
  assert.equal(new URL(body.downloadUrl).protocol, 'https:');
});
