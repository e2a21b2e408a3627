import { coerceError } from '../../src/errors.js'
import type { ParamsIn, Result } from '../control/protocol.js'
import type { DaemonDocument } from '../data/daemons.js'
import type { OrderMethod } from '../data/order-methods.js'
import type { Context } from './context.js'
import { exitCodes } from './exit-codes.js'
import { type Outcome, order } from './order.js'
import { formatCount, printable } from './output.js'
import { pickDaemons } from './pick-daemons.js'

/** What is ordered of many daemons, and how their answers are told. */
export interface FleetCall<M extends OrderMethod> {
  readonly method: M
  readonly params: ParamsIn<M>
  /** How long each answer is waited for, milliseconds. */
  readonly answerMs: number
  readonly describe: (result: Result<M>) => string
  /** Whether an answer is what was wanted; left out, each is. */
  readonly isGood?: (result: Result<M>) => boolean
}

/** For so long whoever tells of the others may be away. */
const PATIENCE_MS = 20_000

const dead: Outcome = {
  error: 'its lease has run out: it is dead, or cut off from Redis',
  isLate: false,
  order: undefined,
}

/** What one daemon has done is told, although nothing can be said of another. */
function untold(thrown: unknown): Outcome {
  return { error: `nobody tells what it has done: ${coerceError(thrown).message}`, isLate: true, order: undefined }
}

/** Order something of daemons at once, and print a line for each as it answers. @returns the exit code */
export async function orderAll<M extends OrderMethod>(
  context: Context,
  names: readonly string[],
  call: FleetCall<M>,
): Promise<number> {
  const { isGood = () => true } = call
  const rows = await context.withFleet(async (data) => {
    const picked = pickDaemons((await data.call('daemons', {})).daemons, names, context.tenant)
    const waiting = showWaiting(context, picked)
    try {
      return await Promise.all(
        picked.map(async (daemon) => {
          const outcome = daemon.alive ? await order(data, daemon, call).catch(untold) : dead
          waiting.answered(daemon, () => lineOf(outcome, call))
          return { daemon, outcome }
        }),
      )
    } finally {
      waiting.end()
    }
  }, PATIENCE_MS)
  const document = rows.map(({ daemon: { name, supervisor, host, pid }, outcome }) => ({
    name,
    supervisor,
    host,
    pid,
    result: outcome.error === undefined ? outcome.result : null,
    error: outcome.error ?? null,
  }))
  context.answer(document, () => '')
  const isWell = rows.every(({ outcome }) => outcome.error === undefined && isGood(outcome.result as Result<M>))
  return isWell ? exitCodes.ok : exitCodes.failed
}

function lineOf<M extends OrderMethod>(outcome: Outcome, { describe }: FleetCall<M>): string {
  if (outcome.error !== undefined) return printable(outcome.error)
  // What takes several lines elsewhere.
  return describe(outcome.result as Result<M>)
    .trim()
    .replace(/\n+/g, ' ')
}

// The line that is written over tells for whom it still waits; there is none in a pipe.
function showWaiting(
  { io, json }: Context,
  daemons: readonly DaemonDocument[],
): { answered: (daemon: DaemonDocument, line: () => string) => void; end: () => void } {
  const live = io.stderr.isTTY === true
  const left = new Set(daemons)
  const show = (): void => {
    if (!live || left.size === 0) return
    const [first] = left
    const who = left.size === 1 ? printable(first?.name ?? '') : formatCount(left.size, 'daemon')
    io.stderr.write(`\r\x1b[2Kwaiting for ${who}`)
  }
  const clear = (): void => {
    if (live) io.stderr.write('\r\x1b[2K')
  }
  show()
  return {
    answered: (daemon, line) => {
      left.delete(daemon)
      clear()
      if (!json) io.stdout.write(`${printable(daemon.name)} on ${printable(daemon.host)}: ${line()}\n`)
      show()
    },
    end: clear,
  }
}
