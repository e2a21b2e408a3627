import { availableParallelism } from 'node:os'
import type * as commander from 'commander'
import { RqdError, coerceError } from '../../src/errors.js'
import { systemRandom } from '../../src/random.js'
import { requirePackage } from '../../src/require.js'
import type { Begun } from '../compose.js'
import type { Configuration } from '../config/make-config.js'
import { type LoadedSettings, loadSettings } from '../config/load-settings.js'
import { EarlyExecutors, earlyCount } from '../supervisor/early.js'
import { type SpawnExecutor, probeSetpriv, spawnNodeExecutor } from '../supervisor/spawn.js'
import { version } from '../../src/version.js'
import { printableMessage } from '../printable.js'
import { type Wanted, readArguments } from './arguments.js'

const { Command, CommanderError, Help, InvalidArgumentError, Option } = requirePackage('commander') as typeof commander

const HELP_WIDTH = 80
/** Options that are longer have their description below them. */
const TERM_WIDTH = 25

const afterHelp = `
Spans of time: seconds, or 5s, 3m, 1h, 2d; -1 for ever.
Every option may also stand in the file (results-ttl: 1h) and in the environment
(RQD_RESULTS_TTL=1h); flags win over the environment, that over the file.

Examples:
  rqd --path ./tasks high default low
  rqd check            is all there to run here? looks, starts nothing

Talk to a running daemon with rqctl.`

/** Where a command line reads and writes: the process's own streams, or a test's. */
export interface RqdIo {
  stdout: NodeJS.WritableStream
  stderr: NodeJS.WritableStream
  env: NodeJS.ProcessEnv
}

/** Exit codes: 0 ended well, 1 could not start or broke (or a check failed), 2 wrong usage. */
export async function main(argv: readonly string[], io: RqdIo): Promise<number> {
  const probed = probeSetpriv()
  let wanted: Wanted
  let loaded: LoadedSettings
  const load = (): Promise<LoadedSettings> => loadSettings({ ...wanted, environment: io.env, folder: process.cwd() })
  try {
    wanted = readArguments(program(io), argv)
    if (wanted.isCheck) return await (await import('./check.js')).check(wanted, io)
    loaded = await load()
    if (wanted.printsConfig) return await showConfig(loaded, wanted.json, io)
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    return refuse(thrown, io)
  }
  await probed
  const daemonId = systemRandom.hex(32)
  const { settings } = loaded
  // Nothing is judged yet: a value that is none starts nothing wrong, and is refused right after.
  const heapMb = Number(settings.get('executorHeapMb')?.value ?? NaN)
  const spawnWith =
    (limitMb: number | null): SpawnExecutor =>
    () =>
      spawnNodeExecutor({ environment: io.env, daemonId, heapMb: limitMb })
  const spawn = spawnWith(heapMb > 0 ? heapMb : null)
  const early = new EarlyExecutors(spawn, earlyCount(settings.get('executors')?.value, availableParallelism()))
  try {
    return await begin(loaded, io, { daemonId, spawn: early.take }, { load, spawnWith })
  } finally {
    await early.end()
  }
}

// What is loaded here takes most of a start: the executors are under way meanwhile.
async function begin(
  loaded: LoadedSettings,
  io: RqdIo,
  begun: Pick<Begun, 'daemonId' | 'spawn'>,
  again: { load: () => Promise<LoadedSettings>; spawnWith: (heapMb: number | null) => SpawnExecutor },
): Promise<number> {
  const { configure } = await import('../config/make-config.js')
  let configuration: Configuration
  try {
    configuration = configure(loaded.settings)
  } catch (thrown) {
    return refuse(thrown, io)
  }
  const { config, warnings } = configuration
  const { createLogger } = await import('../log.js')
  const { lineMaker } = await import('../log/log-format.js')
  const { chooseFormat } = await import('../log/choose-format.js')
  const format = chooseFormat(config.logFormat, io.env)
  const toLine = lineMaker({ format, dateFormat: config.dateFormat, pid: process.pid })
  const logger = createLogger(config.logLevel, toLine, io.stderr)
  if (loaded.file !== undefined) logger.info('configuration read', { file: loaded.file })
  for (const warning of warnings) logger.warn(warning)
  try {
    const { run } = await import('../compose.js')
    const reread = async (): Promise<Configuration> => configure((await again.load()).settings)
    return await run(config, {
      ...begun,
      environment: io.env,
      logger,
      reload: { reread, spawnWith: again.spawnWith },
    })
  } catch (thrown) {
    const error = coerceError(thrown)
    logger.error('the daemon cannot go on', {
      error: error.message,
      code: error instanceof RqdError ? error.code : undefined,
      stack: error instanceof RqdError ? undefined : error.stack,
    })
    return 1
  }
}

