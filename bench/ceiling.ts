/**
 * What Redis alone can do with our scripts: claims jobs and finishes them at once, many a call, some calls in flight,
 * and runs nothing. Nothing that works through the same scripts can be faster. A program of its own:
 * `node ceiling.js SOCKET CALLS-IN-FLIGHT QUEUE...`
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { formatEpochSec, formatIso } from '../src/job/time.js'
import { systemRandom } from '../src/random.js'
import { createKeys } from '../src/redis/keys.js'
import { Store, type Claim } from '../src/redis/store.js'

/** Jobs of one call. */
const BATCH = 200
const IDLE_MS = 2
const WORKER_TTL_SEC = 420

const [path = '', inFlight = '2', ...queues] = process.argv.slice(2)
const redis = new Redis({ path, maxRetriesPerRequest: null })
const store = new Store(redis, createKeys())
const supervisorId = systemRandom.hex(32)
const worker = 'ceiling'
await store.register({
  supervisorId,
  leaseMs: 3_600_000,
  workerTtlSec: WORKER_TTL_SEC,
  queues,
  supervisorFields: {},
  workers: [{ name: worker, fields: { queues: queues.join(','), state: 'busy' } }],
})

function finish(claims: readonly Claim[]): Promise<unknown> {
  const nowMs = Date.now()
  const iso = formatIso(nowMs)
  const sec = formatEpochSec(nowMs)
  const times = { startedAt: iso, endedAt: iso, started: sec, ended: sec, workSec: '0.000000' }
  const records = claims.map(({ execution, jobId, queue }) => {
    return { execution, jobId, queue, worker, resultTtlSec: 500, value: '', ...times }
  })
  return store.finish(supervisorId, WORKER_TTL_SEC, records)
}

async function work(): Promise<never> {
  for (;;) {
    const executionPrefix = systemRandom.hex(24)
    const { claims } = await store.claim({ supervisorId, executionPrefix, queues, limit: BATCH, lookAt: BATCH })
    if (claims.length > 0) await finish(claims)
    else await delay(IDLE_MS)
  }
}

process.once('SIGTERM', () => process.exit())
await Promise.all(Array.from({ length: Number(inFlight) }, work))
