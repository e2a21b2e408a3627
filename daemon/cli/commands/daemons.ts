import type { Command } from 'commander'
import { systemClock } from '../../../src/clock.js'
import type { DaemonState } from '../../control/operations.js'
import type { DaemonDocument } from '../../data/daemons.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { formatOption, templateOf } from '../format.js'
import { type Cell, type Column, formatAge, formatBytes, printable, renderTable } from '../output.js'
import { colourOf } from '../status-words.js'

const fields = [
  'name',
  'supervisor',
  'host',
  'pid',
  'version',
  'state',
  'alive',
  'leaseLeftSec',
  'startedAt',
  'queues',
  'pausedQueues',
  'executors',
  'running',
  'rssBytes',
  'finished',
  'failed',
  'sockets',
  'http',
  'takesOrders',
] as const satisfies (keyof DaemonDocument)[]

const columns: Column[] = [
  { title: 'NAME', shrinks: true },
  { title: 'HOST', shrinks: true },
  { title: 'PID', right: true },
  { title: 'VERSION' },
  { title: 'STATE' },
  { title: 'BUSY', right: true },
  { title: 'SINCE', right: true },
  { title: 'MEMORY', right: true },
  { title: 'DONE', right: true, fromWidth: 100 },
  { title: 'FAILED', right: true, fromWidth: 100 },
  { title: 'QUEUES', shrinks: true },
]

export function addDaemons(program: Command, run: Run): void {
  program
    .command('daemons')
    .summary('list the rqd daemons of this Redis')
    .description(
      'List the rqd daemons of this Redis, on whichever host, with what they do as of their last beat. "lost": its ' +
        'lease has run out; it was killed, or is cut off from Redis.',
    )
    .addOption(formatOption(fields))
    .action(
      run(async (context, command) => {
        const template = templateOf(context, command)
        const { daemons } = await context.withData((data) => data.call('daemons', {}))
        if (template !== undefined) context.io.stdout.write(daemons.map(template).join(''))
        else context.answer(daemons, () => describe(daemons, context))
        return exitCodes.ok
      }),
    )
}

function describe(daemons: readonly DaemonDocument[], context: Context): string {
  if (daemons.length === 0) return 'No daemons.\n'
  const nowMs = systemClock.epochMs()
  const { colours } = context
  const rows = daemons.map((daemon): Cell[] => [
    printable(daemon.name),
    printable(daemon.host),
    daemon.pid === null ? '-' : String(daemon.pid),
    printable(daemon.version),
    {
      text: printable(daemon.state),
      colour: daemon.alive ? colourOf(daemon.state as DaemonState, colours) : colours.red,
    },
    `${daemon.executors.busy}/${daemon.executors.total}`,
    daemon.startedAt === null ? '-' : formatAge(Math.max(0, nowMs - Date.parse(daemon.startedAt)) / 1000),
    formatBytes(daemon.rssBytes),
    String(daemon.finished),
    String(daemon.failed),
    printable(daemon.queues.join(',')),
  ])
  return renderTable(columns, rows, context)
}
