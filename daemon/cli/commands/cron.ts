import type { Command } from 'commander'
import type { CronRow } from '../../../src/cron/list.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { formatOption, templateOf } from '../format.js'
import { type Cell, type Column, formatAge, printable, renderTable } from '../output.js'

export function addCron(program: Command, run: Run): void {
  program
    .command('cron')
    .summary('show what is put on queues by the clock')
    .description(
      'Show the cron entries of all daemons: schedule, next and last tick, last job. Asks the daemon, or Redis itself where none runs or --url or --prefix is given.',
    )
    .addOption(formatOption(fields))
    .action(
      run(async (context, command) => {
        const template = templateOf(context, command)
        const { entries } = await context.withData((data) => data.call('cron.list', {}))
        if (template !== undefined) context.io.stdout.write(entries.map(template).join(''))
        else context.answer({ entries }, () => describe(entries, context))
        for (const { name } of entries.filter(({ holder }) => holder === null)) {
          context.remark(`rqctl: no scheduler looks after ${printable(JSON.stringify(name))}`)
        }
        return exitCodes.ok
      }),
    )
}

const fields = [
  'name',
  'func',
  'queue',
  'cron',
  'intervalSec',
  'timeZone',
  'backfill',
  'holder',
  'nextTick',
  'lastTick',
  'lastJobId',
] as const satisfies (keyof CronRow)[]

const columns: Column[] = [
  { title: 'NAME', shrinks: true },
  { title: 'SCHEDULE', shrinks: true },
  { title: 'ZONE', shrinks: true, fromWidth: 90 },
  { title: 'QUEUE', shrinks: true, fromWidth: 100 },
  { title: 'NEXT' },
  { title: 'LAST' },
  { title: 'LAST JOB', shrinks: true },
  { title: 'FUNCTION', shrinks: true, fromWidth: 130 },
  { title: 'HELD BY', shrinks: true, fromWidth: 150 },
]

function describe(entries: readonly CronRow[], context: Context): string {
  if (entries.length === 0) return 'There are no cron entries.\n'
  return renderTable(columns, entries.map(cellsOf), context)
}

function cellsOf(row: CronRow): Cell[] {
  const { cron, intervalSec, timeZone } = row
  return [
    printable(row.name),
    cron === null ? `every ${formatAge(intervalSec)}` : printable(cron),
    textOr(timeZone),
    printable(row.queue),
    timeOf(row.nextTick),
    timeOf(row.lastTick),
    textOr(row.lastJobId),
    printable(row.func),
    textOr(row.holder),
  ]
}

// Ticks are whole seconds, all but those of an interval.
function timeOf(iso: string | null): string {
  return iso === null ? '-' : printable(iso.replace(/\.\d+Z$/, 'Z'))
}

function textOr(text: string | null): string {
  return text === null ? '-' : printable(text)
}
