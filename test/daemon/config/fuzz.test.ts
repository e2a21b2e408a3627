import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { endings } from '../../../daemon/config/find-file.js'
import { loadSettings } from '../../../daemon/config/load-settings.js'
import { configure } from '../../../daemon/config/make-config.js'
import { addressParts } from '../../../daemon/config/names.js'
import { optionKeys } from '../../../daemon/config/schema.js'
import { RqdError, coerceError } from '../../../src/errors.js'

const folder = mkdtempSync(join(tmpdir(), 'rqd-fuzz-'))
t.teardown(() => rmSync(folder, { recursive: true }))

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
  await fc.assert(fc.asyncProperty(ending, fc.uint8Array({ maxLength: 200 }), judge), { numRuns: 300 })
  await fc.assert(fc.asyncProperty(ending, fc.string({ unit: 'binary', maxLength: 200 }), judge), { numRuns: 300 })
  t.pass('held')
})

t.test('no values crash the schema (W14)', async (t) => {
  const name = fc.constantFrom(...optionKeys, ...addressParts, '__proto__', 'constructor')
  const values = fc.dictionary(fc.oneof(name, fc.string()), fc.jsonValue(), { maxKeys: 4 })
  await fc.assert(
    fc.asyncProperty(values, (each) => judge('json', JSON.stringify(each))),
    { numRuns: 400 },
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
