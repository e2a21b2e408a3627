import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { programOf } from '../../daemon/cli/programs.js'
import { schema } from '../../daemon/config/schema.js'
import { tempFolder } from '../daemon/control/harness.js'
import { runProgram } from '../helpers/daemon.js'
import { compiledRoot, projectRoot } from '../helpers/paths.js'
import { loadScript } from './load.js'

const { findProgram } = await loadScript<{ findProgram(name: string): string | undefined }>('find-program')

const names = ['rqd.8', 'rqctl.1', 'rqd.config.5'] as const
const folder = await tempFolder(t)
const script = join(projectRoot, 'scripts/build-man.mjs')
const made = await runProgram(process.execPath, [script, '--from', compiledRoot, '--to', folder], {
  SOURCE_DATE_EPOCH: '1764028800',
})
t.match(made, { code: 0, stdout: '', stderr: '' })
const page = (name: (typeof names)[number]): Promise<string> => readFile(join(folder, name), 'utf8')
/** As roff has it. */
const written = (text: string): string => text.replaceAll('-', '\\-')
const io = { stdout: process.stdout, stderr: process.stderr, env: {} }

t.test('the page of rqctl has every command and option that help has', async (t) => {
  const text = await page('rqctl.1')
  const program = await programOf('rqctl', io)
  for (const command of program.commands) {
    t.ok(text.includes(`.TP\n\\fB${written(command.name())}\\fR`), command.name())
    for (const { long } of command.options) t.ok(text.includes(`\\fB${written(long ?? '')}\\fR`), long ?? '')
  }
})

t.test('the page of rqd has every option, the configuration’s has every key', async (t) => {
  const text = await page('rqd.8')
  for (const { long } of (await programOf('rqd', io)).options)
    t.ok(text.includes(`\\fB${written(long ?? '')}\\fR`), String(long))
  const config = await page('rqd.config.5')
  for (const key of Object.keys(schema.shape)) {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    t.ok(config.includes(`.TP\n\\fB${written(name)}\\fR`), name)
  }
})

t.test('pages have the sections that are looked for, and their date when it is given', async (t) => {
  for (const [name, sections] of [
    [
      'rqd.8',
      ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'ENVIRONMENT', 'FILES', 'EXIT STATUS', 'EXAMPLES', 'SEE ALSO'],
    ],
    [
      'rqctl.1',
      ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'COMMANDS', 'ENVIRONMENT', 'EXIT STATUS', 'EXAMPLES', 'SEE ALSO'],
    ],
    ['rqd.config.5', ['NAME', 'DESCRIPTION', 'OPTIONS', 'FILES', 'EXAMPLES', 'SEE ALSO']],
  ] as const) {
    const text = await page(name)
    for (const section of sections) t.ok(text.includes(`\n.SH ${section}\n`), `${name}: ${section}`)
    t.match(text, /^\.TH [A-Z.]+ \d 2025-11-25 "rqd /)
  }
})

t.test(
  'mandoc finds nothing wrong',
  { skip: findProgram('mandoc') === undefined && 'mandoc is not installed' },
  async (t) => {
    for (const name of names) {
      t.match(await runProgram('mandoc', ['-Tlint', '-Wwarning', join(folder, name)]), { code: 0, stdout: '' }, name)
    }
  },
)
