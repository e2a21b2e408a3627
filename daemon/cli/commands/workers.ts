import type { Command } from 'commander'
import { systemClock } from '../../../src/clock.js'
import type { WorkerInfo } from '../../../src/fleet/worker.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { type Cell, type Column, formatAge, printable, renderTable } from '../output.js'

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
    .option(
      '--queue <name>',
      'only those that listen on this queue; repeatable',
      (name: string, before: string[] | undefined) => [...(before ?? []), name],
    )
    .action(
      run(async (context, command) => {
        const { queue } = command.opts<{ queue?: string[] }>()
        const { WorkerInfo } = await import('../../../src/fleet/worker.js')
        const workers = await context.withRedis((connection, { prefix }) =>
          WorkerInfo.all({ connection, prefix, ...(queue === undefined ? {} : { queue }) }),
        )
        context.answer(workers.map(documentOf), () => describe(workers, context))
        return exitCodes.ok
      }),
    )
}

function documentOf(worker: WorkerInfo): object {
  return {
    name: worker.name,
    hostname: worker.hostname ?? null,
    pid: worker.pid ?? null,
    queues: worker.queues,
    state: worker.state,
    currentJobId: worker.currentJobId ?? null,
    lastHeartbeat: worker.lastHeartbeat?.toISOString() ?? null,
    birthDate: worker.birthDate?.toISOString() ?? null,
    successfulJobCount: worker.successfulJobCount,
    failedJobCount: worker.failedJobCount,
    totalWorkingTimeSec: worker.totalWorkingTimeSec,
    version: worker.version ?? null,
  }
}

function describe(workers: readonly WorkerInfo[], context: Context): string {
  if (workers.length === 0) return 'No workers.\n'
  const nowMs = systemClock.epochMs()
  const { colours } = context
  const rows = workers.map((worker): Cell[] => [
    printable(worker.name),
    { text: printable(worker.state), colour: worker.state === 'busy' ? colours.cyan : colours.green },
    worker.currentJobId === undefined ? '-' : printable(worker.currentJobId),
    worker.hostname === undefined ? '-' : printable(worker.hostname),
    worker.pid === undefined ? '-' : String(worker.pid),
    worker.lastHeartbeat === undefined ? '-' : formatAge((nowMs - worker.lastHeartbeat.getTime()) / 1000),
    String(worker.successfulJobCount),
    String(worker.failedJobCount),
    formatAge(worker.totalWorkingTimeSec),
    worker.version === undefined ? '-' : printable(worker.version),
    printable(worker.queues.join(',')),
  ])
  return renderTable(columns, rows, context)
}
