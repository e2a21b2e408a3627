import t from 'tap'
import { Queue } from '../../src/index.js'
import { openPage, startBrowser, withoutChromium } from '../helpers/browser.js'
import { fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { startDashboard } from '../helpers/dashboard.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'
import { press } from './press.js'

t.test('C11 a fleet is run from Chromium', { skip: withoutChromium }, async (t) => {
  const redis = await startRedis(t)
  const queue = new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
  const [browser, { origin, token }, daemon] = await Promise.all([
    startBrowser(t),
    startDashboard(t, redis),
    startDaemon(t, redis, ['--executors', '1', 'default']),
  ])
  const { page, wrongs } = await openPage(browser, { origin })
  await page.goto(`/queues?token=${token}`)
  const isPaused = async () => (await daemon.status()).queues.some(({ paused }) => paused)
  const comes = (what: string, probe: () => Promise<boolean>) => waitFor(what, probe)

  await t.test('C11 all workers are suspended for a while and resumed', async (t) => {
    await page.goto('/workers')
    await page.getByLabel('Minutes').fill('5')
    t.match(await press(page, 'Suspend all workers', true), 'are suspended')
    t.ok((await redis.client.ttl('rq:suspended')) > 200)
    t.match(await press(page, 'Resume all'), 'go on')
    t.equal(await redis.client.exists('rq:suspended'), 0)
  })

  await t.test('C11 a daemon is paused, resumed, scaled, drained and reloaded', async () => {
    await page.goto('/daemons')
    await press(page, /^Pause on daemon/)
    await comes('the daemon to be paused', isPaused)
    await page.goto('/daemons')
    await press(page, /^Resume all daemon/)
    await comes('the daemon to be resumed', async () => !(await isPaused()))
    await page.goto('/daemons')
    await page.getByLabel('Executors').first().fill('2')
    await press(page, /^Scale daemon/)
    await comes('a second executor', async () => (await daemon.status()).executors.length === 2)
    await page.goto('/daemons')
    await press(page, /^Drain daemon/, true)
    await comes('the daemon to be drained', async () => (await daemon.status()).state.startsWith('drain'))
    await page.goto('/daemons')
    await press(page, /^Resume all daemon/)
    await comes('the daemon to run again', async () => (await daemon.status()).state === 'running')
    await page.goto('/daemons')
    await press(page, /^Reload daemon/, true)
    await daemon.logged('reload')
    t.equal((await daemon.status()).state, 'running')
  })

  await t.test('C11 a scheduled job is run before its time, and another one is canceled', async (t) => {
    const [now, never] = await Promise.all([
      queue.enqueueIn('1h', 'arithmetic.add', 1, 2),
      queue.enqueueIn('2h', 'arithmetic.add', 1, 2),
    ])
    await page.goto('/schedule')
    t.match(await press(page, new RegExp(`^Run now .*${now.id}`)), `${now.id} is queued`)
    await comes('the job to run', async () => (await now.refresh()).status === 'finished')
    await page.goto('/schedule')
    t.match(await press(page, new RegExp(`^Cancel .*${never.id}`), true), `${never.id} is canceled`)
    t.equal((await never.refresh()).status, 'canceled')
  })

  await t.test('C11 what is asked can be answered with no, and nothing is done', async (t) => {
    const job = await queue.enqueueIn('1h', 'arithmetic.add', 1, 2)
    await page.goto('/schedule')
    await page.getByRole('button', { name: new RegExp(`^Cancel .*${job.id}`) }).click()
    await page.getByRole('link', { name: 'No, go back' }).click()
    await page.waitForURL('**/schedule')
    t.equal((await job.refresh()).status, 'scheduled')
  })

  await t.test('C11 the executors of a daemon are replaced', async () => {
    const pids = async () => (await daemon.status()).executors.map(({ pid }) => pid)
    const before = await pids()
    await page.goto('/daemons')
    await press(page, /^Restart executors daemon/, true)
    await comes('other executors', async () => (await pids()).every((pid) => pid !== null && !before.includes(pid)))
  })

  await t.test('C11 the daemon is shut down', async (t) => {
    await page.goto('/daemons')
    await press(page, /^Shut down daemon/, true)
    t.equal((await daemon.ended).code, 0)
  })

  await t.test('nothing went wrong in the browser meanwhile', async (t) => {
    t.same(await wrongs(), [])
  })
})
