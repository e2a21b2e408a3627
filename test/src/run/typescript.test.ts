import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { projectRoot } from '../../helpers/paths.js'
import { job, startExecutor } from '../../daemon/executor/start.js'

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript)

const taskSource =
  "import { twice } from './more.js'\nexport const count = (text: string): number => twice(text.length)\n"
const tasks = {
  'tasks.ts': taskSource.replace('./more.js', './more.mjs'),
  'more.mjs': 'export const twice = (n) => 2 * n\n',
  'package.json': '{"type":"module"}',
}

void t.test('a task module in TypeScript runs where Node strips types, and else says what to install', async (t) => {
  const folder = t.testdir(tasks)
  const executor = await startExecutor(t, { taskPaths: [folder] })
  executor.run(job('1', 'tasks.count', ['four']))
  const result = await executor.result('e-1')
  if (stripsTypes) {
    t.match(result, { outcome: 'ok', value: Buffer.from('8') })
    return
  }
  t.match(result, {
    outcome: 'error',
    error: { message: /tasks\.ts is TypeScript, which Node v\d.* does not run by itself.*"npm install tsx"/ },
  })
})

void t.test('tsx is used where the tasks see it', { skip: stripsTypes ? 'Node needs none' : false }, async (t) => {
  const folder = t.testdir(tasks)
  // What is called of tsx, standing in for it: the real one brings a binary with it.
  const tsx = join(folder, 'node_modules', 'tsx')
  mkdirSync(tsx, { recursive: true })
  const compiler = pathToFileURL(join(projectRoot, 'node_modules/typescript/lib/typescript.js')).href
  const files: Record<string, string> = {
    'package.json': '{"name":"tsx","type":"module","exports":{".":"./loader.js"}}',
    'loader.js': "import { register } from 'node:module'\nregister('./hooks.js', import.meta.url)\n",
    'hooks.js': [
      `import ts from ${JSON.stringify(compiler)}`,
      "import { readFileSync } from 'node:fs'",
      'export function load(url, context, next) {',
      "  if (!url.endsWith('.ts')) return next(url, context)",
      "  const { outputText: source } = ts.transpileModule(readFileSync(new URL(url), 'utf8'), {",
      "    compilerOptions: { module: 'esnext', target: 'es2022' },",
      '  })',
      "  return { format: 'module', source, shortCircuit: true }",
      '}',
    ].join('\n'),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tsx, name), text)
  const executor = await startExecutor(t, { taskPaths: [folder] })
  executor.run(job('1', 'tasks.count', ['four']))
  t.match(await executor.result('e-1'), { outcome: 'ok', value: Buffer.from('8') })
})

void t.test('what is compiled goes before its source', async (t) => {
  const folder = t.testdir({ ...tasks, 'tasks.mjs': "export const count = () => 'compiled'\n" })
  const executor = await startExecutor(t, { taskPaths: [folder] })
  executor.run(job('1', 'tasks.count', ['four']))
  t.match(await executor.result('e-1'), { outcome: 'ok', value: Buffer.from('"compiled"') })
})
