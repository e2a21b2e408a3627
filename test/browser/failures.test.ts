import t from 'tap'
import { Queue } from '../../src/index.js'
import { barriers, foreignElements, openPage, startBrowser, withoutChromium } from '../helpers/browser.js'
import { fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { startDashboard } from '../helpers/dashboard.js'
import { Factory } from '../helpers/factory.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'
import { press } from './press.js'
import { evil } from './world.js'

t.test('C11 failures are put right in Chromium', { skip: withoutChromium }, async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  const make = new Factory(client)
  const { keys } = make
  const queue = new Queue('default', { connection: client, taskPaths: [fixtureTasks] })
  const [browser, { origin, token }] = await Promise.all([
    startBrowser(t),
    startDashboard(t, redis),
    startDaemon(t, redis, ['--executors', '1', 'default']),
  ])
  const { id: thrown } = await queue.enqueue('thrower.fail', evil)
  for (let i = 0; i < 2; i++) await queue.enqueue('thrower.fail', evil)
  await queue.enqueue('gate.pass', `${redis.folder}/shut`)
  await waitFor('the jobs to fail', async () => (await client.zcard(keys.failed('default'))) === 4)
  const failed = () => client.zcard(keys.failed('default'))
  const { page, wrongs } = await openPage(browser, { origin })
  await page.goto(`/failures?token=${token}`)
  const runs = page.locator('#runs')
  const line = (name: string) => page.getByRole('row').filter({ hasText: name })

  await t.test('C11 failures come in groups, and what they hold is text', async (t) => {
    await line('ShopClosed').getByText('3', { exact: true }).waitFor()
    await line('the gate is shut').getByText('1', { exact: true }).waitFor()
    t.match(await line('ShopClosed').innerText(), '<script>pwned()</script>')
    t.same(await foreignElements(page), [])
    t.same(await barriers(page), [])
  })

  await t.test('C11 a group is to be requeued, and that is undone in time', async (t) => {
    t.match(await press(page, /^Requeue all ShopClosed/), 'unless you undo it')
    await runs
      .getByText(/begins in \d+ s/)
      .first()
      .waitFor()
    t.match(await press(page, /^Undo/), 'Undone: nothing has happened.')
    t.equal(await failed(), 4)
    await runs.getByText('undone, nothing has happened').first().waitFor()
  })

  await t.test('C11 a group is requeued when the time is over, and the page says so by itself', async (t) => {
    const before = await client.hget(keys.job(thrown), 'started_at')
    await press(page, /^Requeue all ShopClosed/)
    await runs.getByText('3 requeued.').first().waitFor()
    await waitFor('the jobs to fail again', async () => (await failed()) === 4)
    t.not(await client.hget(keys.job(thrown), 'started_at'), before, 'it has run again')
  })

  await t.test('C11 a group is deleted, and no other', async (t) => {
    await page.goto('/failures')
    await press(page, /^Delete all .*ate/)
    await runs.getByText('1 deleted.').first().waitFor()
    t.equal(await failed(), 3)
    await line('the gate is shut').waitFor({ state: 'detached' })
    t.ok(await line('ShopClosed').isVisible())
  })

  await t.test('nothing went wrong in the browser meanwhile', async (t) => {
    t.same(await wrongs(), [])
  })
})
