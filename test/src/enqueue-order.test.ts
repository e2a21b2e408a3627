import fc from 'fast-check'
import t from 'tap'
import type { EnqueueCall } from '../../src/enqueue-call.js'
import { Queue } from '../../src/queue.js'
import { createKeys } from '../../src/redis/keys.js'
import { startRedis } from '../helpers/redis.js'

const { client } = await startRedis(t)
const keys = createKeys()

const names = ['high', 'low'] as const
type Name = (typeof names)[number]

/** Few ids, so that some are enqueued twice. */
const call = fc.record({
  jobId: fc.nat(30).map(String),
  atFront: fc.boolean(),
  ttl: fc.constantFrom(undefined, 60, 600),
})
const step = fc.record({
  queue: fc.constantFrom<Name>(...names),
  calls: fc.array(call, { maxLength: 8 }),
  many: fc.boolean(),
  /** Go on only when Redis has answered. */
  wait: fc.boolean(),
})

function toCall({ jobId, atFront, ttl }: { jobId: string; atFront: boolean; ttl: number | undefined }): EnqueueCall {
  return { func: 'tasks.add', jobId, atFront, ...(ttl === undefined ? {} : { ttl }) }
}

void t.test('whatever is enqueued in whatever way, queues and TTLs are as if one had come after another', async (t) => {
  let steps = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20, size: 'max' }), async (list) => {
      await client.flushall()
      const lists: Record<Name, string[]> = { high: [], low: [] }
      const ttls = new Map<string, number>()
      let sent: Promise<unknown>[] = []
      for (const { queue, calls, many, wait } of list) {
        const target = new Queue(queue, { connection: client })
        if (many) sent.push(target.enqueueMany(calls.map(toCall)))
        else sent.push(...calls.map((one) => target.enqueueCall(toCall(one))))
        for (const { jobId, atFront, ttl = -1 } of calls) {
          if (atFront) lists[queue].unshift(jobId)
          else lists[queue].push(jobId)
          ttls.set(jobId, ttl)
        }
        if (wait) await Promise.all(sent)
        if (wait) sent = []
        steps += 1
      }
      await Promise.all(sent)
      for (const name of names) t.strictSame(await client.lrange(keys.queue(name), 0, -1), lists[name])
      for (const [id, ttl] of ttls) {
        const found = await client.ttl(keys.job(id))
        t.ok(found === ttl || (ttl > 0 && found <= ttl && found > ttl - 20), `${id}: ${found}, not ${ttl}`)
      }
    }),
    { seed: 20_261_123, numRuns: 100, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false },
  )
  t.ok(steps > 100, `${steps} steps`)
})
