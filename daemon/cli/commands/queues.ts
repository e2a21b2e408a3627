import type { Command } from 'commander'
import type { QueueReport } from '../../../src/fleet/queue-report.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { formatOption, templateOf } from '../format.js'
import { type Cell, type Column, formatAge, printable, renderTable } from '../output.js'

const fields = [
  'queue',
  'queued',
  'started',
  'finished',
  'failed',
  'deferred',
  'scheduled',
  'canceled',
  'oldestAgeSec',
  'pausedEverywhere',
] as const satisfies (keyof QueueReport)[]

const columns: Column[] = [
  { title: 'QUEUE', shrinks: true },
  { title: 'WAITING', right: true },
  { title: 'OLDEST', right: true },
  { title: 'STARTED', right: true },
  { title: 'FAILED', right: true },
  { title: 'SCHEDULED', right: true },
  { title: 'DEFERRED', right: true, fromWidth: 80 },
  { title: 'FINISHED', right: true, fromWidth: 90 },
  { title: 'CANCELED', right: true, fromWidth: 100 },
]

export function addQueues(program: Command, run: Run): void {
  program
    .command('queues')
    .summary('list queues with how many jobs are where')
    .description(
      'List queues with how many of their jobs wait, run, have failed and so on, and how long the first one waits. A ? ' +
        'stands where a key holds something else.',
    )
    .argument('[queue...]', 'only these (default: all)')
    .addOption(formatOption(fields))
    .action(
      run(async (context, command) => {
        const template = templateOf(context, command)
        const report = await context.withData((data) => data.call('queues', { queues: command.args }))
        if (template !== undefined) context.io.stdout.write(report.queues.map(template).join(''))
        else context.answer(report, () => describe(report.queues, context))
        const paused = report.queues
          .filter(({ pausedEverywhere }) => pausedEverywhere)
          .map(({ queue }) => printable(queue))
        if (paused.length > 0)
          context.remark(`rqctl: paused everywhere: ${paused.join(', ')}; "rqctl resume --everywhere" ends it`)
        if (report.suspended) context.remark('rqctl: all workers are suspended until "rqctl resume --all"')
        for (const member of report.strangers) {
          context.remark(`rqctl: the set of queues holds ${printable(JSON.stringify(member))}, which is no queue's key`)
        }
        return exitCodes.ok
      }),
    )
}

function describe(queues: readonly QueueReport[], context: Context): string {
  if (queues.length === 0) return 'No queues.\n'
  const { colours } = context
  const rows = queues.map((row): Cell[] => [
    printable(row.queue),
    numberOf(row.queued),
    formatAge(row.oldestAgeSec),
    { text: numberOf(row.started), colour: (row.started ?? 0) > 0 ? colours.cyan : String },
    { text: numberOf(row.failed), colour: (row.failed ?? 0) > 0 ? colours.red : String },
    numberOf(row.scheduled),
    numberOf(row.deferred),
    numberOf(row.finished),
    numberOf(row.canceled),
  ])
  return renderTable(columns, rows, context)
}

function numberOf(count: number | null): string {
  return count === null ? '?' : String(count)
}
