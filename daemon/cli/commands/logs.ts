import type { Command } from 'commander'
import { RqdError, hasCode } from '../../../src/errors.js'
import type { ControlClient } from '../../control/client.js'
import type { LogPart } from '../../control/operations.js'
import type { Context, Run } from '../context.js'
import { printableOutput } from '../../printable.js'
import { exitCodes } from '../exit-codes.js'

/** How long the daemon may wait with an answer to `--follow`. */
const WAIT_SEC = 5

/** Where what is printed was found. */
interface Logs {
  readonly jobId: string
  /** `redis`: the last lines that were stored with a failure. */
  readonly source: 'daemon' | 'redis'
  readonly state: LogPart['state']
  /** Bytes before them that are kept no more; null where nobody knows. */
  readonly missedBytes: number | null
  readonly pieces: LogPart['pieces']
}

export function addLogs(program: Command, run: Run): void {
  program
    .command('logs')
    .summary('show what a job has printed')
    .description(
      'Show what a job has printed, while it runs and for a while after: the newest 64 KiB of it, as the daemon keeps ' +
        'it. Where the daemon has none, the last lines that are stored with a failure. Output and errors of the job go ' +
        'to those of rqctl.',
    )
    .argument('<job>', 'id of the job')
    .option('-f, --follow', 'go on until the job has ended')
    .action(
      run(async (context, command) => {
        const jobId = command.args[0] ?? ''
        const { follow } = command.opts<{ follow?: true }>()
        const shown = await fromDaemon(context, jobId, follow === true)
        if (shown) return exitCodes.ok
        const { logs, status } = await fromRedis(context, jobId)
        print(context, logs)
        if (logs.pieces.length === 0)
          context.remark(`rqctl: nothing that this job has printed is kept; it is ${status ?? 'without a status'}`)
        return exitCodes.ok
      }),
    )
}

/** @returns false if the daemon does not know the job, or no daemon answers. */
async function fromDaemon(context: Context, jobId: string, follow: boolean): Promise<boolean> {
  try {
    return await context.withDaemon((client) => tell(context, client, jobId, follow))
  } catch (thrown) {
    if (hasCode(thrown, 'RQD_UNREACHABLE')) return false
    throw thrown
  }
}

async function tell(context: Context, client: ControlClient, jobId: string, follow: boolean): Promise<boolean> {
  let from = 0
  for (let told = false; ; told = true) {
    const part = await client.call('logs', { jobId, from, waitSec: told ? WAIT_SEC : 0 })
    if (part.state === 'unknown') {
      if (!told && context.tenant === undefined && !context.namesRedis) await refuseTenants(client, jobId)
      return told
    }
    const missedBytes = part.from - from
    if (!told || part.pieces.length > 0 || part.state === 'ended') {
      print(context, { jobId, source: 'daemon', state: part.state, missedBytes, pieces: part.pieces })
    }
    if (!follow || part.state === 'ended' || context.io.signal?.aborted === true) return true
    from = part.next
  }
}

/** Jobs of tenants do not lie where those of others do. @throws RqdError RQD_BAD_OPTION if the daemon has tenants */
async function refuseTenants(client: ControlClient, jobId: string): Promise<void> {
  const { tenants = [] } = await client.call('status', {})
  if (tenants.length === 0) return
  const names = tenants.map(({ name }) => name).join(', ')
  const text = `the daemon has kept nothing that job ${JSON.stringify(jobId)} has printed, and it has tenants: say with --tenant whose job it is, one of ${names}`
  throw new RqdError('RQD_BAD_OPTION', text)
}

/** The last lines that were stored with a failure. @throws RqdError RQD_NO_SUCH_JOB, RQD_REDIS */
async function fromRedis(context: Context, jobId: string): Promise<{ logs: Logs; status: string | null }> {
  // Over the daemon where there is one: it knows where its Redis is.
  const { results, status } = await context.withData((data) => data.call('job', { id: jobId }))
  const text = (results[0]?.output ?? []).map((line) => `${line}\n`).join('')
  const pieces = text === '' ? [] : [{ stream: 'stdout' as const, text }]
  return { logs: { jobId, source: 'redis', state: 'unknown', missedBytes: null, pieces }, status }
}

function print(context: Context, logs: Logs): void {
  const { io, json } = context
  if (json) {
    // One document a line where it goes on, so that a reader need not wait for the end.
    io.stdout.write(`${JSON.stringify(logs)}\n`)
    return
  }
  const { missedBytes } = logs
  if (missedBytes !== null && missedBytes > 0) context.remark(`rqctl: ${missedBytes} bytes before this are not kept`)
  // On a terminal what a job printed must not move the cursor; whoever reads a file or a pipe gets what it was.
  for (const { stream, text } of logs.pieces) io[stream].write(io[stream].isTTY === true ? printableOutput(text) : text)
}
