#!/usr/bin/env node
// permissions_docs.mjs [--check]: writes docs/permissions.md from what the server
// knows of the calls of the Genesys Cloud API, server/genesys/permissions.json,
// and from its job kinds, or says whether it is as they are.
import { readFileSync, writeFileSync } from 'node:fs';

process.chdir(new URL('..', import.meta.url).pathname);
const written = 'docs/permissions.md';
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const { calls } = readJson('server/genesys/permissions.json');
// A kind with `each` is one for each of its values, which stands for its `*`.
const kinds = readJson('server/genesys/kinds/job_kinds.json').kinds.flatMap((kind) =>
    (kind.each ?? ['']).map((value) => JSON.parse(JSON.stringify(kind).replaceAll('*', value))));

// Which calls an RPC makes, by what it is asked for. Those of jobs that are made
// later (status, results, cancel) are in the table of the kinds.
const actions = '/api/v2/integrations/actions';
const flowActions = '/api/v2/flows/{flowId}/dataactions/{dataActionId}';
const conversations = '/api/v2/analytics/conversations/details';
const rpcs = [
  ['SubmitAction', 'ASYNC', `POST ${actions}/{actionId}/execute`, `GET ${actions}/{actionId}/executions/{executionId}`],
  ['', 'DIRECT', `POST ${actions}/{actionId}/execute`],
  ['', 'by name', `GET ${actions}`],
  ['SubmitConversationQuery', 'QUERY', `POST ${conversations}/query`, `GET ${conversations}/query/{jobId}`],
  ['', 'JOBS', `POST ${conversations}/jobs`, `GET ${conversations}/jobs/{jobId}`],
  ['', 'when_data_is_available', `GET ${conversations}/jobs/availability`],
  ['ReadResults', 'of a QUERY', `GET ${conversations}/query/{jobId}`],
  ['', 'of JOBS', `GET ${conversations}/jobs/{jobId}/results`],
  ['CancelJob', 'of JOBS', `DELETE ${conversations}/jobs/{jobId}`],
  ['ListConversationViews', '', `GET ${conversations}/views`],
  ['ListActions', 'integration actions', `GET ${actions}`],
  ['', 'actions of flows', 'GET /api/v2/flows/dataactions'],
  ['GetActionTimeout', 'an integration action', `GET ${actions}/{actionId}`],
  ['', 'an action of a flow', `GET ${flowActions}`],
  ['UpdateActionTimeout', 'an integration action', `GET ${actions}/{actionId}`, `PATCH ${actions}/{actionId}`],
  ['', 'an action of a flow', `GET ${flowActions}`, `PUT ${flowActions}`],
];

// Names of ids do not matter.
const shapeOf = (call) => call.replace(/\{\w+\}/g, '{}');
const facts = new Map(Object.entries(calls).map(([call, known]) => [shapeOf(call), known]));
const factsOf = (call) => facts.get(shapeOf(call)) ?? {};

const code = (text) => `\`${text}\``;
const permissionsOf = (call) => {
  const { any_of: any, all_of: all } = factsOf(call);
  return (any ?? all ?? []).map(code).join(all ? ' and ' : ' or ');
};
const unique = (values) => [...new Set(values)].filter((value) => value);

const lines = [];
const write = (...more) => lines.push(...more, '');
const table = (header, rows) => {
  lines.push(`| ${header.join(' | ')} |`, `|${' --- |'.repeat(header.length)}`);
  for (const row of rows) lines.push(`| ${row.join(' | ')} |`);
  lines.push('');
};

write('<!-- Written by `./dev docs` from server/genesys/permissions.json and the job kinds; change those. -->');
write('# Permissions');
write(
    'What the OAuth client of the server needs at Genesys Cloud. A client of the grant type Client Credentials has permissions through its',
    'roles (Admin > Integrations > OAuth > the client > Roles), and a role is given for divisions: an object in a division that no role',
    'covers does not exist for the client. Whoever sets `GENESYS_SCOPES` limits the token further. A change of roles counts from the next',
    'token.');
write(
    'Nobody has to look here first: an error with the reason [GENESYS_FORBIDDEN](errors.md#genesys_forbidden) names the permissions of the',
    'call that was refused, in its `permissions` metadata (`permissions_needed`: `any` of them or `all`), and `gcjobsd check` compares what',
    'the client has with what is listed here.');

write('## RPCs');
write('The permissions as the official API documents them; the scope as public guides name it. Calls that the official API does not have, or',
    'that ask for nothing, have none.');
table(['RPC', 'for', 'calls', 'permissions', 'scope in the guides'], rpcs.map(([name, what, ...made]) => [
  name, what, made.map(code).join('<br>'), unique(made.map(permissionsOf)).join('; '),
  unique(made.map((call) => factsOf(call).scope)).map(code).join(', '),
]));

write('## Scopes of the guides');
table(['scope', 'what it is for', 'permission'], [
  ['`analytics:query:read`, `analytics:conversation:details:view`', 'conversation queries', permissionsOf(`POST ${conversations}/query`)],
  ['`integrations:action:execute`', 'running a data action', permissionsOf(`POST ${actions}/{actionId}/execute`)],
  ['`flow:flow:read`, `flow:flow:write`', 'reading and writing the data actions of a flow', 'the official API has no such calls'],
  ['`customobjects:instance:read`', 'data actions that read custom objects', 'of the action itself; gcjobs calls nothing that needs it'],
  ['`organization:read`', 'asking which organisation a token is of', 'none'],
]);

write('## Job kinds');
write('What SubmitJob, the polls, ReadResults and CancelJob need for each kind. Where one cell stands for several calls, they need the same.');
table(['kind', 'permissions'], kinds.map((kind) => {
  const made = {
    submit: kind.submit.call,
    status: kind.status.call,
    'second phase': kind.second_phase?.call,
    results: kind.results?.call,
    cancel: kind.cancel?.call,
  };
  const users = new Map();  // permissions: the calls that need them
  for (const [name, call] of Object.entries(made)) {
    if (!call) continue;
    const needed = permissionsOf(call) || (factsOf(call).scope ? `scope ${code(factsOf(call).scope)}` : 'none');
    users.set(needed, [...(users.get(needed) ?? []), name]);
  }
  const cell = users.size === 1 ? [...users.keys()][0]
    : [...users].map(([needed, names]) => `${names.join(', ')}: ${needed}`).join('<br>');
  return [code(kind.kind), cell];
}));

const page = lines.join('\n');
if (process.argv[2] !== '--check') {
  writeFileSync(written, page);
} else if (page !== readFileSync(written, 'utf8')) {
  console.error(`${written} is not what server/genesys/permissions.json and the job kinds say`);
  process.exit(1);
}
