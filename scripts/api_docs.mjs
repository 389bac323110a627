// Writes the API's reference as Markdown, from the comments in the protos.
//
//   buf build --as-file-descriptor-set -o -#format=json | node api_docs.mjs PACKAGE
import { readFileSync } from 'node:fs';

const packageName = process.argv[2];
const files = JSON.parse(readFileSync(0, 'utf8')).file
    .filter((file) => file.package === packageName);

// Field numbers within descriptors, which comments are found by.
const FILE = { message: 4, enum: 5, service: 6, syntax: 12 };
const MESSAGE = { field: 2, nested: 3, enum: 4, oneof: 8 };
const METHOD = 2;
const ENUM_VALUE = 2;

const lines = [];
const write = (...more) => lines.push(...more, '');

// The comments of a file, by the path of what they are about.
function commentsOf(file) {
  const comments = new Map();
  for (const { path = [], leadingComments, trailingComments } of file.sourceCodeInfo.location) {
    const text = leadingComments ?? trailingComments;
    if (text) comments.set(path.join('.'), text.replace(/^ /gm, '').trim());
  }
  return (...path) => comments.get(path.join('.')) ?? '';
}

// A comment as one cell of a table.
const cell = (text) => text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');

const shortName = (name) => name.replace(`.${packageName}.`, '').replace(/^\./, '');
const anchor = (name) => name.toLowerCase().replace(/[^a-z0-9_-]/g, '');

function linked(typeName) {
  const name = shortName(typeName);
  return typeName.startsWith(`.${packageName}.`) ? `[${name}](#${anchor(name)})` : name;
}

function plainType(field) {
  return field.typeName ? linked(field.typeName) : field.type.replace('TYPE_', '').toLowerCase();
}

function typeOf(field, message) {
  const entry = (message.nestedType ?? []).find((nested) =>
    nested.options?.mapEntry && field.typeName?.endsWith(`.${message.name}.${nested.name}`));
  if (entry) {
    return `map of ${entry.field.map((part) => plainType(part)).join(' to ')}`;
  }
  const type = plainType(field);
  if (field.label === 'LABEL_REPEATED') return `repeated ${type}`;
  if (field.proto3Optional) return `optional ${type}`;
  if (field.oneofIndex !== undefined) {
    return `${type}, in ${message.oneofDecl[field.oneofIndex].name}`;
  }
  return type;
}

function writeService(service, comment, path) {
  write(`### ${service.name}`);
  write(comment(...path));
  service.method.forEach((method, i) => {
    const answer = `${method.serverStreaming ? 'stream ' : ''}${linked(method.outputType)}`;
    write(`#### ${method.name}`);
    write(`${linked(method.inputType)} → ${answer}`);
    write(comment(...path, METHOD, i));
  });
}

function writeMessage(message, comment, path) {
  write(`#### ${message.name}`);
  write(comment(...path));
  (message.oneofDecl ?? []).forEach((oneof, i) => {
    const text = comment(...path, MESSAGE.oneof, i);
    if (text) write(`One of \`${oneof.name}\`: ${text}`);
  });
  if (!message.field) return;
  lines.push('| field | type | |', '| --- | --- | --- |');
  message.field.forEach((field, i) => {
    const text = cell(comment(...path, MESSAGE.field, i));
    lines.push(`| \`${field.name}\` | ${typeOf(field, message)} | ${text} |`);
  });
  lines.push('');
}

function writeEnum(type, comment, path) {
  write(`#### ${type.name}`);
  write(comment(...path));
  lines.push('| value | | |', '| --- | --- | --- |');
  type.value.forEach((value, i) => {
    const text = cell(comment(...path, ENUM_VALUE, i));
    lines.push(`| \`${value.name}\` | ${value.number ?? 0} | ${text} |`);
  });
  lines.push('');
}

function writeFile(file) {
  const comment = commentsOf(file);
  const has = (list) => (list ?? []).map((item, i) => [item, i]);
  write(`## ${file.name}`);
  write(comment(FILE.syntax));
  for (const [service, i] of has(file.service)) writeService(service, comment, [FILE.service, i]);
  if (file.messageType) write('### Messages');
  for (const [message, i] of has(file.messageType)) {
    writeMessage(message, comment, [FILE.message, i]);
  }
  if (file.enumType) write('### Enums');
  for (const [type, i] of has(file.enumType)) writeEnum(type, comment, [FILE.enum, i]);
}

function writeContents(service) {
  const methods = service.method.map(({ name }) => `[${name}](#${anchor(name)})`);
  write(`[${service.name}](#${anchor(service.name)}): ${methods.join(', ')}.`);
}

write('<!-- Written by `./dev docs` from the comments in proto/; change those. -->');
write(`# ${packageName}`);
// Those with services first: what a reader looks for.
files.sort((a, b) => !!b.service - !!a.service || b.name.localeCompare(a.name));
files.flatMap((file) => file.service ?? []).forEach(writeContents);
files.forEach(writeFile);
process.stdout.write(`${lines.join('\n').trim()}\n`);
