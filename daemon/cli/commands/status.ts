import type { Command } from 'commander'
import type { DaemonState, ExecutorStatus, QueueStatus, Status } from '../../control/operations.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { type Cell, type Column, formatAge, formatBytes, printable, renderTable } from '../output.js'

export function addStatus(program: Command, run: Run): void {
  program
    .command('status')
    .summary('show the daemon, its executors and queues')
    .description('Show the state of the daemon, its executors, its queues and its Redis link.')
    .action(
      run(async (context) => {
        const status = await context.withDaemon((client) => client.call('status', {}))
        context.answer(status, () => describeStatus(status, context))
        return exitCodes.ok
      }),
    )
}

const executorColumns: Column[] = [
  { title: 'PID', right: true },
  { title: 'WORKER', shrinks: true },
  { title: 'STATE' },
  { title: 'JOB', shrinks: true },
  { title: 'QUEUE', shrinks: true, fromWidth: 90 },
  { title: 'FUNCTION', shrinks: true, fromWidth: 110 },
  { title: 'RUNNING', right: true },
  { title: 'MEMORY', right: true },
  { title: 'DONE', right: true },
]

const queueColumns: Column[] = [
  { title: 'QUEUE', shrinks: true },
  { title: 'WAITING', right: true },
  { title: 'OLDEST', right: true },
  { title: 'STATE' },
]

function describeStatus(status: Status, context: Pick<Context, 'colours' | 'width'>): string {
  const { redis, counters } = status
  const { colours } = context
  const state = colourOf(status.state, colours)(status.state)
  const link = redis.connected ? colours.green('connected') : colours.red('not connected')
  const trip = redis.roundTripMs === null ? '' : `, ${redis.roundTripMs.toFixed(1)} ms`
  const jobs = Object.entries(counters).map(([name, count]) => ({ name: wordsOf(name), count: String(count) }))
  return [
    `${colours.bold(printable(status.name))}: ${state}, pid ${status.pid}, rqd ${status.version}, up ${formatAge(status.uptimeSec)}\n` +
      `${printable(redis.url)}: ${link}${trip}\n`,
    renderTable(
      executorColumns,
      status.executors.map((row) => executorCells(row, context)),
      context,
    ),
    renderTable(
      queueColumns,
      status.queues.map((row) => queueCells(row, context)),
      context,
    ),
    renderTable(
      jobs.map(({ name }) => ({ title: name, right: true })),
      [jobs.map(({ count }) => count)],
      context,
    ),
  ].join('\n')
}

function executorCells(row: ExecutorStatus, { colours }: Pick<Context, 'colours'>): Cell[] {
  return [
    row.pid === null ? '-' : String(row.pid),
    printable(row.worker),
    { text: row.state, colour: colourOf(row.state, colours) },
    row.running > 1 ? `${textOr(row.jobId)} +${row.running - 1}` : textOr(row.jobId),
    textOr(row.queue),
    textOr(row.func),
    formatAge(row.runningSec),
    formatBytes(row.rssBytes),
    String(row.jobsDone),
  ]
}

function queueCells(row: QueueStatus, { colours }: Pick<Context, 'colours'>): Cell[] {
  const state = row.paused ? { text: 'paused', colour: colours.yellow } : { text: 'open', colour: colours.green }
  return [printable(row.name), row.depth === null ? '?' : String(row.depth), formatAge(row.oldestAgeSec), state]
}

function colourOf(state: DaemonState | ExecutorStatus['state'], colours: Context['colours']): (text: string) => string {
  switch (state) {
    case 'running':
    case 'idle':
      return colours.green
    case 'busy':
      return colours.cyan
    case 'backoff':
      return colours.red
    default:
      return colours.yellow
  }
}

function textOr(text: string | null): string {
  return text === null ? '-' : printable(text)
}

// handedBack -> HANDED BACK; the line fits 80 columns.
function wordsOf(name: string): string {
  return (name === 'executorDeaths' ? 'deaths' : name).replace(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase()
}
