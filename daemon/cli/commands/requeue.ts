import { deflateSync } from 'node:zlib'
import type * as cliProgress from 'cli-progress'
import type { Command } from 'commander'
import { systemClock } from '../../../src/clock.js'
import { RqdError, coerceError } from '../../../src/errors.js'
import { allFailedJobIds, failedJobStates } from '../../../src/fleet/failed-jobs.js'
import { formatIso } from '../../../src/job/time.js'
import { Store } from '../../../src/redis/store.js'
import { requirePackage } from '../../../src/require.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { formatCount, printable } from '../output.js'

/** Jobs in one step: a step holds up the server for about a millisecond. */
const BATCH = 200
/** From this number on, a bar shows how far it is. */
const MANY = 2 * BATCH

const REASONS = {
  'not-failed': 'not among the failed jobs of this queue',
  missing: 'its data is gone (deleted or expired)',
} as const

interface Refusal {
  readonly id: string
  readonly reason: keyof typeof REASONS
}

interface Outcome {
  readonly done: string[]
  readonly refusals: Refusal[]
}

export function addRequeue(program: Command, run: Run): void {
  program
    .command('requeue')
    .summary('put failed jobs back on their queue')
    .description(
      'Put failed jobs back on their queue, straight in Redis. Exit code 1 if any of them could not be put back. ' +
        'Jobs that fail while it runs are left alone.',
    )
    .argument('[id...]', 'ids of failed jobs')
    .option('--queue <name>', 'the queue that they came from; required')
    .option('--all', 'all failed jobs of the queue')
    .option('--dry-run', 'show what would be done and change nothing')
    .action(
      run(async (context, command) => {
        const flags = command.opts<{ queue?: string; all?: true; dryRun?: true }>()
        const ids = [...new Set(command.args)]
        const { queue } = flags
        // Not left to commander, which would report it before a misspelt --queue.
        if (queue === undefined)
          return command.error('error: found no --queue; expected the queue that the jobs came from')
        if (flags.all === true && ids.length > 0) {
          command.error(`error: found --all and ${formatCount(ids.length, 'id')}; expected one or the other`)
        }
        if (flags.all !== true && ids.length === 0) {
          command.error('error: found neither --all nor an id; expected one or the other')
        }
        const dryRun = flags.dryRun === true
        const { done, refusals } = await context.withRedis(async (redis, keys) => {
          const chosen = flags.all === true ? await allFailedJobIds(redis, keys, queue) : ids
          if (!dryRun) return requeueAll(new Store(redis, keys), queue, chosen, context)
          const states = await failedJobStates(redis, keys, queue, chosen)
          return sortOut(chosen, (i) => (states[i] === 'failed' ? 'requeued' : (states[i] ?? 'not-failed')))
        })
        const document = { queue, dryRun, requeued: done.length, ids: done, failures: refusals }
        context.answer(document, () => describeRequeue(queue, dryRun, done, done.length + refusals.length))
        for (const { id, reason } of refusals) context.remark(`rqctl: job ${printable(id)}: ${REASONS[reason]}`)
        return refusals.length === 0 ? exitCodes.ok : exitCodes.failed
      }),
    )
}

async function requeueAll(store: Store, queue: string, ids: readonly string[], context: Context): Promise<Outcome> {
  const emptyTraceback = deflateSync('')
  const done: string[] = []
  const refusals: Refusal[] = []
  const bar = startBar(ids.length, context)
  try {
    for (let start = 0; start < ids.length; start += BATCH) {
      const jobIds = ids.slice(start, start + BATCH)
      const nowIso = formatIso(systemClock.epochMs())
      const replies = await store.requeue({ queue, jobIds, nowIso, emptyTraceback, atFront: false })
      const step = sortOut(jobIds, (i) => replies[i] ?? 'not-failed')
      done.push(...step.done)
      refusals.push(...step.refusals)
      bar?.update(start + jobIds.length)
    }
  } catch (thrown) {
    const cause = coerceError(thrown)
    const code = cause instanceof RqdError ? cause.code : 'RQD_REDIS'
    throw new RqdError(
      code,
      `${cause.message}; ${done.length} of ${formatCount(ids.length, 'job')} were requeued before`,
      {
        cause,
      },
    )
  } finally {
    bar?.stop()
  }
  return { done, refusals }
}

function sortOut(ids: readonly string[], reply: (i: number) => 'requeued' | Refusal['reason']): Outcome {
  const done: string[] = []
  const refusals: Refusal[] = []
  ids.forEach((id, i) => {
    const reason = reply(i)
    if (reason === 'requeued') done.push(id)
    else refusals.push({ id, reason })
  })
  return { done, refusals }
}

function describeRequeue(queue: string, dryRun: boolean, done: readonly string[], asked: number): string {
  const name = printable(queue)
  if (asked === 0) return `No failed jobs in queue ${name}.\n`
  const count = done.length === asked ? formatCount(asked, 'job') : `${done.length} of ${formatCount(asked, 'job')}`
  if (!dryRun) return `Requeued ${count} of queue ${name}.\n`
  return `Would requeue ${count} of queue ${name}${done.length === 0 ? '.' : ':'}\n${done.map((id) => `  ${printable(id)}\n`).join('')}`
}

function startBar(total: number, { io: { stderr } }: Context): cliProgress.SingleBar | undefined {
  if (total < MANY || stderr.isTTY !== true) return undefined
  const { SingleBar } = requirePackage('cli-progress') as typeof cliProgress
  const bar = new SingleBar({
    stream: stderr,
    format: 'requeueing [{bar}] {value}/{total}  {eta_formatted} left',
    barsize: 30,
    clearOnComplete: true,
  })
  bar.start(total, 0)
  return bar
}
