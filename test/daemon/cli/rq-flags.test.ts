import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { readArguments, type Wanted } from '../../../daemon/cli/arguments.js'
import { program } from '../../../daemon/cli/rqd.js'
import { loadSettings } from '../../../daemon/config/load-settings.js'
import { configure } from '../../../daemon/config/make-config.js'

// W3, W13, W14: each flag of the contract, with RQ's short form, and the same in a file.

interface Flag {
  readonly long: string
  /** RQ's. */
  readonly short?: string
  /** What is given to it; none for a flag that stands alone. */
  readonly given?: string
  /** The option that it sets, and its value then. */
  readonly key: string
  readonly value: unknown
  /** How a file says it, where that is not the name of the flag with what is given; null: not at all. */
  readonly file?: Record<string, unknown> | null
}

const text = (long: string, key: string, given: string, short?: string): Flag => ({
  ...{ long, key, given, value: given },
  ...(short === undefined ? {} : { short }),
})

const flags: readonly Flag[] = [
  text('--url', 'url', 'redis://h:1/2', '-u'),
  { long: '--path', short: '-P', key: 'path', given: '/tasks', value: ['/tasks'] },
  { long: '--results-ttl', key: 'resultsTtl', given: '5m', value: 300 },
  text('--worker-class', 'workerClass', 'shop.Worker', '-w'),
  text('--job-class', 'jobClass', 'shop.Job', '-j'),
  text('--queue-class', 'queueClass', 'shop.Queue'),
  text('--connection-class', 'connectionClass', 'shop.Redis'),
  text('--death-penalty-class', 'deathPenaltyClass', 'shop.Penalty'),
  text('--serializer', 'serializer', 'rq.serializers.JSONSerializer', '-S'),
  text('--log-format', 'logFormat', '%(levelname)s %(message)s'),
  text('--date-format', 'dateFormat', '%H:%M'),
  { long: '--logging-level', key: 'logLevel', given: 'WARNING', value: 'warn' },
  { long: '--quiet', short: '-q', key: 'logLevel', value: 'warn', file: null },
  { long: '--verbose', short: '-v', key: 'logLevel', value: 'debug', file: null },
  { long: '--disable-job-desc-logging', key: 'disableJobDescLogging', value: true },
  { long: '--max-jobs', key: 'maxJobs', given: '7', value: 7 },
  { long: '--max-idle-time', key: 'maxIdleTime', given: '90', value: 90 },
  text('--name', 'name', 'web', '-n'),
  { long: '--exception-handler', key: 'exceptionHandlers', given: 'shop.tell', value: ['shop.tell'] },
  {
    ...{ long: '--disable-default-exception-handler', short: '-d', key: 'defaultExceptionHandler', value: false },
    file: { 'default-exception-handler': false },
  },
  text('--dequeue-strategy', 'dequeueStrategy', 'random', '-ds'),
  { long: '--dequeue-strategy', short: '-ds', key: 'dequeueStrategy', given: 'round-robin', value: 'round-robin' },
  { long: '--dequeue-strategy', short: '-ds', key: 'dequeueStrategy', given: 'round_robin', value: 'round-robin' },
  // It is on by default: the file below says no.
  { long: '--with-scheduler', short: '-s', key: 'scheduler', value: true, file: null },
  text('--sentry-dsn', 'sentryDsn', 'https://key@sentry.example/1'),
  text('--pid', 'pid', '/run/rqd.pid'),
  { long: '--executors', short: '-N', key: 'executors', given: '999', value: 999 },
  { long: '--burst', short: '-b', key: 'burst', value: true },
]

function read(argv: readonly string[]): Wanted {
  const nowhere = new PassThrough()
  return readArguments(program({ stdout: nowhere, stderr: nowhere, env: {} }), argv)
}

/** What comes of a command line beside a file. */
async function configOf(t: Test, argv: readonly string[], file: object): Promise<Record<string, unknown>> {
  const folder = t.testdir({})
  await writeFile(join(folder, 'rqd.config.json'), JSON.stringify(file))
  const { settings } = await loadSettings({ ...read(argv), environment: {}, folder })
  return configure(settings).config
}

for (const { long, short, given, key, value, file } of flags) {
  const title = [long, short, given].filter((word) => word !== undefined).join(' ')
  t.test(`W3: ${title}, on the command line and in a file`, async (t) => {
    const words = given === undefined ? [] : [given]
    const base = { scheduler: false }
    t.notSame((await configOf(t, [], base))[key], value, 'it is not so by itself')
    const forms = [[long, ...words], ...(short === undefined ? [] : [[short, ...words]])]
    if (given !== undefined) forms.push([`${long}=${given}`])
    for (const form of forms) {
      const config = await configOf(t, [...form, 'high', 'low'], base)
      t.strictSame(config[key], value, form.join(' '))
      t.strictSame(config['queues'], ['high', 'low'], `${form.join(' ')}: no queue is taken for its value`)
    }
    if (file === null) return
    const name = long.slice(2)
    const said = file ?? { [name]: given ?? true }
    for (const spelt of [said, upper(said)])
      t.strictSame((await configOf(t, [], spelt))[key], value, JSON.stringify(spelt))
  })
}

/** The same with names as RQ writes settings: `SENTRY_DSN`. */
function upper(said: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(said).map(([name, value]) => [name.toUpperCase().replaceAll('-', '_'), value]),
  )
}

t.test('W3: flags that may be repeated are heard each time, in their order', async (t) => {
  const argv = ['-P', '/b', '--path', '/a', '--exception-handler', 'x.one', '--exception-handler', 'a.two']
  t.match(await configOf(t, argv, {}), { path: ['/b', '/a'], exceptionHandlers: ['x.one', 'a.two'] })
})

t.test('W3: --config and --print-config say what is to be read and done', async (t) => {
  for (const form of [['-c', 'x.yaml'], ['--config', 'x.yaml'], ['--config=x.yaml']])
    t.match(read(form), { configFile: 'x.yaml', printsConfig: false })
  t.match(read(['--print-config']), { configFile: undefined, printsConfig: true })
})