async function showConfig(loaded: LoadedSettings, json: boolean, io: RqdIo): Promise<number> {
  const { configure } = await import('../config/make-config.js')
  const { printConfig, printConfigJson } = await import('../config/print-config.js')
  const configuration = configure(loaded.settings)
  for (const warning of configuration.warnings) io.stderr.write(`rqd: ${printableMessage(warning)}\n`)
  io.stdout.write(json ? printConfigJson(configuration, loaded.file) : printConfig(configuration))
  return 0
}

function refuse(thrown: unknown, io: RqdIo): number {
  io.stderr.write(`rqd: ${printableMessage(coerceError(thrown).message)}\nrun "rqd --help" to see the options\n`)
  return 2
}

function formatItem(this: commander.Help, term: string, width: number, text: string, help: commander.Help): string {
  const format = (name: string): string => Help.prototype.formatItem.call(this, name, width, text, help)
  return term.length <= width ? format(term) : `  ${term}\n${format('')}`
}

/** `high=5`; the last `=` counts, since a queue's name may have some. */
function collectWeight(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.lastIndexOf('=')
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
  throw new InvalidArgumentError(`expected a queue and its weight, such as high=5, and not ${JSON.stringify(text)}`)
}

/** The command line, with its help. */
export function program(io: RqdIo): commander.Command {
  const collect = (path: string, before: string[] = []): string[] => [...before, path]
  return new Command('rqd')
    .description('Run jobs from Redis Queue queues in a pool of isolated executors.')
    .usage('[options] [queue...]\n       rqd check [config] [options]')
    .argument('[queue...]', 'queues in strict order of priority (default: default)')
    .optionsGroup('Redis:')
    .option(
      '-u, --url <url>',
      'redis://host:port/db, rediss://…, redis+sentinel://… or unix:///path (default: redis://localhost:6379/0)',
    )
    .option('--wait-replicas <n>', 'a job has ended when so many replicas have its result, too (default: 0)')
    .option('--wait-replicas-timeout-sec <s>', 'go on without them after so long, with a warning (default: 1 s)')
    .option('--prefix <text>', 'prefix of all keys (default: rq, with tenants {tenant}:rq)')
    .option('--tenants <names>', 'run the jobs of each, sharing the executors by weight: "ann, bob=2"')
    .option('-S, --serializer <name>', 'json or pickle; changes nothing, both are recognised')
    .option('--compat <line>', 'RQ beside us: 1.13, 2.x or mixed, see docs/coexistence.md (default: mixed)')
    .optionsGroup('Work:')
    .option('-P, --path <folder>', 'load functions from here; repeatable (default: .)', collect)
    .option('--preload <module>', 'load this module in each executor before its first job; repeatable', collect)
    .option('-N, --executors <n>', 'processes that run jobs (default: number of cores)')
    .option('--concurrency <n>', 'jobs that each of them runs at a time, for asynchronous functions (default: 1)')
    .option('--spares <n>', 'more of them kept warm, to replace one that dies at once (default: 1)')
    .option('--recycle-jobs <n>', 'replace an executor after about so many jobs')
    .option('--recycle-rss-mb <mb>', 'replace an executor whose memory has grown to about so much')
    .option('--recycle-age-sec <span>', 'replace an executor after about so long: 3600, 30m, 1d')
    .option('--fresh', 'run each job in a process of its own')
    .option('-b, --burst', 'end when the queues are empty')
    .addOption(new Option('-s, --with-scheduler', 'queue scheduled jobs when due (the default)').conflicts('scheduler'))
    .option('--max-jobs <n>', 'end after so many jobs')
    .option('--max-idle-time <span>', 'end after so long without a job: 90, 5m')
    .option('--dequeue-strategy <name>', 'default (strict priority), round-robin, random or weighted')
    .option('--weight <queue=n>', 'with weighted: how often this queue goes first; repeatable', collectWeight)
    .option('--no-scheduler', 'leave scheduled jobs and delayed retries to other daemons or RQ workers')
    .option(
      '--results-ttl <span>',
      'keep results so long, where the job does not say: 500, 5m, 1d, -1 (default: 500 s)',
    )
    .option('--executor-heap-mb <mb>', "limit of V8's heap in each executor, MiB (default: Node's own)")
    .option('--max-deaths <n>', 'fail a job that has ended so many executors, retries or not (default: 3)')
    .optionsGroup('Extensions, by name below a task path:')
    .option('--exception-handler <function>', 'call it with each job that fails; repeatable', collect)
    .option('-d, --disable-default-exception-handler', 'do not keep failed jobs: only their status tells')
    .option('--hooks <module>', 'module with executorStart, executorStop, beforeJob, afterJob')
    .option('-w, --worker-class <class>', 'class that extends DaemonWorker')
    .option('-j, --job-class <class>', 'class that extends CurrentJob')
    .option('--queue-class <class>', 'class that extends Queue')
    .option('--connection-class <class>', 'class that extends Redis of ioredis, or function that makes one')
    .option('--death-penalty-class <class>', 'class that extends DeathPenalty')
    .option('--sentry-dsn <dsn>', 'report failed jobs to Sentry, with @sentry/node (default: $RQ_SENTRY_DSN)')
    .optionsGroup('Daemon:')
    .option('-n, --name <name>', 'worker name; executors are NAME.1, NAME.2, … (default: random)')
    .option(
      '--socket <path>',
      'control socket (default: rqd.sock in $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR/rqd or /tmp/rqd-$UID)',
    )
    .option('--socket-mode <mode>', 'who may connect to it: 0600, 0660 or 0666 (default: 0600, with a group 0660)')
    .option('--socket-group <group>', 'group that it belongs to')
    .option('--read-socket <path>', 'another control socket, on which nothing can be changed')
    .option('--read-socket-mode <mode>', 'who may connect to that one')
    .option('--read-socket-group <group>', 'group that it belongs to')
    .option(
      '--http <address>',
      'serve the dashboard, health and metrics here: 127.0.0.1:9181, unix:/path (default: nowhere)',
    )
    .option('--http-host <name>', 'answer HTTP requests for this name, too; repeatable', collect)
    .option('--http-access <who>', 'visitors without a token may do nothing, view, or operate')
    .option('--no-fleet-orders', 'take no orders through Redis (rqctl --everywhere): only over the control socket')
    .option('--no-history', 'keep no history of the last day in Redis, for the charts of dashboards')
    .option('--pid <file>', 'keep the process id in this file')
    .option('--stop-timeout-sec <span>', 'when stopping, hand running jobs back after so long (default: wait for them)')
    .option('--lease-sec <s>', 'others take over our jobs after so long without a sign of life (default: 10 s)')
    .optionsGroup('Output:')
    .option('--logging-level <level>', 'error, warn, info or debug (default: info)')
    .addOption(new Option('-v, --verbose', 'the same as --logging-level debug').conflicts('quiet'))
    .option('-q, --quiet', 'the same as --logging-level warn')
    .option(
      '--log-format <format>',
      'text, json, journald, or as Python has it: "%(asctime)s %(message)s" (default: journald if stderr is the journal, else text)',
    )
    .option(
      '--date-format <format>',
      'of times in text and Python formats (default: ISO 8601, or %H:%M:%S in the latter)',
    )
    .option('--disable-job-desc-logging', 'leave the arguments of jobs out of the log')
    .optionsGroup('Configuration:')
    .option(
      '-c, --config <file>',
      'JSON, YAML, TOML or JavaScript (default: rqd.config.* in this folder, if there is one)',
    )
    .option('--print-config', 'print every option, its value and where it comes from')
    .option('--json', 'print as JSON, with --print-config or check')
    .optionsGroup('Other:')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .addHelpText('after', afterHelp)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('run "rqd --help" to see the options')
    .configureHelp({ helpWidth: HELP_WIDTH, padWidth: () => TERM_WIDTH, formatItem })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(printableMessage(text.replace(/^error: /, 'rqd: '))),
    })
}
