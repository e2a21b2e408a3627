import type { Command } from 'commander'
import { RqdError, coerceError } from '../../../src/errors.js'
import { systemRandom } from '../../../src/random.js'
import type { DaemonDocument } from '../../data/daemons.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { daemonOption } from '../fleet-options.js'
import { readSeconds } from '../options.js'
import { formatAge, formatCount, printable } from '../output.js'
import { pickDaemons } from '../pick-daemons.js'
import { whileHeld } from '../upgrade/hold.js'
import { type ReplaceOptions, type Replaced, replace } from '../upgrade/replace.js'

const DRAIN_SEC = 600
const BACK_SEC = 120

interface Flags {
  daemon?: string[]
  drainTimeout?: number
  backTimeout?: number
  handBack?: true
  dryRun?: true
}

/** What `--json` prints. `stopped`: at which daemon, and why; null if all went well. */
interface Report {
  readonly done: Replaced[]
  readonly stopped: { readonly name: string; readonly host: string; readonly error: string } | null
  readonly left: string[]
}

export function addUpgrade(program: Command, run: Run): void {
  program
    .command('upgrade')
    .summary('restart the daemons one by one, as for a new version')
    .description(
      'One daemon after the other: let its running jobs end, shut it down, and wait until its service manager has ' +
        'started it again and all its executors are up; then the next. Nothing is lost, no job is interrupted. Stops at ' +
        'the first one that does not come back. Install the new version on all hosts first.',
    )
    .addOption(daemonOption())
    .option(
      '--drain-timeout <span>',
      `how long the jobs of one may take to end: 90, 5m, 1h (default: ${DRAIN_SEC / 60}m)`,
      readSeconds('--drain-timeout'),
    )
    .option('--hand-back', 'then interrupt those left and put them back on their queues, instead of stopping there')
    .option(
      '--back-timeout <span>',
      `how long a daemon may take to be ready again (default: ${BACK_SEC / 60}m)`,
      readSeconds('--back-timeout'),
    )
    .option('--dry-run', 'say what would be done')
    .action(
      run(async (context, command) => {
        const flags = command.opts<Flags>()
        const backMs = (flags.backTimeout ?? BACK_SEC) * 1_000
        return context.withFleet(async (data) => {
          const daemons = pickUp((await data.call('daemons', {})).daemons, flags.daemon ?? [])
          if (flags.dryRun === true) {
            context.answer(daemons, () => describePlan(daemons))
            return exitCodes.ok
          }
          const options = {
            drainMs: (flags.drainTimeout ?? DRAIN_SEC) * 1_000,
            handsBack: flags.handBack === true,
            backMs,
          }
          const report = await whileHeld(data, systemRandom.hex(32), () =>
            replaceAll(context, daemons, (daemon, tell) => replace(data, daemon, { ...options, tell })),
          )
          context.answer(report, () => describeEnd(report))
          if (report.stopped === null) return exitCodes.ok
          context.remark(`rqctl: ${describeStop(report)}`)
          return exitCodes.failed
        }, backMs)
      }),
    )
}

/** Those to be restarted. Nothing is begun that is known not to end well. */
function pickUp(all: readonly DaemonDocument[], names: readonly string[]): DaemonDocument[] {
  const daemons = pickDaemons(all, names)
  const wrong = daemons.find(({ alive, takesOrders }) => !alive || !takesOrders)
  if (wrong === undefined) return daemons
  const why = wrong.alive
    ? 'takes no orders through Redis (fleet-orders is off): restart it on its host'
    : 'has lost its lease: it is dead, or cut off from Redis; wait until it is gone from "rqctl daemons"'
  const text = `nothing was done: the daemon ${JSON.stringify(wrong.name)} on ${wrong.host} ${why}, or name the others with --daemon`
  throw new RqdError('RQD_ORDER_REFUSED', text)
}

async function replaceAll(
  context: Context,
  daemons: readonly DaemonDocument[],
  replaceOne: (daemon: DaemonDocument, tell: ReplaceOptions['tell']) => Promise<Replaced>,
): Promise<Report> {
  const done: Replaced[] = []
  for (const [i, daemon] of daemons.entries()) {
    const name = `${i + 1}/${daemons.length} ${printable(daemon.name)} on ${printable(daemon.host)}`
    const progress = showStep(context, name)
    try {
      const replaced = await replaceOne(daemon, progress.tell)
      done.push(replaced)
      progress.end()
      if (!context.json) context.io.stdout.write(`${name}: ${describeReplaced(replaced)}\n`)
    } catch (thrown) {
      progress.end()
      const stopped = { name: daemon.name, host: daemon.host, error: coerceError(thrown).message }
      return { done, stopped, left: daemons.slice(i + 1).map((each) => each.name) }
    }
  }
  return { done, stopped: null, left: [] }
}

// One line that is written over on a terminal; elsewhere a line whenever something else happens.
function showStep({ io: { stderr } }: Context, name: string): { tell: (text: string) => void; end: () => void } {
  const live = stderr.isTTY === true
  let shown: string | undefined
  return {
    tell: (text) => {
      if (text === shown) return
      shown = text
      stderr.write(live ? `\r\x1b[2K${name}: ${text}` : `${name}: ${text}\n`)
    },
    end: () => {
      if (live && shown !== undefined) stderr.write('\r\x1b[2K')
    },
  }
}

function describeReplaced({ was, now, handedBack, drainSec, backSec }: Replaced): string {
  const versions = was.version === now.version ? `rqd ${now.version}` : `rqd ${now.version}, was ${was.version}`
  const jobs = handedBack === 0 ? '' : `, ${formatCount(handedBack, 'job')} handed back`
  return `drained after ${formatAge(drainSec)}${jobs}, ready again after ${formatAge(backSec)} (pid ${now.pid ?? '?'}, ${printable(versions)})`
}

function describePlan(daemons: readonly DaemonDocument[]): string {
  const lines = daemons.map(({ name, host, version, running, executors }, i) => {
    const busy = `${formatCount(executors.total, 'executor')}, ${formatCount(running, 'running job')}`
    return `${i + 1}. ${printable(name)} on ${printable(host)}: rqd ${printable(version)}, ${busy}\n`
  })
  return `Would restart, one after the other:\n${lines.join('')}`
}

function describeEnd({ done, stopped }: Report): string {
  return stopped === null ? `All done: ${formatCount(done.length, 'daemon')} restarted.\n` : ''
}

function describeStop({ stopped, left }: Report): string {
  const { name = '', host = '', error = '' } = stopped ?? {}
  const names = left.map((each) => ` --daemon ${printable(each)}`).join('')
  const next =
    left.length === 0
      ? 'it was the last one.'
      : `Not restarted: ${left.map(printable).join(', ')}. When that is mended, go on with: rqctl upgrade${names}`
  return `stopped at ${printable(name)} on ${printable(host)}: ${printable(error)}. ${next}`
}
