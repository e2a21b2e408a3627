import type { Command } from 'commander'
import { systemClock } from '../../../src/clock.js'
import type { WorkerDocument } from '../../data/worker-row.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { formatOption, templateOf } from '../format.js'
import { collect } from '../options.js'
import { type Cell, type Column, formatAge, printable, renderTable } from '../output.js'

const fields = [
  'name',
  'hostname',
  'pid',
  'ipAddress',
  'queues',
  'state',
  'currentJobId',
  'lastHeartbeat',
  'birthDate',
  'successfulJobCount',
  'failedJobCount',
  'totalWorkingTimeSec',
  'version',
  'software',
  'supervisor',
] as const satisfies (keyof WorkerDocument)[]

const columns: Column[] = [
  { title: 'WORKER', shrinks: true },
  { title: 'STATE' },
  { title: 'JOB', shrinks: true },
  { title: 'HOST', shrinks: true, fromWidth: 90 },
  { title: 'PID', right: true },
  { title: 'BEAT', right: true },
  { title: 'DONE', right: true },
  { title: 'FAILED', right: true },
  { title: 'WORKED', right: true, fromWidth: 100 },
  { title: 'RQ', fromWidth: 110 },
  { title: 'QUEUES', shrinks: true },
]

export function addWorkers(program: Command, run: Run): void {
  program
    .command('workers')
    .summary('list the workers of this Redis')
    .description('List the living workers of this Redis, ours and those of Python RQ, with what they do and have done.')
    .option('--queue <name>', 'only those that listen on this queue; repeatable', collect)
    .addOption(formatOption(fields))
    .action(
      run(async (context, command) => {
        const template = templateOf(context, command)
        const { queue: queues = [] } = command.opts<{ queue?: string[] }>()
        const { workers } = await context.withData((data) => data.call('workers', { queues }))
        if (template !== undefined) context.io.stdout.write(workers.map(template).join(''))
        else context.answer(workers, () => describe(workers, context))
        return exitCodes.ok
      }),
    )
}

function describe(workers: readonly WorkerDocument[], context: Context): string {
  if (workers.length === 0) return 'No workers.\n'
  const nowMs = systemClock.epochMs()
  const { colours } = context
  const rows = workers.map((worker): Cell[] => [
    printable(worker.name),
    { text: printable(worker.state), colour: worker.state === 'busy' ? colours.cyan : colours.green },
    textOr(worker.currentJobId),
    textOr(worker.hostname),
    worker.pid === null ? '-' : String(worker.pid),
    worker.lastHeartbeat === null ? '-' : formatAge((nowMs - Date.parse(worker.lastHeartbeat)) / 1000),
    String(worker.successfulJobCount),
    String(worker.failedJobCount),
    formatAge(worker.totalWorkingTimeSec),
    textOr(worker.version),
    printable(worker.queues.join(',')),
  ])
  return renderTable(columns, rows, context)
}

function textOr(text: string | null): string {
  return text === null ? '-' : printable(text)
}
