import { createServer } from 'node:http'
import t from 'tap'
import { listen } from '../daemon/dashboard/support.js'
import { openPage, startBrowser, withoutChromium } from '../helpers/browser.js'
import { startDashboard } from '../helpers/dashboard.js'
import { startRedis } from '../helpers/redis.js'

t.test('C11 visitors stay signed in in Chromium', { skip: withoutChromium }, async (t) => {
  const redis = await startRedis(t)
  const [browser, { origin, token }] = await Promise.all([startBrowser(t), startDashboard(t, redis)])

  await t.test('C11 whoever comes by a link of another site is still signed in, and stays so', async (t) => {
    const { page } = await openPage(browser, { origin })
    const link = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(`<a href="${origin}/queues">to the queues</a>`)
    })
    const other = (await listen(t, link)).replace('127.0.0.1', 'localhost')
    await page.goto(`/queues?token=${token}`)
    await page.goto(other)
    await page.getByRole('link', { name: 'to the queues' }).click()
    await page.waitForURL('**/queues')
    t.equal(await page.title(), 'Queues · rqd')
    await page.goto('/jobs')
    t.equal(await page.title(), 'Jobs · rqd')
    await page.context().close()
  })

  await t.test('C11 a form of another site changes nothing', async (t) => {
    const { page } = await openPage(browser, { origin })
    const form = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(
        `<form method="post" action="${origin}/do/queue-pause"><input name="queue" value="q"><button>Go</button></form>`,
      )
    })
    const other = (await listen(t, form)).replace('127.0.0.1', 'localhost')
    await page.goto(`/queues?token=${token}`)
    await page.goto(other)
    const [response] = await Promise.all([
      page.waitForResponse('**/do/queue-pause'),
      page.getByRole('button', { name: 'Go' }).click(),
    ])
    t.ok([401, 403].includes(response.status()), `${response.status()}`)
    t.equal((await redis.client.keys('*pause*')).length, 0)
    await page.context().close()
  })

  await t.test('C11 a page that is refused says why, and is live again when it is not', async (t) => {
    const { page } = await openPage(browser, { origin })
    await page.goto(`/jobs?token=${token}`)
    await page.route('**/live', (route) => route.fulfill({ status: 401 }))
    await page.goto('/queues')
    const mark = (name: string) => page.getByRole('img', { name, exact: true })
    await mark('not live: trying again').waitFor()
    const cookies = await page.context().cookies()
    await page.context().clearCookies()
    await mark('not live: load the page to sign in again').waitFor()
    await page.context().addCookies(cookies)
    await page.unroute('**/live')
    await mark('live').waitFor()
    t.equal(await page.title(), 'Queues · rqd')
    await page.context().close()
  })
})
