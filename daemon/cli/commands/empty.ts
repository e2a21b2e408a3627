import type { Command } from 'commander'
import type { DataCaller } from '../../data/caller.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { collectWord } from '../options.js'
import { formatCount, printable } from '../output.js'
import { startBar } from '../progress-bar.js'

/** Jobs of one call: Redis and the daemon are held up for milliseconds. */
const AT_ONCE = 500

const statuses = ['queued', 'deferred', 'scheduled', 'failed', 'finished', 'canceled'] as const
type Status = (typeof statuses)[number]

interface Emptied {
  readonly queue: string
  readonly status: Status
  readonly deleted: number
}

export function addEmpty(program: Command, run: Run): void {
  program
    .command('empty')
    .summary('delete the jobs that wait on queues, or those of a state')
    .description(
      'Delete the jobs that wait on queues, or with --status those in that state, with their data. It asks nothing: ' +
        '--dry-run shows what would be deleted. Jobs that come while it runs are left alone. Running jobs go on; "rqctl ' +
        'stop-job" ends them.',
    )
    .argument('<queue...>', 'names of queues')
    .option(
      '--status <status>',
      `jobs of this state: ${statuses.join(', ')} (default: queued); repeatable`,
      collectWord('--status', statuses),
    )
    .option('--dry-run', 'show what would be deleted and change nothing')
    .action(
      run(async (context, command) => {
        const { status, dryRun = false } = command.opts<{ status?: Status[]; dryRun?: true }>()
        const asked = status ?? ['queued']
        const names = [...new Set(command.args)]
        const emptied: Emptied[] = []
        await context.withData(async (data) => {
          const { queues } = await data.call('queues', { queues: names })
          for (const counts of queues) {
            for (const each of new Set(asked)) {
              const total = counts[each]
              const deleted = dryRun ? (total ?? 0) : await emptyAll(data, counts.queue, each, total ?? 0, context)
              emptied.push({ queue: counts.queue, status: each, deleted })
            }
          }
        })
        context.answer({ dryRun, emptied }, () => emptied.map((each) => describe(each, dryRun)).join(''))
        return exitCodes.ok
      }),
    )
}

/** No more than were there at first, so that producers cannot keep this going for ever. */
async function emptyAll(
  data: DataCaller,
  queue: string,
  status: Status,
  total: number,
  context: Context,
): Promise<number> {
  const bar = startBar('deleting', total, context)
  let deleted = 0
  try {
    while (deleted < total) {
      const limit = Math.min(AT_ONCE, total - deleted)
      const reply = await data.call('empty', { queue, status, limit })
      deleted += reply.deleted
      bar.update(deleted)
      if (reply.left === 0 || reply.deleted === 0) break
    }
  } finally {
    bar.stop()
  }
  return deleted
}

function describe({ queue, status, deleted }: Emptied, dryRun: boolean): string {
  const kind = status === 'queued' ? 'waiting' : status
  return `${dryRun ? 'Would delete' : 'Deleted'} ${formatCount(deleted, `${kind} job`)} of queue ${printable(queue)}.\n`
}
