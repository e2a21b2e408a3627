import type { Command } from 'commander'
import type { ExecutorStatus, QueueStatus, Status, TenantStatus } from '../../control/operations.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import {
  answerTimeoutMs,
  answerTimeoutOption,
  daemonOption,
  everywhereOption,
  wantedDaemons,
} from '../fleet-options.js'
import { type Cell, type Column, formatAge, formatCount, printable, renderTable } from '../output.js'
import { colourOf, counterTitle, executorCells, queueStateCell, tenantCells, withTenant } from '../status-words.js'

export function addStatus(program: Command, run: Run): void {
  program
    .command('status')
    .summary('show the daemon, its executors and queues')
    .description('Show the state of the daemon, its executors, its queues and its Redis link.')
    .addOption(everywhereOption())
    .addOption(daemonOption())
    .addOption(answerTimeoutOption())
    .action(
      run(async (context, command) => {
        const daemons = wantedDaemons(command)
        if (daemons !== undefined) {
          const { orderAll } = await import('../order-all.js')
          const answerMs = answerTimeoutMs(command)
          return orderAll(context, daemons, { method: 'status', params: {}, answerMs, describe: statusLine })
        }
        const status = await context.withDaemon((client) => client.call('status', {}))
        context.answer(status, () => describeStatus(status, context))
        return exitCodes.ok
      }),
    )
}

/** What the daemon does, in a line. */
function statusLine({ state, executors, version, pid, uptimeSec, counters }: Status): string {
  const busy = executors.filter((each) => each.state === 'busy').length
  const jobs = `${counters.finished} finished, ${counters.failed} failed`
  return `${state}, ${busy} of ${formatCount(executors.length, 'executor')} busy, ${jobs}, pid ${pid}, rqd ${printable(version)}, up ${formatAge(uptimeSec)}\n`
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
  { title: 'PSS', right: true, fromWidth: 120 },
  { title: 'DONE', right: true },
  { title: 'RECYCLED', fromWidth: 120 },
]

const queueColumns: Column[] = [
  { title: 'QUEUE', shrinks: true },
  { title: 'WAITING', right: true },
  { title: 'OLDEST', right: true },
  { title: 'STATE' },
]

const tenantColumns: Column[] = [
  { title: 'TENANT', shrinks: true },
  { title: 'WEIGHT', right: true },
  { title: 'STATE' },
  { title: 'RUNNING', right: true },
  { title: 'FINISHED', right: true },
  { title: 'FAILED', right: true },
  { title: 'REDIS' },
]

function describeStatus(status: Status, context: Pick<Context, 'colours' | 'width'>): string {
  const { redis, counters, tenants = [] } = status
  const { colours } = context
  const state = colourOf(status.state, colours)(status.state)
  const link = redis.connected ? colours.green('connected') : colours.red('not connected')
  const trip = tripText(redis.roundTripMs)
  const jobs = Object.entries(counters).map(([name, count]) => ({ name: counterTitle(name), count: String(count) }))
  return [
    `${colours.bold(printable(status.name))}: ${state}, pid ${status.pid}, rqd ${status.version}, up ${formatAge(status.uptimeSec)}\n` +
      `${printable(redis.url)}: ${link}${trip}\n`,
    ...(tenants.length === 0
      ? []
      : [
          renderTable(
            tenantColumns,
            tenants.map((row) => tenantRow(row, context)),
            context,
          ),
        ]),
    renderTable(
      withTenant(executorColumns, status.executors),
      status.executors.map((row) => rowOf(row, context)),
      context,
    ),
    ...troubles(status, context),
    renderTable(
      withTenant(queueColumns, status.queues),
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

function tripText(roundTripMs: number | null): string {
  return roundTripMs === null ? '' : `, ${roundTripMs.toFixed(1)} ms`
}

function tenantRow(row: TenantStatus, { colours }: Pick<Context, 'colours'>): Cell[] {
  const link = row.connected
    ? { text: `connected${tripText(row.roundTripMs)}`, colour: colours.green }
    : { text: 'not connected', colour: colours.red }
  const state = { text: row.state, colour: colourOf(row.state, colours) }
  const counts = [row.running, row.counters.finished, row.counters.failed].map(String)
  return [printable(row.name), String(row.weight), state, ...counts, link]
}

function rowOf(row: ExecutorStatus, { colours }: Pick<Context, 'colours'>): Cell[] {
  return [row.pid === null ? '-' : String(row.pid), ...executorCells(row, colours), recycledText(row)]
}

/** `2 rss, 1 age`. */
function recycledText({ recycled }: ExecutorStatus): string {
  const parts = Object.entries(recycled).flatMap(([reason, times]) => (times === 0 ? [] : [`${times} ${reason}`]))
  return parts.length === 0 ? '-' : parts.join(', ')
}

/** Why slots have no executor that works, a line each. */
function troubles(status: Status, { colours }: Pick<Context, 'colours'>): string[] {
  const stricken = status.executors.filter(({ state }) => state === 'backoff' || state === 'fatal')
  if (stricken.length === 0) return []
  const lines = stricken.map(({ worker, failures, trouble }) => {
    const why = trouble === null ? '' : `: ${printable(trouble)}`
    return `${colours.red(`${printable(worker)} has lost ${failures} executors in a row`)}${why}\n`
  })
  return [lines.join('')]
}

function queueCells(row: QueueStatus, { colours }: Pick<Context, 'colours'>): Cell[] {
  const depth = row.depth === null ? '?' : String(row.depth)
  return [...tenantCells(row), printable(row.name), depth, formatAge(row.oldestAgeSec), queueStateCell(row, colours)]
}
