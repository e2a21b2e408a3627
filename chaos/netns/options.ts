import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { type Streams, UsageError } from '../options.js'

/** Half of the time in which a ping has to be answered; see src/redis/link.ts. */
const DELAY_LIMIT_MS = 1_000

/** What a run is told. */
export interface CutOptions {
  /** How long the link is cut. */
  readonly cutSec: number
  readonly leaseSec: number
  /** Executors of each daemon. */
  readonly executors: number
  /** Short jobs a second, all the time. */
  readonly rate: number
  /** How much longer all links take, each way; 0 for no longer. */
  readonly delayMs: number
  readonly json: boolean
}

/**
 * Read the command line.
 * @returns undefined if it asked for help, which has been printed.
 * @throws UsageError
 */
export function readCutOptions(argv: readonly string[], streams: Streams): CutOptions | undefined {
  const command = new Command('npm run chaos:netns --')
    .description(
      'Two daemons on two hosts (network namespaces), Redis on a third: the link of one is cut under load for longer ' +
        'than its lease, and mended. Needs root.',
    )
    .option('--cut-sec <s>', 'how long the link is cut', positive, 30)
    .option('--lease-sec <s>', 'lease of the daemons', positive, 10)
    .option('--executors <n>', 'executors of each', positive, 2)
    .option('--rate <n>', 'short jobs a second', positive, 100)
    .option('--delay-ms <ms>', 'how much longer all links take, each way', positive, 0)
    .option('--json', 'print the result as one JSON document', false)
    .helpOption('-h, --help', 'print this')
    .exitOverride()
    .configureOutput({ writeOut: (text) => streams.stdout.write(text), writeErr: () => undefined })
  try {
    command.parse([...argv], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return undefined
    throw new UsageError(thrown.message.replace(/^error: /, ''))
  }
  const options = command.opts<CutOptions>()
  if (options.delayMs >= DELAY_LIMIT_MS) {
    throw new UsageError(
      `--delay-ms ${options.delayMs} is too much: expected less than ${DELAY_LIMIT_MS}, for a daemon takes a link for lost whose round trip takes 2 s`,
    )
  }
  if (options.cutSec > options.leaseSec) return options
  throw new UsageError(
    `--cut-sec ${options.cutSec} is not longer than --lease-sec ${options.leaseSec}: nobody would take anything over`,
  )
}

function positive(text: string): number {
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('Expected a whole number above 0.')
}
