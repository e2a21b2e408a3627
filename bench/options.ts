import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { UsageError, type Streams } from '../chaos/options.js'

/** What a run is told, complete and checked. */
export interface BenchOptions {
  readonly scenarios: readonly string[]
  readonly sides: readonly string[]
  readonly rounds: number
  /** Jobs of one measurement of a fast side. */
  readonly jobs: number
  readonly quick: boolean
  readonly large: boolean
  /** Base name of the result files. */
  readonly name: string
  readonly json: boolean
}

/** What can be chosen, with a line about each. */
export interface Choices {
  readonly scenarios: Readonly<Record<string, string>>
  readonly sides: Readonly<Record<string, string>>
}

interface Flags {
  scenario?: string[]
  only?: string[]
  rounds?: number
  jobs?: number
  quick?: true
  large?: true
  name?: string
  json?: true
}

/**
 * Read the command line.
 * @returns undefined if it asked for help, which has been printed.
 * @throws UsageError
 */
export function readOptions(argv: readonly string[], choices: Choices, streams: Streams): BenchOptions | undefined {
  const command = program(choices, streams)
  try {
    command.parse([...argv], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return undefined
    throw new UsageError(thrown.message.replace(/^error: /, ''))
  }
  return complete(command.opts<Flags>(), choices)
}

function complete(flags: Flags, choices: Choices): BenchOptions {
  const { quick = false, large = false, json = false } = flags
  const scenarios = flags.scenario ?? Object.keys(choices.scenarios)
  return {
    scenarios,
    sides: flags.only ?? Object.keys(choices.sides),
    rounds: flags.rounds ?? (quick ? 2 : 5),
    jobs: flags.jobs ?? (quick ? 8_000 : 30_000),
    quick,
    large,
    name: flags.name ?? (flags.scenario === undefined ? 'all' : scenarios.join('-')),
    json,
  }
}

function program({ scenarios, sides }: Choices, streams: Streams): Command {
  const list = (entries: Readonly<Record<string, string>>): string[] =>
    Object.entries(entries).map(([name, text]) => `  ${name.padEnd(18)} ${text}`)
  const notes = [
    '',
    'Scenarios:',
    ...list(scenarios),
    '',
    'Sides:',
    ...list(sides),
    '',
    'Exit code: 0 measured, whatever the targets say; 1 something broke; 2 wrong usage.',
    '',
    'Examples:',
    '  npm run bench -- --scenario drain --only ours,bee-queue,ceiling --rounds 3',
    '  npm run bench -- --quick',
  ]
  return new Command('npm run bench --')
    .description('Run rqd and other job queues side by side, round by round, and print ratios.')
    .option('--scenario <list>', 'what to measure, see below (default: all)', names(scenarios))
    .option('--only <list>', 'whom to measure, see below (default: all)', names(sides))
    .option('--rounds <n>', 'rounds, in each of which every side has its turn (default: 5, quick 2)', whole)
    .option('--jobs <n>', 'jobs of one measurement; slow sides get fewer (default: 30000, quick 8000)', whole)
    .option('--quick', 'fewer rounds, jobs and seconds: to see whether something is far off')
    .option('--large', 'with the cases that need gigabytes of memory: a million jobs')
    .option('--name <text>', 'base name of the files in bench/results (default: the scenarios)', fileName)
    .option('--json', 'print the result as one JSON document')
    .helpOption('-h, --help', 'print this')
    .addHelpText('after', notes.join('\n'))
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => streams.stdout.write(text), writeErr: () => undefined })
}

function names(known: Readonly<Record<string, string>>): (text: string) => string[] {
  return (text) =>
    text.split(',').map((item) => {
      const name = item.trim()
      if (Object.hasOwn(known, name)) return name
      throw new InvalidArgumentError(`${JSON.stringify(name)} is not one of ${Object.keys(known).join(', ')}.`)
    })
}

function whole(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number, at least 1.')
}

function fileName(text: string): string {
  if (/^[\w.-]+$/.test(text)) return text
  throw new InvalidArgumentError('Expected letters, digits, "_", "." and "-".')
}
