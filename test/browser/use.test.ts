import t from 'tap'
import { Queue } from '../../src/index.js'
import { openPage, startBrowser, withoutChromium } from '../helpers/browser.js'
import { fixtureTasks, startDaemon } from '../helpers/daemon.js'
import { startDashboard } from '../helpers/dashboard.js'
import { startRedis } from '../helpers/redis.js'
import { goByKeys } from './press.js'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

t.test('C11 the dashboard is used in Chromium', { skip: withoutChromium }, async (t) => {
  const redis = await startRedis(t)
  const [browser, { origin, token }] = await Promise.all([
    startBrowser(t),
    startDashboard(t, redis),
    startDaemon(t, redis, ['--executors', '1', 'default', 'b']),
  ])
  const queue = new Queue('default', { connection: redis.client, taskPaths: [fixtureTasks] })
  const queueB = new Queue('b', { connection: redis.client, taskPaths: [fixtureTasks] })
  await queue.enqueue('arithmetic.add', 1, 2)
  await queueB.enqueue('arithmetic.add', 1, 2)
  const signIn = `/queues?token=${token}`

  await t.test('C11 keys lead through it', async (t) => {
    const { page, wrongs } = await openPage(browser, { origin })
    await page.goto(signIn)
    const focused = () => page.evaluate<string>('document.activeElement?.textContent ?? ""')
    await page.keyboard.press('j')
    t.equal(await focused(), 'b')
    await page.keyboard.press('j')
    t.equal(await focused(), 'default')
    await page.keyboard.press('j')
    t.equal(await focused(), 'default', 'the last row')
    await page.keyboard.press('k')
    t.equal(await focused(), 'b')
    await page.keyboard.press('?')
    t.ok(await page.getByRole('dialog', { name: 'Keys' }).isVisible())
    await page.keyboard.press('Escape')
    t.notOk(await page.getByRole('dialog', { name: 'Keys' }).isVisible())
    for (const theme of ['light', 'dark', 'auto']) {
      await page.keyboard.press('t')
      t.equal(await page.locator('html').getAttribute('data-theme'), theme)
    }
    await page.keyboard.press('/')
    t.equal(await page.evaluate('document.activeElement?.getAttribute("name")'), 'find')
    await page.keyboard.type('gq t?')
    t.equal(await page.getByRole('searchbox').inputValue(), 'gq t?', 'keys are text where somebody writes')
    await page.goto('/')
    await goByKeys(page, 'q', '**/queues')
    await page.keyboard.press('j')
    await Promise.all([page.waitForURL('**/jobs?queue=b'), page.keyboard.press('Enter')])
    t.same(await wrongs(), [])
    await page.context().close()
  })

  await t.test('C11 what happens shows without a reload, and the focus stays where it is', async (t) => {
    const { page, wrongs } = await openPage(browser, { origin })
    await page.goto(signIn)
    await page.evaluate('globalThis.mark = "the same page"')
    await page.getByRole('img', { name: 'live', exact: true }).waitFor()
    await page.getByRole('link', { name: 'default' }).first().focus()
    const gate = join(redis.folder, 'gate')
    await queue.enqueue('gate.wait', gate)
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'default' }) })
    const counted = (column: number, text: string) =>
      row
        .locator('td')
        .nth(column)
        .filter({ hasText: new RegExp(`^${text}$`) })
        .waitFor()
    await counted(1, '1')
    // A queue that is sorted above the one in focus.
    await new Queue('a', { connection: redis.client, taskPaths: [fixtureTasks] }).enqueue('arithmetic.add', 1, 2)
    await page.getByRole('rowheader', { name: 'a', exact: true }).waitFor()
    t.equal(await page.evaluate('document.activeElement?.textContent'), 'default')
    await writeFile(gate, '')
    await counted(1, '0')
    await counted(5, '2')
    t.equal(await page.evaluate('document.activeElement?.textContent'), 'default')
    t.equal(await page.evaluate('globalThis.mark'), 'the same page')
    t.same(await wrongs(), [])
    await page.context().close()
  })

  await t.test('C11 an action shows at once in the pages of others', async (t) => {
    const [one, two] = await Promise.all([openPage(browser, { origin }), openPage(browser, { origin })])
    await Promise.all([one.page.goto(signIn), two.page.goto(signIn)])
    await two.page.getByRole('img', { name: 'live', exact: true }).waitFor()
    await one.page.getByRole('button', { name: 'Pause queue default' }).click()
    t.match(await one.page.getByRole('status').textContent(), 'Queue default is paused')
    await two.page.getByRole('button', { name: 'Resume queue default' }).waitFor()
    await two.page.getByRole('button', { name: 'Resume queue default' }).click()
    t.match(await two.page.getByRole('status').textContent(), 'is open again')
    await one.page.getByRole('button', { name: 'Pause queue default' }).waitFor()
    t.same([...(await one.wrongs()), ...(await two.wrongs())], [])
    await Promise.all([one.page.context().close(), two.page.context().close()])
  })

  await t.test('C11 it works without JavaScript', async (t) => {
    const { page, wrongs } = await openPage(browser, { origin, javaScriptEnabled: false })
    await page.goto('/queues')
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Queues', exact: true }).click()
    await page.getByRole('button', { name: 'Pause queue default' }).click()
    t.match(await page.getByRole('status').textContent(), 'Queue default is paused')
    await page.getByRole('button', { name: 'Resume queue default' }).click()
    t.match(await page.getByRole('status').textContent(), 'is open again')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Token').waitFor()
    t.equal(await page.title(), 'Sign in · rqd')
    t.same(await wrongs(), [])
    await page.context().close()
  })
})
