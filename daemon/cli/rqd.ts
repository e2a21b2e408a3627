import { availableParallelism } from 'node:os'
import type * as commander from 'commander'
import { RqdError, coerceError } from '../../src/errors.js'
import { systemRandom } from '../../src/random.js'
import { requirePackage } from '../../src/require.js'
import type { Config, ConfigInput } from '../config.js'
import { EarlyExecutors, earlyCount } from '../supervisor/early.js'
import { type SpawnExecutor, probeSetpriv, spawnNodeExecutor } from '../supervisor/spawn.js'
import { version } from '../../src/version.js'

const { Command, CommanderError } = requirePackage('commander') as typeof commander

/** Where a command line reads and writes: the process's own streams, or a test's. */
export interface RqdIo {
  stdout: NodeJS.WritableStream
  stderr: NodeJS.WritableStream
  env: NodeJS.ProcessEnv
}

/** Exit codes: 0 ended well, 1 could not start or broke, 2 wrong usage. */
export async function main(argv: readonly string[], io: RqdIo): Promise<number> {
  const probed = probeSetpriv()
  let input: ConfigInput
  try {
    input = readArguments(argv, io)
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    return refuse(thrown, io)
  }
  await probed
  const daemonId = systemRandom.hex(32)
  const heapMb = input.executorHeapMb === undefined ? null : Number(input.executorHeapMb)
  const spawn: SpawnExecutor = () => spawnNodeExecutor({ environment: io.env, daemonId, heapMb })
  const early = new EarlyExecutors(spawn, earlyCount(input.executors, availableParallelism()))
  try {
    return await begin(input, io, daemonId, early)
  } finally {
    await early.end()
  }
}

// What is loaded here takes most of a start: the executors are under way meanwhile.
async function begin(input: ConfigInput, io: RqdIo, daemonId: string, early: EarlyExecutors): Promise<number> {
  const { makeConfig } = await import('../config.js')
  let config: Config
  try {
    config = makeConfig(input)
  } catch (thrown) {
    return refuse(thrown, io)
  }
  const { createLogger } = await import('../log.js')
  const logger = createLogger(config.logLevel, config.logFormat, io.stderr)
  try {
    const { run } = await import('../compose.js')
    return await run(config, { environment: io.env, logger, daemonId, spawn: early.take })
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

function refuse(thrown: unknown, io: RqdIo): number {
  io.stderr.write(`rqd: ${coerceError(thrown).message}\nrun "rqd --help" to see the options\n`)
  return 2
}

function readArguments(argv: readonly string[], io: RqdIo): ConfigInput {
  const command = program(io)
  command.parse([...argv], { from: 'user' })
  const { verbose, quiet, exceptionHandler, disableDefaultExceptionHandler, ...options } = command.opts<Flags>()
  const input: ConfigInput = { ...options }
  if (exceptionHandler !== undefined) input.exceptionHandlers = exceptionHandler
  if (disableDefaultExceptionHandler === true) input.defaultExceptionHandler = false
  if (command.args.length > 0) input.queues = command.args
  if (verbose === true) input.logLevel = 'debug'
  else if (quiet === true) input.logLevel = 'warn'
  return input
}

type Flags = Omit<ConfigInput, 'queues' | 'logLevel'> & {
  verbose?: true
  quiet?: true
  exceptionHandler?: string[]
  disableDefaultExceptionHandler?: true
}

function program(io: RqdIo): commander.Command {
  const collect = (path: string, before: string[] = []): string[] => [...before, path]
  const command = new Command('rqd')
    .description('Run jobs from Redis Queue queues in a pool of isolated executors.')
    .argument('[queue...]', 'queues in strict order of priority (default: default)')
    .optionsGroup('Redis:')
    .option(
      '-u, --url <url>',
      'redis://host:port/db, rediss://… or unix:///path (default: $RQ_REDIS_URL, else redis://localhost:6379/0)',
    )
    .option('--prefix <text>', 'prefix of all keys (default: rq)')
    .optionsGroup('Work:')
    .option('-P, --path <folder>', 'load functions from here; repeatable (default: .)', collect)
    .option('-N, --executors <n>', 'processes that run jobs (default: number of cores)')
    .option('--concurrency <n>', 'jobs that each of them runs at a time, for asynchronous functions (default: 1)')
    .option('--spares <n>', 'more of them kept warm, to replace one that dies at once (default: 1)')
    .option('-b, --burst', 'end when the queues are empty')
    .option('--no-scheduler', 'leave scheduled jobs and delayed retries to other daemons or RQ workers')
    .option(
      '--results-ttl <span>',
      'keep results so long, where the job does not say: 500, 5m, 1d, -1 (default: 500 s)',
    )
    .option('--executor-heap-mb <mb>', "limit of V8's heap in each executor (default: Node's own)")
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
    .option('--lease-sec <s>', 'others take over our jobs after so long without a sign of life (default: 10 s)')
    .optionsGroup('Output:')
    .option('-v, --verbose', 'log more')
    .option('-q, --quiet', 'log warnings and errors only')
    .option('--log-format <format>', 'text or json (default: text)')
    .optionsGroup('Other:')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .addHelpText('after', '\nExample:\n  rqd --path ./tasks high default low\n\nTalk to a running daemon with rqctl.')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('run "rqd --help" to see the options')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'rqd: ')),
    })
  const url = io.env['RQ_REDIS_URL']
  if (url !== undefined && url !== '') command.setOptionValueWithSource('url', url, 'env')
  const dsn = io.env['RQ_SENTRY_DSN']
  if (dsn !== undefined && dsn !== '') command.setOptionValueWithSource('sentryDsn', dsn, 'env')
  return command
}
