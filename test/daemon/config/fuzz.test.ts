import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { endings } from '../../../daemon/config/find-file.js'
import { loadSettings } from '../../../daemon/config/load-settings.js'
import { configure } from '../../../daemon/config/make-config.js'
import { addressParts, environmentName } from '../../../daemon/config/names.js'
import { optionKeys } from '../../../daemon/config/schema.js'
import { RqdError, coerceError } from '../../../src/errors.js'
import { fuzzRuns, oddTexts } from '../../helpers/fuzz.js'

const folder = mkdtempSync(join(tmpdir(), 'rqd-fuzz-'))
t.teardown(() => rmSync(folder, { recursive: true }))

async function load(file: string): Promise<void> {
  configure((await loadSettings({ flags: new Map(), configFile: file, environment: {}, folder })).settings)
}

/** Rejects with why the content is refused, which has to begin with the file. */
async function refusalOf(ending: string, content: string, name = 'refused'): Promise<void> {
  const file = join(folder, `${name}.${ending}`)
  writeFileSync(file, content)
  try {
    await load(file)
  } catch (thrown) {
    if (thrown instanceof RqdError && thrown.message.startsWith(file)) throw thrown
    throw new Error(`not as ours: ${String(thrown)}`, { cause: thrown })
  }
}

/** Load whatever is in the file: it is a configuration, or refused by name in one line. */
async function judge(ending: string, content: string | Uint8Array): Promise<void> {
  const file = join(folder, `fuzz.${ending}`)
  writeFileSync(file, content)
  try {
    configure((await loadSettings({ flags: new Map(), configFile: file, environment: {}, folder })).settings)
  } catch (thrown) {
    const { message } = coerceError(thrown)
    const isNamed = thrown instanceof RqdError && thrown.code === 'RQD_BAD_OPTION' && message.includes(file)
    if (!isNamed || message.includes('\n') || message.length > 1_000) throw thrown
  }
}

const ending = fc.constantFrom(...endings.filter((each) => !each.endsWith('js')))

t.test('no bytes crash the reader (W14)', async (t) => {
  await fc.assert(fc.asyncProperty(ending, fc.uint8Array({ maxLength: 200 }), judge), fuzzRuns(300))
  await fc.assert(fc.asyncProperty(ending, fc.string({ unit: 'binary', maxLength: 200 }), judge), fuzzRuns(300))
  t.pass('held')
})

t.test('no values crash the schema (W14)', async (t) => {
  const name = fc.constantFrom(...optionKeys, ...addressParts, '__proto__', 'constructor')
  const values = fc.dictionary(fc.oneof(name, fc.string()), fc.jsonValue(), { maxKeys: 4 })
  await fc.assert(
    fc.asyncProperty(values, (each) => judge('json', JSON.stringify(each))),
    fuzzRuns(400),
  )
  t.pass('held')
})

t.test('no depth crashes the reader (W14)', async (t) => {
  for (const depth of [100, 10_000]) {
    await judge('json', '['.repeat(depth))
    await judge('json', `{"queues":${'['.repeat(depth)}${']'.repeat(depth)}}`)
    await judge('yaml', `queues: ${'['.repeat(depth)}${']'.repeat(depth)}`)
    await judge('toml', `queues = ${'['.repeat(depth)}${']'.repeat(depth)}`)
  }
  t.pass('held')
})

const whole: Record<string, string> = {
  json: '{"queues": ["high", "low"], "REDIS_URL": "redis://h/1", "results-ttl": "1h", "weights": {"high": 2}, "cron": [{"name": "a", "func": "m.f", "schedule": "* * * * *", "args": [1]}]}',
  yaml: 'queues: [high, low]\nREDIS_URL: redis://h/1\nresults-ttl: 1h\nSENTINEL:\n  INSTANCES: [[a, 1]]\ncron:\n  - name: a\n    func: m.f\n    interval: 5\n    args: &x [1]\n    kwargs: {y: *x}\n',
  toml: 'queues = ["high", "low"]\nREDIS_URL = "redis://h/1"\nresults_ttl = "1h"\n[weights]\nhigh = 2\n[[cron]]\nname = "a"\nfunc = "m.f"\ninterval = 5\n',
}

t.test('C12 no file that was cut off or damaged crashes the reader', async (t) => {
  for (const [ending, text] of Object.entries(whole)) {
    for (let length = 0; length <= text.length; length += 3) await judge(ending, text.slice(0, length))
    const damage = fc.array(fc.tuple(fc.nat(text.length), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = Buffer.from(text)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        await judge(ending, bytes)
      }),
      fuzzRuns(150),
    )
  }
  t.pass('held')
})

