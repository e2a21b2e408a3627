/** Entry of `npm run fuzz:socket`: malformed frames against the control socket of a real daemon. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { methodNames } from '../../daemon/control/protocol.js'
import { RedisServer } from '../redis-server.js'
import { startFuzzed } from './daemon.js'
import { type FuzzReport, fuzz } from './fuzz.js'

interface Flags {
  frames: number
  seed: string
  connections: number
  json?: true
}

const exitCodes = { good: 0, bad: 1, usage: 2 }

async function main(argv: readonly string[]): Promise<number> {
  const command = new Command('npm run fuzz:socket --')
    .description(
      'Send malformed frames to the control socket of a daemon: it has to live, to answer, and to stay small.',
    )
    .option('--frames <n>', 'frames to send', whole, 100_000)
    .option('--seed <text>', 'what chance is made of', '1')
    .option('--connections <n>', 'connections at a time, up to 60', whole, 16)
    .option('--json', 'print the result as one JSON document')
    .exitOverride()
  try {
    command.parse([...argv], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    return thrown.exitCode === 0 ? exitCodes.good : exitCodes.usage
  }
  const { frames, seed, connections, json } = command.opts<Flags>()
  const folder = await mkdtemp(join(tmpdir(), 'rqd-fuzz-'))
  const redis = new RedisServer(folder, false)
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true }), () => redis.end()]
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {value}/{total} frames  {eta_formatted}',
    stream: process.stderr,
  })
  try {
    await redis.start()
    const daemon = await startFuzzed(folder, redis.url)
    stops.push(() => daemon.stop())
    bar.start(frames, 0)
    const plan = { frames, seed, connections: Math.min(60, connections), methods: methodNames }
    const report = await Promise.race([fuzz(daemon, plan, (sent) => bar.update(sent)), interrupted()])
    bar.stop()
    process.stdout.write(json === true ? `${JSON.stringify(report, null, 2)}\n` : show(report))
    return report.wrong.length === 0 ? exitCodes.good : exitCodes.bad
  } catch (thrown) {
    process.stderr.write(`\nfuzz:socket: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
    return exitCodes.bad
  } finally {
    bar.stop()
    for (const stop of stops.reverse()) await stop()
  }
}

/** Rejects when this process is told to end, so that what was started is stopped first. */
function interrupted(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`ended by ${signal}`)))
  })
}

function show({
  seed,
  frames,
  kinds,
  connections,
  replies,
  events,
  faults,
  rssMb,
  descriptors,
  elapsedSec,
  wrong,
}: FuzzReport): string {
  const rows = (table: Readonly<Record<string, number>>): string =>
    Object.entries(table)
      .map(([name, count]) => `  ${name.padEnd(34)} ${String(count).padStart(9)}\n`)
      .join('')
  return (
    `\n${frames} frames over ${connections} connections, seed ${seed}, ${elapsedSec} s\n${rows(kinds)}` +
    `\n${replies} replies, ${events} events; faults:\n${rows(faults)}` +
    `\nMemory: ${rssMb.start} MB before, ${rssMb.most} MB at most, ${rssMb.end} MB after\n` +
    `Descriptors: ${descriptors.start} before, ${descriptors.end} after\n\n` +
    (wrong.length === 0
      ? 'Good: it lives, it answers, every fault has a name.\n'
      : `Bad:\n${wrong.map((each) => `  ${each}\n`).join('')}`)
  )
}

function whole(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number, at least 1.')
}

process.exitCode = await main(process.argv.slice(2))
