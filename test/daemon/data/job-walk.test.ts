import t, { type Test } from 'tap'
import { JobWalk, type WalkParams } from '../../../daemon/data/job-walk.js'
import { startFailing } from '../dashboard/failing.js'

/** Walk to the end, removing of each step the jobs that `isTaken` names. @returns ids in the order of the walk */
async function walkAll(
  { data, client, keys }: Awaited<ReturnType<typeof startFailing>>,
  params: WalkParams,
  isTaken: (id: string) => boolean,
): Promise<string[]> {
  const walk = new JobWalk(data, params)
  const met: string[] = []
  let gone: string[] = []
  for (let part = await walk.next(); part !== undefined; part = await walk.next(gone)) {
    gone = part.jobs.map(({ id }) => id).filter(isTaken)
    met.push(...part.jobs.map(({ id }) => id))
    for (const id of gone) await client.multi().lrem(keys.queue('q'), 1, id).zrem(keys.failed('q'), id).exec()
  }
  return met
}

const ways: readonly [string, (id: string) => boolean][] = [
  ['none is taken', () => false],
  ['all are taken', () => true],
  ['every other one is taken', (id) => Number(/\d+$/.exec(id)?.[0]) % 2 === 0],
]

async function start(t: Test, score: (i: number) => number) {
  const failing = await startFailing(t)
  const { client, keys } = failing
  const ids = Array.from({ length: 25 }, (_, i) => `job-${String(i).padStart(2, '0')}`)
  await client.sadd(keys.queues, keys.queue('q'))
  const fill = async () => {
    await client.del(keys.queue('q'), keys.failed('q'))
    await client.rpush(keys.queue('q'), ...ids)
    for (const [i, id] of ids.entries()) await client.zadd(keys.failed('q'), score(i), id)
  }
  return { ...failing, ids, fill }
}

t.test('a walk meets every job once, although those that it has met are taken away behind it', async (t) => {
  for (const [what, score] of [
    ['each at a time of its own', (i: number) => i],
    ['all at one time', () => 7],
  ] as const) {
    const all = await start(t, score)
    for (const [way, isTaken] of ways) {
      for (const limit of [1, 2, 7, 100]) {
        for (const status of ['queued', 'failed'] as const) {
          await all.fill()
          const met = await walkAll(all, { statuses: [status], limit }, isTaken)
          t.strictSame(met.sort(), all.ids, `${status}, ${what}, ${way}, ${limit} a step`)
        }
      }
    }
  }
})

t.test('a walk over nothing ends at once', async (t) => {
  const all = await startFailing(t)
  const walk = new JobWalk(all.data, { statuses: ['failed'] })
  t.match(await walk.next(), { jobs: [], looked: 0 })
  t.equal(await walk.next(), undefined)
})
