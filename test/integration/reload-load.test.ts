import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Job } from '../../src/index.js'
import { deployment } from '../helpers/deployment.js'
import { waitFor } from '../helpers/wait-for.js'

t.test(
  'C3: under load, with the code changed each time: every job runs once, none is interrupted, later ones run new code',
  async (t) => {
    const { daemon, redis, queue, trail, deploy, reload, versionNow } = await deployment(t, { preload: ['shop'] })
    const all: Job[] = []
    const feed = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        const calls = Array.from({ length: 100 }, (_, j) => queue.prepare('shop.order', trail, all.length + j))
        all.push(...(await queue.enqueueMany(calls)))
      }
    }
    await feed()
    for (const version of ['v2', 'v3', 'v4']) {
      await waitFor('jobs to be under way', () => readFileSync(trail, 'utf8').length > 0)
      deploy(version)
      const [reply] = await Promise.all([reload(), feed()])
      t.equal(reply.code, 0, reply.stderr)
      t.equal(await versionNow(), version)
    }
    t.equal(all.length, 2_000)
    await waitFor('all jobs to end', async () => (await redis.client.zcard('rq:finished:default')) >= 2_003, 60_000)
    const steps = readFileSync(trail, 'utf8').trimEnd().split('\n')
    t.equal(steps.length, 4_000, 'each began once and ended once')
    t.equal(new Set(steps).size, 4_000)
    t.match((await daemon.status()).counters, { finished: 2_003, failed: 0, retried: 0, executorDeaths: 0, fenced: 0 })
    const jobs = await Promise.all(all.map((job) => job.refresh()))
    t.ok(jobs.every(({ status }) => status === 'finished'))
    t.ok(new Set(jobs.map(({ result }) => result)).size > 1, 'some ran in old code, some in new')
    t.notMatch(daemon.log(), 'job interrupted')
  },
)
