import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Job, Queue } from '../../src/index.js'
import { openPage, startBrowser, withoutChromium } from '../helpers/browser.js'
import { fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { startDashboard } from '../helpers/dashboard.js'
import { Factory } from '../helpers/factory.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'
import { press } from './press.js'

t.test('C11 jobs are put right in Chromium', { skip: withoutChromium }, async (t) => {
  const redis = await startRedis(t)
  const { client } = redis
  const make = new Factory(client)
  const queue = new Queue('default', { connection: client, taskPaths: [fixtureTasks] })
  const [browser, { origin, token }] = await Promise.all([
    startBrowser(t),
    startDashboard(t, redis),
    startDaemon(t, redis, ['--executors', '1', 'default']),
  ])
  const { page, wrongs } = await openPage(browser, { origin })
  await page.goto(`/queues?token=${token}`)
  const statusOf = async (id: string) => (await Job.fetch(id, { connection: client })).status
  const comes = (id: string, status: string) =>
    waitFor(`${id} to be ${status}`, async () => (await statusOf(id)) === status)
  const job = (id: string) => `/job?${new URLSearchParams({ id }).toString()}`
  const box = (id: string) => page.getByRole('checkbox', { name: `Choose job ${id}`, exact: true })

  await t.test('C11 a failed job is requeued from its page, and runs', async (t) => {
    const gate = join(redis.folder, 'again')
    const { id } = await queue.enqueue('gate.pass', gate)
    await comes(id, 'failed')
    await writeFile(gate, '')
    await page.goto(job(id))
    t.match(await press(page, 'Requeue'), `Job ${id} is requeued.`)
    await comes(id, 'finished')
    await page.getByText('"open"').waitFor()
  })

  await t.test('C11 a running job is stopped from its page, after a question', async (t) => {
    const { id } = await queue.enqueue('gate.wait', join(redis.folder, 'never'))
    await comes(id, 'started')
    await page.goto(job(id))
    t.match(await press(page, 'Stop', true), /its worker has been told/)
    await comes(id, 'stopped')
    await page.locator('.badge.stopped').first().waitFor()
  })

  await t.test('C11 a waiting job is canceled from its page, and deleted', async (t) => {
    await make.enqueue('lonely', { queue: 'idle' })
    await page.goto(job('lonely'))
    t.match(await press(page, 'Cancel'), 'Job lonely is canceled.')
    t.equal(await statusOf('lonely'), 'canceled')
    t.match(await press(page, 'Delete', true), 'Job lonely is deleted.')
    t.equal(await client.exists(make.keys.job('lonely')), 0)
  })

  await t.test('C11 chosen jobs are requeued, canceled and deleted, and no others', async (t) => {
    const [one, two] = [await queue.enqueue('thrower.fail', 'x'), await queue.enqueue('thrower.fail', 'y')]
    await comes(one.id, 'failed')
    await comes(two.id, 'failed')
    const before = await client.hget(make.keys.job(two.id), 'started_at')
    await page.goto('/jobs?status=failed&queue=default')
    t.ok(await page.getByRole('button', { name: 'Requeue chosen' }).isDisabled(), 'nothing is chosen yet')
    await box(one.id).check()
    t.match(await press(page, 'Requeue chosen'), `Job ${one.id} is requeued.`)
    await comes(one.id, 'failed')
    t.equal(await client.hget(make.keys.job(two.id), 'started_at'), before)
    await make.enqueue(['a', 'b', 'two\nlines', 'c'], { queue: 'idle\nqueue' })
    await page.goto(`/jobs?${new URLSearchParams({ status: 'queued', queue: 'idle\nqueue' }).toString()}`)
    await box('a').check()
    await box('two\\x0alines').check()
    t.match(await press(page, 'Cancel chosen'), '2 jobs are canceled.')
    t.equal(await statusOf('two\nlines'), 'canceled')
    t.same(await client.lrange(make.keys.queue('idle\nqueue'), 0, '-1'), ['b', 'c'])
    await page.getByRole('checkbox', { name: 'Choose all jobs of this page' }).check()
    t.match(await press(page, 'Delete chosen', true), '2 jobs are deleted.')
    t.equal(await client.exists(make.keys.job('b'), make.keys.job('c')), 0)
  })

  await t.test('C11 a queue whose name has a line break is paused and chosen like any other', async (t) => {
    await make.enqueue('there', { queue: 'idle\nqueue' })
    await page.goto('/queues')
    t.match(await press(page, 'Pause queue idle\\x0aqueue'), 'is paused')
    t.match(await press(page, 'Resume queue idle\\x0aqueue'), 'is open again')
    await page.goto('/jobs')
    await page.getByLabel('Queue').selectOption({ label: 'idle\\x0aqueue' })
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.waitForURL('**/jobs?*queue=*')
    await box('there').waitFor()
  })

  await t.test('C11 chosen rows and the focus stay while the list changes', async (t) => {
    await make.enqueue(['r1', 'r2'], { queue: 'rows' })
    await page.goto('/jobs?queue=rows&status=queued')
    await page.getByRole('img', { name: 'live', exact: true }).waitFor()
    await page.evaluate('globalThis.mark = "the same page"')
    await box('r2').check()
    await box('r2').focus()
    await make.enqueue('r0', { queue: 'rows', atFront: true })
    await box('r0').waitFor()
    t.ok(await box('r2').isChecked())
    t.notOk(await box('r0').isChecked())
    t.notOk(await box('r1').isChecked())
    t.equal(await page.evaluate('document.activeElement?.value'), 'r2')
    t.equal(await page.locator('[data-chosen]').first().textContent(), '1')
    t.equal(await page.evaluate('globalThis.mark'), 'the same page')
  })

  await t.test('C11 without JavaScript chosen jobs are requeued, too', async (t) => {
    const plain = await openPage(browser, { origin, javaScriptEnabled: false })
    const { id } = await queue.enqueue('thrower.fail', 'z')
    await comes(id, 'failed')
    const before = await client.hget(make.keys.job(id), 'started_at')
    await plain.page.goto(`/jobs?status=failed&token=${token}`)
    await plain.page.getByRole('checkbox', { name: `Choose job ${id}` }).check()
    t.match(await press(plain.page, 'Requeue chosen'), `Job ${id} is requeued.`)
    await waitFor('the job to run again', async () => {
      const [status, startedAt] = await client.hmget(make.keys.job(id), 'status', 'started_at')
      return status === 'failed' && startedAt !== before
    })
    t.same(await plain.wrongs(), [])
    await plain.page.context().close()
  })

  await t.test('nothing went wrong in the browser meanwhile', async (t) => {
    t.same(await wrongs(), [])
  })
})