t.test('C12 a file that is made to exhaust its reader is refused with the line where it can be told', async (t) => {
  const lol = ['a: &a [x,x,x,x,x,x,x,x,x]']
  for (let i = 0; i < 8; i++)
    lol.push(
      `b${i}: &b${i} [${Array(9)
        .fill(i === 0 ? '*a' : `*b${i - 1}`)
        .join(',')}]`,
    )
  const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}`)
  const cases: [string, string, RegExp][] = [
    ['json', `{"queues":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /nested more than 50 deep/],
    ['yaml', `name: a\nqueues: ${'['.repeat(200_000)}`, /line 2 is nested more than 50 deep/],
    ['yaml', `queues: ${'{a: '.repeat(60_000)}`, /line 1 is nested more than 50 deep/],
    ['yaml', `queues:\n  ${'- '.repeat(100_000)}`, /line 2 is nested more than 50 deep/],
    ['yaml', lol.join('\n'), /Excessive alias count/],
    ['yaml', 'weights: &a\n  x: *a\n', /holds itself/],
    ['yaml', 'queues: [a]\nqueues: [b]\n', /line 2 is no YAML: Map keys must be unique/],
    ['yaml', 'weights:\n  a: 1\n  a: 2\n', /line 3 is no YAML: Map keys must be unique/],
    ['yaml', keys.map((key) => `${key}: 1`).join('\n'), /line 1: k0 is no option/],
    ['json', JSON.stringify(Object.fromEntries(keys.map((key) => [key, 1]))), /line 1: k0 is no option/],
    ['json', JSON.stringify({ name: 'x'.repeat(300_000) }), /has 300011 bytes; expected at most 262144/],
    ['json', '{"pid": "a\\u0000b"}', /line 1: pid is .*without control characters/],
  ]
  for (const [ending, content, message] of cases) {
    const refusal = await refusalOf(ending, content).then(
      () => 'accepted',
      (thrown: unknown) => coerceError(thrown).message,
    )
    t.match(refusal, message)
  }
})

t.test('C12 a program that misbehaves is refused by name (W14)', async (t) => {
  const cases: [string, RegExp][] = [
    ['throw new Error("boom")', /does not load: boom/],
    ['throw null', /does not load: a value that is no Error was thrown: null/],
    ['export default {', /does not load/],
    ['export default { get queues() { throw new Error("boo") } }', /does not load: boo/],
    ['export default { weights: { get a() { throw new Error("boo") } } }', /does not load: boo/],
    ['export default new Proxy({}, { ownKeys() { throw new Error("trap") } })', /does not load: trap/],
    ['export default { queues: new Proxy([], { get() { throw new Error("trap") } }) }', /does not load: trap/],
    ['const a = { }; a.x = a; export default { weights: a }', /does not load: .*holds itself/],
    ['export default new Map([["queues", ["a"]]])', /expected options by name/],
    ['export default new Date()', /expected options by name/],
    ['export default () => ({})', /holds a function; expected options by name/],
    ['export default { executors: 10n }', /executors is .*: expected a whole number/],
    ['export default { executors: Symbol("x") }', /executors is Symbol\(x\)/],
    ['export default { queues: { toJSON() { throw 1 } } }', /queues is .*expected a list of queues/],
    ['export const constructor = 1', /constructor is no option/],
  ]
  // A module is loaded once: each has a file of its own.
  let files = 0
  for (const [content, message] of cases) {
    files += 1
    await t.rejects(refusalOf('mjs', content, `program-${files}`), { message })
  }
})

t.test('C12 what is no file, or may not be read, is refused by name', async (t) => {
  mkdirSync(join(folder, 'folder.json'))
  execFileSync('mkfifo', [join(folder, 'pipe.yaml')])
  await t.rejects(load('folder.json'), { code: 'RQD_BAD_OPTION', message: /folder\.json is a folder/ })
  await t.rejects(load('pipe.yaml'), { code: 'RQD_BAD_OPTION', message: /pipe\.yaml is no regular file/ })
  await t.rejects(load('/dev/null.json'), { code: 'RQD_BAD_OPTION', message: /\/dev\/null\.json cannot be read/ })
  // Root reads everything.
  if (process.getuid?.() !== 0) {
    writeFileSync(join(folder, 'closed.toml'), '')
    chmodSync(join(folder, 'closed.toml'), 0)
    await t.rejects(load('closed.toml'), { code: 'RQD_BAD_OPTION', message: /closed\.toml cannot be read: EACCES/ })
  }
})

t.test('C12 nothing in the environment crashes the reader, or is believed for its name alone', async (t) => {
  const name = fc.oneof(
    fc.constantFrom(...optionKeys.map(environmentName), 'RQD_', 'RQD___PROTO__', 'RQD_CONSTRUCTOR', 'REDIS_PORT'),
    fc.string({ maxLength: 10 }).map((text) => `RQD_${text}`),
  )
  const value = fc.oneof(fc.constantFrom(...oddTexts), fc.string({ unit: 'binary', maxLength: 20 }))
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 4 }), async (environment) => {
      const { RQD_CONFIG: _, ...rest } = environment
      try {
        configure((await loadSettings({ flags: new Map(), configFile: undefined, environment: rest, folder })).settings)
      } catch (thrown) {
        if (!(thrown instanceof RqdError) || thrown.code !== 'RQD_BAD_OPTION') throw thrown
        if (!Object.keys(rest).some((each) => thrown.message.includes(each))) throw thrown
      }
    }),
    fuzzRuns(400),
  )
  t.pass('held')
})
