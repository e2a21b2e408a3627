import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { isStrikeKind, lastingKinds, redisKinds, strikeKinds, wireKinds, type StrikeKind } from './kinds.js'

/** What a run is told, complete and checked. */
export interface ChaosOptions {
  readonly jobs: number
  readonly kills: number
  readonly seed: string
  readonly queues: number
  readonly executors: number
  readonly daemons: number
  readonly leaseSec: number
  /** Shortest and longest job. */
  readonly jobMs: readonly [number, number]
  readonly retries: number
  readonly targets: ReadonlyMap<StrikeKind, number>
  readonly aof: 'always' | 'off'
  readonly pythonWorker: boolean
  readonly instead: 'python' | undefined
  /** Give daemons fixed names, as a unit file would. */
  readonly named: boolean
  readonly latencyMs: number
  /** Daemons reach Redis through the proxy. */
  readonly proxied: boolean
  /** How long nothing may move before what is left counts as stuck. */
  readonly stuckSec: number
  readonly keep: boolean
  readonly json: boolean
}

/** Wrong usage, told in one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Where help and complaints go. */
export interface Streams {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

type Switch = 'named' | 'pythonWorker' | 'keep' | 'json'
type Optional = 'targets' | 'stuckSec' | 'instead' | 'seed'

type Flags = Omit<ChaosOptions, Switch | Optional | 'proxied'> &
  Partial<Record<Switch, true>> & {
    seed?: string
    targets?: ReadonlyMap<StrikeKind, number>
    cuts?: true
    stuckSec?: number
    instead?: 'python'
  }

/**
 * Read the command line.
 * @returns undefined if it asked for help, which has been printed.
 * @throws UsageError
 */
export function readOptions(argv: readonly string[], streams: Streams): ChaosOptions | undefined {
  const command = program(streams)
  try {
    command.parse([...argv], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return undefined
    throw new UsageError(thrown.message.replace(/^error: /, ''))
  }
  return complete(command.opts<Flags>())
}

function complete(flags: Flags): ChaosOptions {
  const { targets: given, cuts, stuckSec, instead, ...rest } = flags
  const { named = false, pythonWorker = false, keep = false, json = false } = flags
  const targets = new Map(given ?? defaultTargets(flags))
  if (cuts === true) for (const kind of wireKinds) if (!targets.has(kind)) targets.set(kind, 1)
  const has = (kind: StrikeKind): boolean => (targets.get(kind) ?? 0) > 0
  if (has('redis') && flags.aof !== 'always') {
    throw new UsageError('--targets names redis: without --aof always a killed Redis loses jobs by its own fault')
  }
  if (has('python') && !pythonWorker) throw new UsageError('--targets names python: add --python-worker')
  if (instead !== undefined && pythonWorker) {
    throw new UsageError('--instead python already runs Python RQ alone: leave out --python-worker')
  }
  if (flags.kills > 0 && ![...targets.values()].some((weight) => weight > 0)) {
    throw new UsageError('--targets has no weight above 0: name one, or give --kills 0')
  }
  return {
    ...rest,
    seed: flags.seed ?? String(Date.now() % 100_000),
    named,
    pythonWorker,
    keep,
    json,
    instead,
    targets,
    proxied: flags.latencyMs > 0 || [...wireKinds].some(has),
    stuckSec: stuckSec ?? flags.leaseSec * 2 + 10,
  }
}

function defaultTargets(flags: Flags): [StrikeKind, number][] {
  const usual: [StrikeKind, number][] = [
    ['supervisor', 4],
    ['tree', 3],
    ['executor', 4],
    ['freeze', 1],
  ]
  return flags.aof === 'always' ? [...usual, ['redis', 1]] : usual
}

function program(streams: Streams): Command {
  const kindList = Object.entries(strikeKinds).map(([kind, text]) => `  ${kind.padEnd(16)} ${text}`)
  const notes = [
    '',
    'Targets, with a weight where one is to come more often (supervisor=4,executor=4,freeze):',
    ...kindList,
    '',
    'Exit code: 0 nothing lost, stuck or failed and every repetition explained; 1 otherwise; 2 wrong usage.',
    '',
    'Examples:',
    '  npm run chaos -- --jobs 5000 --kills 300 --seed 1',
    '  npm run chaos -- --daemons 2 --aof always --cuts',
    '  npm run chaos -- --seed 1 --instead python      the same plan against Python RQ',
  ]
  return new Command('npm run chaos --')
    .description('Run jobs while daemons, executors and Redis are killed, and account for every single job.')
    .optionsGroup('Load:')
    .option('--jobs <n>', 'jobs to run', whole(1), 1_000)
    .option('--queues <n>', 'queues to spread them over', whole(1), 3)
    .addOption(
      new Option('--job-ms <low-high>', 'how long they take, milliseconds').argParser(span).default([0, 30], '0-30'),
    )
    .option('--retries <n>', 'retries of each job: one is spent when its executor dies on its own', whole(0), 10)
    .optionsGroup('System:')
    .option('--daemons <n>', 'daemons', whole(1), 1)
    .option('--executors <n>', 'executors of each', whole(1), 2)
    .option('--lease-sec <s>', 'lease of the daemons', number(1), 2)
    .option('--named', 'give the daemons fixed names, which a restarted one takes over')
    .addOption(new Option('--aof <when>', 'append-only file of Redis').choices(['always', 'off']).default('off'))
    .option('--python-worker', 'a Python RQ worker beside ours')
    .addOption(new Option('--instead <system>', 'another system in our place').choices(['python']))
    .optionsGroup('Trouble:')
    .option('--kills <n>', 'strikes', whole(0), 60)
    .option('--seed <text>', 'what chance is made of (default: another one each time)')
    .option('--targets <list>', 'what to strike, see below (default: supervisor=4,tree=3,executor=4,freeze)', weights)
    .option('--cuts', 'add the targets cut and hole')
    .option('--latency-ms <ms>', 'delay everything between daemons and Redis by so much, each way', number(0), 0)
    .optionsGroup('Result:')
    .option('--stuck-sec <s>', 'what has not moved for so long is stuck (default: two leases and 10 s)', number(1))
    .option('--keep', 'keep the folder with logs and marks even if all is well')
    .option('--json', 'print the result as one JSON document')
    .helpOption('-h, --help', 'print this')
    .addHelpText('after', notes.join('\n'))
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: () => undefined,
    })
}

