import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { systemClock } from '../../../src/clock.js'
import { hasCode } from '../../../src/errors.js'
import type { JobDocument } from '../../data/job-document.js'
import type { DataCaller } from '../../data/caller.js'
import type { Context, Run } from '../context.js'
import { type EnqueueFlags, addEnqueueOptions, paramsOf } from '../enqueue-options.js'
import { exitCodes } from '../exit-codes.js'
import { formatOption, templateOf } from '../format.js'
import { printable } from '../output.js'

interface Enqueued {
  readonly id: string
  readonly queue: string
  readonly status: string | null
  readonly scheduledFor: string | null
}

const fields = ['id', 'queue', 'status', 'scheduledFor'] as const satisfies (keyof Enqueued)[]

/** How often it is looked whether the job has ended, at first and at most. */
const FIRST_LOOK_MS = 20
const LOOK_MS = 500

export function addEnqueue(program: Command, run: Run): void {
  const command = program
    .command('enqueue')
    .summary('put a call on a queue')
    .description(
      'Put a call of a function on a queue. With --wait, the result is printed when there is one; exit code 1 if the ' +
        'job fails, 4 if the time that --wait-timeout gives it is over.',
    )
    .argument('<function>', 'its name, as workers find it: module.function')
  addEnqueueOptions(command)
    .addOption(formatOption(fields))
    .action(
      run(async (context, command) => {
        const flags = command.opts<EnqueueFlags>()
        const template = templateOf(context, command)
        const params = paramsOf(command, flags)
        return context.withData(async (data) => {
          const enqueued = await data.call('enqueue', params)
          if (flags.wait !== true && flags.waitTimeout === undefined) {
            if (template !== undefined) context.io.stdout.write(template(enqueued))
            else context.answer(enqueued, () => describe(enqueued))
            return exitCodes.ok
          }
          if (template !== undefined) context.io.stdout.write(template(enqueued))
          else if (!context.json) context.remark(describe(enqueued).trimEnd())
          return waitFor(data, enqueued, { ...flags, isSilent: template !== undefined }, context)
        })
      }),
    )
}

function describe({ id, queue, status, scheduledFor }: Enqueued): string {
  const where = `queue ${printable(queue)}`
  if (scheduledFor !== null) return `Scheduled ${printable(id)} for ${printable(scheduledFor)}, ${where}.\n`
  if (status === 'deferred')
    return `Deferred ${printable(id)} until the jobs that it waits for have finished, ${where}.\n`
  return `Enqueued ${printable(id)} on ${where}.\n`
}

const ends = new Set(['finished', 'failed', 'stopped', 'canceled'])

async function waitFor(
  data: DataCaller,
  { id }: Enqueued,
  { waitTimeout, resultTtl, isSilent }: EnqueueFlags & { isSilent: boolean },
  context: Context,
): Promise<number> {
  const deadlineMs = systemClock.monoMs() + (waitTimeout ?? Infinity) * 1_000
  const { signal } = context.io
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LOOK_MS, pauseMs * 2)) {
    const job = await data.call('job', { id }).catch((thrown: unknown) => {
      if (hasCode(thrown, 'RQD_NO_SUCH_JOB')) return undefined
      throw thrown
    })
    if (job === undefined) {
      context.remark(`rqctl: job ${printable(id)} is gone, and its result with it`)
      // A job that finishes is removed at once where its result is not to be kept.
      return resultTtl === '0' ? exitCodes.ok : exitCodes.failed
    }
    if (ends.has(job.status ?? '')) return tell(job, isSilent, context)
    const leftMs = deadlineMs - systemClock.monoMs()
    if (leftMs <= 0 || signal?.aborted === true) {
      context.remark(`rqctl: job ${printable(id)} is ${job.status ?? 'without a status'} still; it goes on`)
      return exitCodes.timedOut
    }
    await delay(Math.min(pauseMs, leftMs), undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
  }
}

/** The result alone on stdout, as JSON; a failure on stderr. */
function tell(job: JobDocument, isSilent: boolean, context: Context): number {
  const isFinished = job.status === 'finished'
  if (context.json) context.answer(job, () => '')
  else if (isFinished && !isSilent) context.io.stdout.write(`${JSON.stringify(job.result)}\n`)
  else if (!isFinished) {
    const lines = (job.excInfo ?? '').trimEnd().split('\n').map(printable).join('\n')
    context.remark(
      `rqctl: job ${printable(job.id)} is ${job.status ?? 'without a status'}${lines === '' ? '' : `:\n${lines}`}`,
    )
  }
  return isFinished ? exitCodes.ok : exitCodes.failed
}
