import { once } from 'node:events'
import type { Command } from 'commander'
import { jobPlaces, type JobPlaceName } from '../../../src/fleet/job-place.js'
import type { JobRow } from '../../data/jobs.js'
import type { DataCaller } from '../../data/caller.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { type JobFilterFlags, addFilterOptions, filterOf } from '../filter-options.js'
import { formatOption, templateOf } from '../format.js'
import { jobRowFields, rowPrinter, type RowPrinter } from '../job-rows.js'
import { collect, collectWord, readLimit } from '../options.js'

/** Jobs that are listed if nothing is said. */
const SOME = 100
/** Jobs that one call looks at. */
const AT_ONCE = 200

interface Flags extends JobFilterFlags {
  queue?: string[]
  status?: JobPlaceName[]
  limit?: number
}

export function addJobs(program: Command, run: Run): void {
  const command = program
    .command('jobs')
    .summary('list jobs by queue, state, function, age, error')
    .description(
      'List jobs by queue and state: waiting ones in their order, running and scheduled ones by their time, all others ' +
        'the newest first. They are shown as they are found, a part at a time, however many there are.',
    )
    .option('--queue <name>', 'only of this queue; repeatable (default: all)', collect)
    .option(
      '--status <status>',
      `only in this state: ${jobPlaces.join(', ')}; repeatable (default: all)`,
      collectWord('--status', jobPlaces),
    )
  addFilterOptions(command)
    .option('--limit <count>', `most jobs, or all (default: ${SOME})`, readLimit('--limit'))
    .addOption(formatOption(jobRowFields))
    .action(
      run(async (context, command) => {
        const flags = command.opts<Flags>()
        const printer = rowPrinter(context, templateOf(context, command))
        const { shown, more } = await context.withData((data) => list(data, flags, printer, context))
        await put(context, printer.end(more))
        if (more) context.remark(`rqctl: the first ${shown} jobs; there may be more: --limit all lists them`)
        return exitCodes.ok
      }),
    )
}

async function list(
  data: DataCaller,
  flags: Flags,
  printer: RowPrinter,
  context: Context,
): Promise<{ shown: number; more: boolean }> {
  const { queue: queues = [], status: statuses = [], limit = SOME } = flags
  const filter = filterOf(flags)
  let cursor: string | null = null
  let shown = 0
  for (;;) {
    const page: Awaited<ReturnType<typeof nextPage>> = await nextPage(data, { queues, statuses, ...filter, cursor })
    const rows = page.jobs.slice(0, limit - shown)
    shown += rows.length
    if (rows.length > 0) await put(context, printer.rows(rows))
    cursor = page.cursor
    if (rows.length < page.jobs.length) return { shown, more: true }
    if (cursor === null || context.io.signal?.aborted === true) return { shown, more: false }
    if (shown >= limit) return { shown, more: true }
  }
}

interface Asked {
  queues: string[]
  statuses: JobPlaceName[]
  func: string | null
  olderThanSec: number | null
  error: string | null
  cursor: string | null
}

function nextPage(data: DataCaller, asked: Asked): Promise<{ jobs: JobRow[]; cursor: string | null }> {
  return data.call('jobs', { ...asked, limit: AT_ONCE })
}

/** Not faster than it is read. */
async function put({ io: { stdout } }: Context, text: string): Promise<void> {
  if (!stdout.write(text)) await once(stdout, 'drain')
}
