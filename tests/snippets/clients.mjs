// The fragments of the pages on clients, docs/clients/*.md: each goes into its place
// of a program (clients/), whose stubs are made as the page says.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

// Debian's jars, as tests/polyglot/java/make.sh has them.
const javaClassPath = `$(sed -n '/^for jar in/,/; do$/p' "$POLYGLOT/java/make.sh" | tr -d '\\\\' |
  sed 's/^for jar in//; s/; do$//' | { read -rd '' names || true; eval echo $names; } |
  tr ' ' '\\n' | sed 's|.*|/usr/share/java/&.jar|' | paste -sd:)`;

// By language: the page, the program and what it needs beside it, whether the
// toolchain is there, and how the program is compiled and run.
const LANGUAGES = {
  node: { page: 'node', program: 'node.mjs', needs: ['resume.mjs'], tools: 'node --version',
    run: 'node node.mjs' },
  python: { page: 'python', program: 'python.py', needs: ['resume.py'],
    tools: 'command -v grpc_python_plugin && /usr/bin/python3 -c "import grpc"',
    run: 'PYTHONPATH="$OUT" /usr/bin/python3 python.py' },
  ruby: { page: 'ruby', program: 'ruby.rb', needs: ['resume.rb'],
    tools: 'command -v grpc_ruby_plugin && /usr/bin/ruby -e "require \'grpc\'"',
    run: '/usr/bin/ruby -I "$OUT" ruby.rb' },
  go: { page: 'go', program: 'go.go', needs: ['resume.go'],
    tools: 'command -v go protoc-gen-go protoc-gen-go-grpc && ls /usr/share/gocode/src/google.golang.org/grpc',
    run: './example' },
  java: { page: 'java', program: 'Snippets.java', needs: ['ErrorDetails.java', 'ResumingStream.java'],
    tools: 'command -v javac grpc_java_plugin && ls /usr/share/java/grpc-core.jar',
    run: `jars=${javaClassPath}; find "$OUT" -name '*.java' >sources
      javac -nowarn -proc:none -d classes -cp "$jars" @sources *.java
      java -cp "classes:$jars" Snippets` },
  cpp: { page: 'cpp', program: 'cpp.cc.in', needs: ['resume.h'],
    tools: 'command -v c++ protoc grpc_cpp_plugin',
    run: 'c++ -std=c++17 -fsyntax-only -I "$OUT" -I . -x c++ cpp.cc.in && echo compiled #' },
};

// What the program of a language printed; made and run once.
const programs = new Map();

function sectionsOf(language, snippets) {
  const page = `docs/clients/${LANGUAGES[language].page}.md`;
  return Object.fromEntries(snippets.filter((one) => one.page === page && one.language !== 'sh')
    .map(({ heading, text }) => [heading, text]));
}

function fill(program, sections) {
  return program.replace(/^([ \t]*)@(\w+)(?::(\d))?@$/gm, (_, indent, heading, line) => {
    const text = sections[heading];
    const lines = line === undefined ? text.split('\n') : [text.split('\n')[line - 1]];
    return lines.map((one) => (one === '' ? '' : indent + one)).join('\n');
  });
}

function make(world, language, snippets) {
  const { page, program, needs, tools, run } = LANGUAGES[language];
  try { world.run(tools); } catch { return { missing: `the toolchain of ${language}` }; }
  const folder = join(world.work, language);
  const out = join(folder, 'out');
  const polyglot = join(world.root, 'tests/polyglot');
  // Go's page builds the program with its stubs.
  const source = language === 'go' ? join(out, 'src/example') : folder;
  for (const dir of [out, source]) mkdirSync(dir, { recursive: true });
  for (const name of needs) cpSync(join(polyglot, language, name), join(source, name));
  writeFileSync(join(source, program),
    fill(readFileSync(join(here, 'clients', program), 'utf8'), sectionsOf(language, snippets)));
  symlinkSync(join(world.root, 'proto'), join(folder, 'proto'));
  if (language === 'node') symlinkSync(join(world.work, 'node_modules'), join(folder, 'node_modules'));
  const env = { OUT: out, POLYGLOT: polyglot, GOCACHE: join(world.work, 'go-cache') };
  const stubs = snippets.filter((one) => one.page === `docs/clients/${page}.md` && one.language === 'sh');
  for (const { text } of stubs) world.run(`cd ${folder}\n${text}`, env);
  return { output: world.run(
    `cd ${folder}\n${run} ${world.server.address} ${world.ended} ${world.query}`, env) };
}

// Runs the program that the snippet is a part of.
export function runClient(world, language, snippets) {
  if (!programs.has(language)) {
    programs.set(language, { error: new Error('an earlier snippet of the page failed') });
    programs.set(language, make(world, language, snippets));
  }
  const { error, missing, output } = programs.get(language);
  if (error) throw error;
  if (missing) return { missing };
  if (language === 'cpp') return assert.match(output, /compiled/);
  assert.match(output, /SUCCEEDED|\b4\b/);
  return language === 'java' ? undefined : assert.match(output, /JOB_NOT_FOUND gcjobs nobody/);
}
