import type { Command } from 'commander'
import type { DataCaller } from '../../data/caller.js'
import { JobWalk } from '../../data/job-walk.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { type JobFilterFlags, addFilterOptions, filterOf, isFiltering } from '../filter-options.js'
import { inParts } from '../in-parts.js'
import { formatCount, printable } from '../output.js'
import { startBar } from '../progress-bar.js'

const REASONS = {
  'not-failed': 'not among the failed jobs of this queue',
  missing: 'its data is gone (deleted or expired)',
} as const

interface Refusal {
  readonly id: string
  readonly reason: keyof typeof REASONS
}

interface Flags extends JobFilterFlags {
  queue?: string
  all?: true
  dryRun?: true
  atFront?: true
}

export function addRequeue(program: Command, run: Run): void {
  const command = program
    .command('requeue')
    .summary('put failed jobs back on their queue')
    .description(
      'Put failed jobs back on their queue: some by id, all of a queue, or those that the filters name. Each is moved ' +
        'in one step, so that none is lost if it is cut off. Jobs that fail while it runs are left alone. Exit code 1 ' +
        'if any of them could not be put back.',
    )
    .argument('[id...]', 'ids of failed jobs')
    .option('--queue <name>', 'the queue that they came from; required unless ids are given')
    .option('--all', 'all failed jobs of the queue')
  addFilterOptions(command)
    .option('--at-front', 'before all jobs that wait')
    .option('--dry-run', 'show what would be done and change nothing')
    .action(
      run(async (context, command) => {
        const flags = command.opts<Flags>()
        checkUsage(command, flags)
        const ids = [...new Set(command.args)]
        const { queue = null } = flags
        const dryRun = flags.dryRun === true
        const done: string[] = []
        const refusals: Refusal[] = []
        await context.withData(async (data) => {
          const chosen = queue === null || ids.length > 0 ? ids : await failedIds(data, queue, flags, context)
          const words = { verb: dryRun ? 'looking' : 'requeueing', participle: 'requeued' }
          await inParts(chosen, words, context, async (part) => {
            const atFront = flags.atFront === true
            const reply = await data.call('requeue', { ids: part, queue, dryRun, atFront })
            done.push(...reply.requeued)
            refusals.push(...reply.failures)
            return reply.requeued.length
          })
        })
        const document = { queue, dryRun, requeued: done.length, ids: done, failures: refusals }
        const what = { queue, dryRun, isFiltered: isFiltering(flags) }
        context.answer(document, () => describe(what, done, done.length + refusals.length))
        for (const { id, reason } of refusals) {
          const why =
            queue === null && reason === 'not-failed' ? 'not among the failed jobs of its queue' : REASONS[reason]
          context.remark(`rqctl: job ${printable(id)}: ${why}`)
        }
        return refusals.length === 0 ? exitCodes.ok : exitCodes.failed
      }),
    )
}

// Not left to commander, which would report a missing --queue before a misspelt one.
function checkUsage(command: Command, flags: Flags): void {
  const ids = command.args.length
  if (flags.all === true && ids > 0) {
    command.error(`error: found --all and ${formatCount(ids, 'id')}; expected one or the other`)
  }
  if (isFiltering(flags) && ids > 0) {
    command.error(`error: found a filter and ${formatCount(ids, 'id')}; expected one or the other`)
  }
  if (flags.all !== true && !isFiltering(flags) && ids === 0) {
    command.error('error: found neither --all nor an id; expected one or the other')
  }
  if (flags.queue === undefined && ids === 0) {
    command.error('error: found no --queue; expected the queue that the jobs came from')
  }
}

/** Those that are failed now and meant, first those that failed first. */
async function failedIds(data: DataCaller, queue: string, flags: Flags, context: Context): Promise<string[]> {
  const filter = filterOf(flags)
  const counts = isFiltering(flags) ? await data.call('queues', { queues: [queue] }) : undefined
  const bar = startBar('looking', counts?.queues[0]?.failed ?? 0, context)
  const ids = new Set<string>()
  try {
    const walk = new JobWalk(data, { queues: [queue], statuses: ['failed'], ...filter })
    let looked = 0
    for (let part = await walk.next(); part !== undefined; part = await walk.next()) {
      for (const { id } of part.jobs) ids.add(id)
      looked += part.looked
      bar.update(looked)
    }
  } finally {
    bar.stop()
  }
  return [...ids].reverse()
}

function describe(
  { queue, dryRun, isFiltered }: { queue: string | null; dryRun: boolean; isFiltered: boolean },
  done: readonly string[],
  asked: number,
): string {
  const where = queue === null ? '' : ` of queue ${printable(queue)}`
  if (asked === 0)
    return `No failed jobs${queue === null ? '' : ` in queue ${printable(queue)}`}${isFiltered ? ' are meant' : ''}.\n`
  const count = done.length === asked ? formatCount(asked, 'job') : `${done.length} of ${formatCount(asked, 'job')}`
  if (!dryRun) return `Requeued ${count}${where}.\n`
  return `Would requeue ${count}${where}${done.length === 0 ? '.' : ':'}\n${done.map((id) => `  ${printable(id)}\n`).join('')}`
}
