import type { Clock } from '../clock.js'
import { RqdError } from '../errors.js'
import { encodeJobHash, type JobHash } from '../job/hash.js'
import { silentLogger } from '../logger.js'
import type { Random } from '../random.js'
import { holdNewJob } from '../redis/hold-store.js'
import { refusedJob, type Store } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'
import type { FunctionResolver } from '../run/resolve.js'
import { newCounters } from './counters.js'
import type { HeldJob } from './held-job.js'
import { InProcess } from './in-process.js'
import { Membership } from './membership.js'
import { Settler } from './settler.js'

/** RQ's name for who runs the jobs of a synchronous queue. */
const SYNC_WORKER = 'sync'

/** How long the result may wait for Redis. */
const SETTLE_LIMIT_MS = 10_000

export interface HereOptions {
  readonly store: Store
  readonly resolver: FunctionResolver
  readonly clock: Clock
  readonly random: Random
}

/**
 * Run a new job at once in this process and record it as a worker would. A failure is recorded like any other, and not
 * tried again; nor does the job repeat. It is never on its queue and never shown as running, but a lease holds it:
 * should this process die before its end, another worker runs it.
 * @returns how it ended. @throws RqdError RQD_REDIS
 */
export async function runHere(
  options: HereOptions,
  hash: JobHash,
  queue: string,
  unique: boolean,
): Promise<'finished' | 'failed'> {
  const { store, resolver, clock, random } = options
  const logger = silentLogger
  const settler = new Settler({ store, clock, logger, counters: newCounters() })
  const nothing = (): undefined => undefined
  const inProcess = new InProcess({
    ...{ store, resolver, clock, logger, settler },
    worker: SYNC_WORKER,
    resultTtlSec: rqDefaults.resultTtlSec,
    onStarted: nothing,
    onEnded: nothing,
  })
  const membership = new Membership({
    ...{ store, clock, random, logger },
    queues: [queue],
    worker: undefined,
    running: nothing,
    onLost: () => inProcess.abort(),
  })
  await membership.join()
  try {
    const { supervisorId } = membership
    const execution = random.hex(32)
    const begun: JobHash = { ...hash, status: 'started', startedAtMs: clock.epochMs(), workerName: SYNC_WORKER }
    const fields = encodeJobHash(begun)
    const call = { supervisorId, execution, jobId: hash.id, queue, fields, unique }
    const reply = await holdNewJob(store, call)
    if (reply === 'exists') throw refusedJob(hash.id, reply)
    if (reply !== 'held') throw refusedJob(hash.id, { refused: refusals[reply] })
    const job: HeldJob = { id: hash.id, queue, origin: queue, execution, supervisorId, hash, shown: false }
    const { kind } = await inProcess.run(job, { ...hash, retriesLeft: undefined, repeatsLeft: undefined })
    if ((await settler.drain(SETTLE_LIMIT_MS)) > 0) {
      const text = `job ${JSON.stringify(hash.id)} has run, but Redis did not take its result; it will run again`
      throw new RqdError('RQD_REDIS', text)
    }
    return kind === 'finish' ? 'finished' : 'failed'
  } finally {
    await membership.leave()
  }
}

const refusals = {
  lost: 'the lease ran out before the job began',
  refused: 'its key holds something other than a job',
} as const
