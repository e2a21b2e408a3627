import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { systemClock } from '../../../src/clock.js'
import { formatIso } from '../../../src/job/time.js'
import type { InfoReport } from '../../data/info.js'
import type { DataCaller } from '../../data/caller.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { renderQueues, renderWorkers, renderWorkersByQueue } from '../info-layout.js'
import { readInterval } from '../options.js'
import { printable } from '../output.js'

interface Flags {
  byQueue?: true
  interval?: number
  onlyQueues?: true
  onlyWorkers?: true
  raw?: true
}

export function addInfo(program: Command, run: Run): void {
  program
    .command('info')
    .summary('show queues and workers, as "rq info" does')
    .description('Show queues with their jobs, and workers. Changes nothing; needs no daemon.')
    .argument('[queue...]', 'only these, and the workers that listen on them (default: all)')
    .option('-R, --by-queue', 'show workers by queue')
    .option('-i, --interval <seconds>', 'show it again and again', readInterval('--interval'))
    .option('-Q, --only-queues', 'show queues only')
    .option('-W, --only-workers', 'show workers only')
    .option('-r, --raw', 'print lines for programs: no bars, no sums')
    .action(
      run(async (context, command) => {
        const flags = command.opts<Flags>()
        if (flags.interval !== undefined && context.json) {
          command.error('error: found --interval and --json, which prints one document; expected one or the other')
        }
        await context.withData((data) => show(data, command.args, flags, context))
        return exitCodes.ok
      }),
    )
}

async function show(data: DataCaller, asked: string[], flags: Flags, context: Context): Promise<void> {
  const { signal, stdout } = context.io
  for (;;) {
    const report = await data.call('info', { queues: asked, workers: flags.onlyQueues !== true })
    if (flags.interval !== undefined && stdout.isTTY === true) stdout.write('\x1b[2J\x1b[H')
    context.answer(documentOf(report, flags), () => render(report, flags, context))
    for (const member of report.strangers) {
      context.remark(`rqctl: the set of queues holds ${printable(JSON.stringify(member))}, which is no queue's key`)
    }
    if (flags.interval === undefined) return
    await delay(flags.interval * 1_000, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
    if (signal?.aborted === true) return
  }
}

/** What `info --json` prints: only what was asked for. */
function documentOf({ queues, workers, strangers }: InfoReport, flags: Flags): object {
  return flags.onlyWorkers === true && workers !== undefined ? { workers, strangers } : { queues, workers, strangers }
}

function render(report: InfoReport, flags: Flags, context: Context): string {
  const { queues, workers } = report
  const layout = { raw: flags.raw === true, width: context.io.stdout.columns ?? 80, colours: context.colours }
  const parts: string[] = []
  if (flags.onlyWorkers !== true || workers === undefined) parts.push(renderQueues(queues, layout))
  if (workers !== undefined) {
    parts.push((flags.byQueue === true ? renderWorkersByQueue : renderWorkers)(workers, queues, layout))
  }
  if (parts.length === 2) parts.push(`Updated: ${formatIso(systemClock.epochMs())}\n`)
  return layout.raw ? parts.slice(0, 2).join('') : parts.join('\n')
}
