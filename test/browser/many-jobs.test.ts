import t from 'tap'
import { openPage, startBrowser, withoutChromium } from '../helpers/browser.js'
import { startDashboard } from '../helpers/dashboard.js'
import { Factory } from '../helpers/factory.js'
import { startRedis } from '../helpers/redis.js'
import { press } from './press.js'
import { evil } from './world.js'

t.test('C11 many jobs are dealt with in Chromium', { skip: withoutChromium }, async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  const make = new Factory(client)
  const { keys } = make
  const [browser, { origin, token }] = await Promise.all([startBrowser(t), startDashboard(t, redis)])
  const { page, wrongs } = await openPage(browser, { origin })
  await page.goto(`/failures?token=${token}`)
  const runs = page.locator('#runs')

  await t.test('C11 a run on many jobs is stopped half-way', async (t) => {
    const many = Array.from({ length: 12_000 }, (_, i) => `many-${i}`)
    for (let i = 0; i < many.length; i += 5_000) {
      const pipeline = client.pipeline().sadd(keys.queues, keys.queue('idle'))
      for (const id of many.slice(i, i + 5_000)) {
        pipeline.hset(keys.job(id), { origin: 'idle', status: 'failed', exc_info: 'Error: many', description: 'f()' })
        pipeline.zadd(keys.failed('idle'), i + 1, id)
      }
      await pipeline.exec()
    }
    await page.goto('/failures?queue=idle')
    // They are grouped in a third of the time.
    await page.getByRole('button', { name: /^Delete all Error/ }).waitFor({ timeout: 120_000 })
    await press(page, /^Delete all Error/)
    const stop = page.getByRole('button', { name: /^Stop/ })
    await stop.waitFor()
    t.match(await press(page, /^Stop/), 'It stops after the jobs that it is at.')
    await runs.getByText('stopped half-way').first().waitFor()
    const left = await client.zcard(keys.failed('idle'))
    t.ok(left > 0 && left < many.length, `${left} are left`)
  })

  await t.test('C11 a queue is emptied after a question and a time', async (t) => {
    await make.enqueue(['w1', 'w2', 'w3'], { queue: `idle ${evil}` })
    await page.goto('/queues')
    t.match(await press(page, /^Empty queue idle </, true), 'is emptied in 10 s, unless you undo it')
    // The run before tells of thousands, some of which may end in a 3.
    await runs
      .getByText(/: 3 deleted\./)
      .first()
      .waitFor()
    t.equal(await client.exists(keys.queue(`idle ${evil}`), keys.job('w1')), 0)
  })

  await t.test('nothing went wrong in the browser meanwhile', async (t) => {
    t.same(await wrongs(), [])
  })
})
