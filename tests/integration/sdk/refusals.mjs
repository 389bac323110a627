// What the platform says when it says no.
import assert from 'node:assert/strict';
import test from 'node:test';

import platform from 'purecloud-platform-client-v2';

import { assertError, connect, interval, nowhere, refusal, simulators } from './support.mjs';

const analytics = new platform.AnalyticsApi();
const integrations = new platform.IntegrationsApi();
const tokens = new platform.TokensApi();

test('401: after the token is revoked', async () => {
  assert.equal((await tokens.deleteTokensMe()).status, 204);
  assertError(await refusal(integrations.getIntegrationsActions({})), 401, 'bad.credentials');
  await connect(simulators.main);
  assert.equal((await integrations.getIntegrationsActions({})).status, 200);
});

test('403: a permission is missing', async () => {
  await simulators.main.control('faults', { route: '/api/v2/analytics/**', status: 403 });
  assertError(await refusal(analytics.postAnalyticsConversationsDetailsJobs({ interval })),
      403, 'not.authorized');
});

test('404: no such job, and no such action', async () => {
  assertError(await refusal(analytics.getAnalyticsConversationsDetailsJob(nowhere)),
      404, 'not.found');
  assertError(await refusal(integrations.getIntegrationsAction(nowhere, {})), 404, 'not.found');
});

test('429: the rate limit says when to come again', async () => {
  await simulators.main.control('rate-limit', { limit: 1 });
  await connect(simulators.main); // a token of its own
  const allowed = await integrations.getIntegrationsActions({});
  assert.equal(allowed.headers['inin-ratelimit-count'], '1');
  assert.equal(allowed.headers['inin-ratelimit-allowed'], '1');
  const answer = await refusal(integrations.getIntegrationsActions({}));
  await simulators.main.control('rate-limit', { limit: 0 });
  assertError(answer, 429, 'too.many.requests.retry.after');
  const seconds = Number(answer.headers['retry-after']);
  assert.ok(seconds >= 1 && seconds <= 60);
  assert.ok(answer.body.message.includes(`[${seconds}]`));
});

test('503: a gateway that is no API', async () => {
  await simulators.main.control('faults',
      { status: 503, body: '<html>down</html>', headers: { 'Content-Type': 'text/html' } });
  const answer = await refusal(integrations.getIntegrationsActions({}));
  assert.equal(answer.status, 503);
  assert.equal(answer.body, '<html>down</html>');
});
