// Login, and data actions: list, read, change, run.
import assert from 'node:assert/strict';
import test from 'node:test';

import platform from 'purecloud-platform-client-v2';

import {
  assertError, clientId, connect, lastAnswer, nowhere, refusal, simulators,
} from './support.mjs';

const lookUp = 'custom_-_00000000-0000-4000-8000-000000000001';
const declines = 'custom_-_00000000-0000-4000-8000-000000000002';

const integrations = new platform.IntegrationsApi();
const tokens = new platform.TokensApi();

test('login: a wrong secret is an OAuth error', async () => {
  const error = await refusal(connect(simulators.main, 'wrong'));
  assert.ok([400, 401].includes(error.response.status));
  assert.equal(error.response.data.error, 'invalid_client');
  assert.equal(error.response.data.error_description, 'authentication failed');
});

test('login: the right secret gives a token that works', async () => {
  const login = await connect(simulators.main);
  assert.ok(login.accessToken);
  assert.ok(login.tokenExpiryTime > Date.now());
  const { body } = await tokens.getTokensMe();
  assert.equal(body.OAuthClient.id, clientId);
  assert.ok(body.organization.id && body.homeOrganization.id);
  assert.equal((await tokens.headTokensMe()).status, 200);
});

test('actions: all pages of the list hold every action once', async () => {
  const ids = new Set();
  let page = 0;
  let body;
  do {
    ({ body } = await integrations.getIntegrationsActions({ pageSize: 10, pageNumber: ++page }));
    assert.equal(body.pageNumber, page);
    assert.equal(body.pageSize, 10);
    assert.ok(body.firstUri && body.lastUri && body.selfUri);
    assert.equal(Boolean(body.nextUri), page < body.pageCount);
    for (const action of body.entities) ids.add(action.id);
  } while (page < body.pageCount);
  assert.ok(page > 1);
  assert.equal(ids.size, body.total);
  const beyond = await integrations.getIntegrationsActions({ pageSize: 10, pageNumber: page + 1 });
  assert.deepEqual(beyond.body.entities, []);
});

test('actions: the list is filtered by name, category and ids, and sorted', async () => {
  const list = async (opts) => (await integrations.getIntegrationsActions(opts)).body.entities;
  assert.deepEqual((await list({ name: 'look up cust' })).map((action) => action.id), [lookUp]);
  const demo = await list({ category: 'Demo Data Actions', sortBy: 'name', sortOrder: 'DESC' });
  const names = demo.map((action) => action.name);
  assert.ok(names.length > 2);
  assert.deepEqual(names, [...names].sort().reverse());
  assert.equal((await list({ ids: `${lookUp},${declines}` })).length, 2);
});

test('actions: get shows config, contract and flattened schemas on request', async () => {
  const get = async (opts) => (await integrations.getIntegrationsAction(lookUp, opts)).body;
  const plain = await get({});
  assert.equal(plain.config, undefined);
  assert.equal(plain.contract, undefined);
  const whole = await get({ includeConfig: true, expand: 'contract' });
  assert.ok(whole.config.timeoutSeconds >= 1 && whole.config.timeoutSeconds <= 60);
  assert.ok(whole.config.request.requestUrlTemplate);
  assert.ok(whole.contract.input.inputSchema && whole.contract.output.successSchema);
  const flat = await get({ expand: 'contract', flatten: true });
  assert.ok(flat.contract.input.inputSchemaFlattened);
  assert.equal(flat.contract.input.inputSchema, undefined);
});

test('actions: patch with the current version raises it', async () => {
  const { body } = await integrations.getIntegrationsAction(lookUp, { includeConfig: true });
  const { body: patched } = await integrations.patchIntegrationsAction(lookUp,
      { version: body.version, config: { ...body.config, timeoutSeconds: 17 } });
  assert.equal(patched.version, body.version + 1);
  const read = await integrations.getIntegrationsAction(lookUp, { includeConfig: true });
  assert.equal(read.body.config.timeoutSeconds, 17);
  assert.deepEqual(read.body.config.request, body.config.request);
});

test('actions: patch with a stale version is a conflict, as 409 or as 400', async () => {
  const patch = () => refusal(
      integrations.patchIntegrationsAction(lookUp, { version: 99, name: 'Other' }));
  assertError(await patch(), 409, 'general.conflict');
  await connect(simulators.lenient);
  const answer = await patch();
  await connect(simulators.main);
  assertError(answer, 400, 'bad.request');
  assert.match(answer.body.message, /does not match the current version/);
});

test('actions: execute answers the result byte for byte', async () => {
  const text = '{"id":"n","balance":{"amount":[1,2]},"name":"Zoë"}';
  const answer = await integrations.postIntegrationsActionExecute(lookUp,
      { $sim: { duration: '0s', result: JSON.parse(text) }, customer: 7 }, { flatten: false });
  assert.equal(answer.status, 200);
  assert.equal(lastAnswer(), text);
  // Without a directive the result is made up, with numbers that JavaScript loses.
  await integrations.postIntegrationsActionExecute(lookUp, { $sim: { duration: '0s' } });
  assert.match(lastAnswer(), /"balance":1\.10,/);
  assert.match(lastAnswer(), /"customerId":900719925474\d{4},/);
});

test('actions: execute of an action that fails, and of none', async () => {
  const failed = await refusal(integrations.postIntegrationsActionExecute(declines,
      { $sim: { duration: '0s', message: 'Card declined.' } }));
  assertError(failed, 400, 'bad.request');
  assert.equal(failed.body.message, 'Card declined.');
  assertError(await refusal(integrations.postIntegrationsActionExecute(nowhere, {})),
      404, 'not.found');
});

test('actions: test answers 200 whatever the action does', async () => {
  const good = await integrations.postIntegrationsActionTest(lookUp, { $sim: { duration: '0s' } });
  assert.equal(good.body.success, true);
  assert.ok(good.body.finalResult);
  const bad = await integrations.postIntegrationsActionTest(declines, { $sim: { duration: '0s' } });
  assert.equal(bad.status, 200);
  assert.equal(bad.body.success, false);
  assert.equal(bad.body.operations.at(-1).error.status, 400);
});
