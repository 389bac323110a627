// The snippets of the documentation, taken from the pages themselves.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// Of Markdown: fenced blocks (`language` as written) and blocks that are indented
// by four. `heading`: the last one above.
export function snippetsOfMarkdown(page, text) {
  const snippets = [];
  const lines = text.split('\n');
  let heading = '';
  let above = '';
  for (let i = 0; i < lines.length; ++i) {
    const fence = lines[i].match(/^```(.*)$/);
    const start = i + 1;
    if (fence) {
      const block = [];
      while (lines[++i] !== '```') {
        if (i >= lines.length) throw new Error(`${page}:${start}: the fence has no end`);
        block.push(lines[i]);
      }
      snippets.push({ page, line: start, heading, language: fence[1], text: block.join('\n') });
    } else if (lines[i].startsWith('    ') && above === '') {
      const block = [];
      for (; i < lines.length && (lines[i].startsWith('    ') || lines[i] === ''); ++i) {
        block.push(lines[i].slice(4));
      }
      --i;
      snippets.push({ page, line: start, heading, language: '', text: block.join('\n').trimEnd() });
    } else if (lines[i].startsWith('#')) {
      heading = lines[i].replace(/^#+ */, '');
    }
    above = lines[i];
  }
  return snippets;
}

// Of a program's help: what stands below "Examples", each block of commands on its
// own. Text that is not indented ends them.
export function snippetsOfHelp(page, text) {
  const [, examples] = text.match(/^Examples:?\n((?: .*\n?|\n)*)/m) ?? [];
  if (!examples) throw new Error(`${page} has no examples`);
  // gcjobsd's are a level deeper, below a line that says what they do; what follows
  // "with" is the file that the command reads.
  const nested = /^ {2}[^ ].*:$/m.test(examples) && /^ {4}/m.test(examples);
  const blocks = nested
    ? [...examples.matchAll(/(?:^ {4}.*\n?)+/gm)].map(([block]) => block.replace(/^ {4}/gm, ''))
    : examples.replace(/^ {2}/gm, '').split(/\n\n+/);
  return blocks.map((block) => block.trimEnd()).filter((block) => block !== '')
    .map((block, i) => ({ page, line: i + 1, heading: 'Examples', language: '', text: block }));
}

function markdownBelow(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownBelow(root, path);
    return path.endsWith('.md') ? [path] : [];
  });
}

export function allOfMarkdown(root) {
  return ['README.md', 'CONTRIBUTING.md', ...markdownBelow(root, 'docs').sort()]
    .flatMap((page) => snippetsOfMarkdown(page, readFileSync(join(root, page), 'utf8')));
}

// `gcjobs --help` lists all commands; a group such as `submit` has a help, too.
export function allOfHelp(bin) {
  const help = (program, words) =>
    execFileSync(join(bin, program), [...words, '--help'], { encoding: 'utf8' });
  const [, list] = help('gcjobs', []).match(/^Commands:\n((?: .*\n)+)/m);
  const commands = list.split('\n').filter((line) => /^ {2}[a-z]/.test(line))
    .map((line) => line.trim().split(/ {2,}/)[0].split(' '));
  const groups = commands.flatMap((words) => words.slice(0, -1).map((_, i) => words.slice(0, i + 1)));
  const names = [...new Set(['', ...[...commands, ...groups].map((words) => words.join(' '))])];
  return [
    ...names.map((name) => ['gcjobs', name.split(' ').filter(Boolean)]),
    ['gcjobsd', []], ['gcjobs-sim', []],
  ].flatMap(([program, words]) =>
    snippetsOfHelp([program, ...words, '--help'].join(' '), help(program, words)));
}