function whole(least: number): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text) && Number(text) >= least) return Number(text)
    throw new InvalidArgumentError(`Expected a whole number, at least ${least}.`)
  }
}

function number(least: number): (text: string) => number {
  return (text) => {
    if (/^\d+(\.\d+)?$/.test(text) && Number(text) >= least) return Number(text)
    throw new InvalidArgumentError(`Expected a number, at least ${least}.`)
  }
}

function span(text: string): readonly [number, number] {
  const [, low, high] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  const range = [Number(low), Number(high ?? low)] as const
  if (low !== undefined && range[0] <= range[1]) return range
  throw new InvalidArgumentError('Expected milliseconds such as 0-30 or 20.')
}

/** `supervisor=4,executor` as weights. */
function weights(text: string): ReadonlyMap<StrikeKind, number> {
  return new Map(
    text.split(',').map((item) => {
      const [, kind = '', weight] = /^([a-z-]+)(?:=(\d+(?:\.\d+)?))?$/.exec(item.trim()) ?? []
      if (isStrikeKind(kind)) return [kind, weight === undefined ? 1 : Number(weight)] as const
      const known = Object.keys(strikeKinds).join(', ')
      throw new InvalidArgumentError(`${JSON.stringify(item)} is no target; expected one of ${known}, with =weight.`)
    }),
  )
}

/** The command that repeats a run: only what is not the default, and always the seed. */
export function commandOf(options: ChaosOptions): string {
  const { jobs, kills, seed, queues, executors, daemons, leaseSec, jobMs, retries, latencyMs, stuckSec } = options
  const targets = [...options.targets].map(([kind, weight]) => (weight === 1 ? kind : `${kind}=${weight}`)).join(',')
  const flags = [
    `--jobs ${jobs} --kills ${kills} --seed ${quoted(seed)} --queues ${queues} --executors ${executors}`,
    `--daemons ${daemons} --lease-sec ${leaseSec} --job-ms ${jobMs[0]}-${jobMs[1]} --retries ${retries}`,
    `--targets ${targets}`,
    options.aof === 'always' ? '--aof always' : '',
    latencyMs > 0 ? `--latency-ms ${latencyMs}` : '',
    options.named ? '--named' : '',
    options.pythonWorker ? '--python-worker' : '',
    options.instead === undefined ? '' : `--instead ${options.instead}`,
    `--stuck-sec ${stuckSec}`,
  ]
  return `npm run chaos -- ${flags.filter((flag) => flag !== '').join(' ')}`
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Whether a strike of this kind lasts longer than the lease allows. */
export function outlasts(kind: StrikeKind, lastedMs: number, leaseSec: number): boolean {
  // The last beat before may be a quarter of a lease old.
  return (lastingKinds.has(kind) || redisKinds.has(kind)) && lastedMs >= leaseSec * 1000 * 0.7
}
