import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { program } from '../../daemon/cli/rqd.js'
import { loadSettings } from '../../daemon/config/load-settings.js'
import { configure, makeConfig } from '../../daemon/config/make-config.js'
import { environmentName, fileName, optionKey } from '../../daemon/config/names.js'
import { optionKeys } from '../../daemon/config/schema.js'
import { formatFields } from '../../daemon/log/python-format.js'
import { projectRoot } from '../helpers/paths.js'

/** Defaults that depend on the machine, or are no value: the page says them in words. */
const inWords = ['sentinel', 'path', 'executors', 'dateFormat']
/** Flags that stand for an option of another name. */
const standFor: Record<string, string> = {
  verbose: 'logLevel',
  quiet: 'logLevel',
  disableDefaultExceptionHandler: 'defaultExceptionHandler',
}
/** None can be written in one text. */
const notInEnvironment = ['sentinel', 'weights', 'cron']

const text = await readFile(join(projectRoot, 'docs/configuration.md'), 'utf8')
const rows = new Map(
  [...text.matchAll(/^\| `([a-z-]+)` \|(.*)\|$/gm)]
    .filter(([, name = '']) => optionKeys.includes(optionKey(name)))
    .map(([, name = '', rest = '']) => [name, rest.split(' | ').map((cell) => cell.trim())] as const),
)

/** The flags of each option, as the command line has them. */
const flags = new Map<string, string[]>()
const nowhere = new PassThrough()
for (const option of program({ stdout: nowhere, stderr: nowhere, env: {} }).options) {
  const name = option.attributeName()
  const key = standFor[name] ?? optionKey(name)
  const both = [option.short, option.long].filter((flag) => typeof flag === 'string')
  flags.set(key, [...(flags.get(key) ?? []), ...both])
}

t.test('docs/configuration.md has a row for each option and for nothing else', async (t) => {
  t.same([...rows.keys()], optionKeys.map(fileName))
})

for (const key of optionKeys) {
  t.test(`docs/configuration.md says of ${key} what is so: flags, variable, default`, async (t) => {
    const [flag = '', variable = '', , fallback = ''] = rows.get(fileName(key)) ?? []
    const expected = key === 'queues' ? ['[queue...]'] : (flags.get(key) ?? [])
    t.same([...flag.matchAll(/`([^`]+)`/g)].map(([, one]) => one).sort(), [...expected].sort())
    t.equal(variable, notInEnvironment.includes(key) ? '–' : `\`${environmentName(key)}\``)
    if (inWords.includes(key)) return
    const value = (makeConfig({}) as Record<string, unknown>)[key]
    const isNone = value === undefined || (typeof value === 'object' && Object.keys(value!).length === 0)
    if (isNone) t.notMatch(fallback, '`', 'there is no default to show')
    else t.equal(fallback, `\`${String(value)}\``)
  })
}

for (const [, language = '', example = ''] of text.matchAll(/^```(yaml|toml|js)\n([^]*?)^```$/gm)) {
  t.test(
    `the example in ${language} of docs/configuration.md is a configuration: ${example.slice(0, 40)}`,
    async (t) => {
      const folder = t.testdir({})
      const configFile = join(folder, `example.${language === 'js' ? 'mjs' : language}`)
      await writeFile(configFile, example)
      const { settings } = await loadSettings({ flags: new Map(), configFile, environment: {}, folder })
      t.same(configure(settings).warnings, [])
    },
  )
}

t.test("docs/configuration.md lists the fields of Python's formats", async (t) => {
  for (const field of formatFields) t.ok(text.includes(`\`${field}\``), field)
})
