import t from 'tap'
import { startTenants } from '../daemon/dashboard/tenants/site.js'
import {
  barriers,
  beyondEdge,
  foreignElements,
  openPage,
  picture,
  startBrowser,
  themes,
  widths,
  withoutChromium,
} from '../helpers/browser.js'
import { operateToken } from '../daemon/dashboard/support.js'
import { tenantStatus } from '../helpers/tenant-status.js'
import { goByKeys } from './press.js'

t.test('C11 dashboards of tenants in Chromium', { skip: withoutChromium }, async (t) => {
  const [site, browser] = await Promise.all([startTenants(t), startBrowser(t)])
  const { origin, make, tenants } = site
  await make.ann.enqueue(['a', 'b', 'c'])
  await make.bob.enqueue('d')
  tenants[1] = tenantStatus('bob', { weight: 2, state: 'paused', connected: false, roundTripMs: null })

  for (const colorScheme of themes) {
    await t.test(
      `C11 the list and a tenant's page, ${colorScheme}: nobody is kept out, nothing stands out`,
      async (t) => {
        const { page, wrongs } = await openPage(browser, { origin, colorScheme })
        await page.goto(`/?token=${operateToken}`)
        for (const [name, path] of [
          ['tenants', '/'],
          ['tenant-overview', '/tenants/ann/'],
          ['tenant-queues', '/tenants/ann/queues'],
          ['tenant-missing', '/tenants/zed/'],
        ] as const) {
          await page.goto(path)
          t.same(await foreignElements(page), [], name)
          for (const width of widths) {
            await page.setViewportSize({ width, height: 900 })
            t.same(await barriers(page), [], `${name} ${width}`)
            t.same(await beyondEdge(page), [], `${name} ${width}`)
            await picture(page, `${name}-${colorScheme}-${width}`)
          }
        }
        t.same(await wrongs(), [])
        await page.context().close()
      },
    )
  }

  await t.test('C11 keys lead from the list to a tenant and back', async (t) => {
    const { page, wrongs } = await openPage(browser, { origin })
    await page.goto(`/?token=${operateToken}`)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    t.equal(await page.evaluate('document.activeElement?.textContent'), 'bob')
    await page.keyboard.press('k')
    await Promise.all([page.waitForURL('**/tenants/ann/'), page.keyboard.press('Enter')])
    t.match(await page.getByRole('navigation', { name: 'Tenant' }).textContent(), 'ann')
    await goByKeys(page, 'q', '**/tenants/ann/queues')
    await goByKeys(page, 't', `${origin}/`)
    t.equal(await page.locator('h1').textContent(), 'Tenants')
    await page.keyboard.press('?')
    t.ok(await page.getByRole('dialog', { name: 'Keys' }).isVisible())
    t.same(await wrongs(), [])
    await page.context().close()
  })

  await t.test('C11 what happens shows in the list and on the page of its tenant without a reload', async (t) => {
    const [list, ann] = await Promise.all([openPage(browser, { origin }), openPage(browser, { origin })])
    await list.page.goto(`/?token=${operateToken}`)
    await ann.page.goto(`/tenants/ann/queues?token=${operateToken}`)
    for (const { page } of [list, ann]) await page.getByRole('img', { name: 'live', exact: true }).waitFor()
    await make.ann.enqueue('e')
    const cell = (page: typeof list.page, row: string, text: string) =>
      page
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader', { name: row }) })
        .getByRole('cell', { name: text, exact: true })
    await cell(list.page, 'ann', '4').waitFor()
    await cell(ann.page, 'q', '4').waitFor()
    tenants[1] = tenantStatus('bob', { weight: 2 })
    await cell(list.page, 'bob', 'running').waitFor()
    t.same([...(await list.wrongs()), ...(await ann.wrongs())], [])
    await Promise.all([list.page.context().close(), ann.page.context().close()])
  })

  await t.test('C11 they work without JavaScript: sign in once, act on one tenant, sign out of all', async (t) => {
    const { page, wrongs } = await openPage(browser, { origin, javaScriptEnabled: false })
    await page.goto('/')
    await page.getByLabel('Token').fill(operateToken)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'ann' }).click()
    await page.getByRole('button', { name: 'Pause queue q' }).click()
    t.match(await page.getByRole('status').textContent(), 'Queue q is paused')
    await page.getByRole('link', { name: 'Tenants' }).click()
    await page.getByRole('link', { name: 'bob' }).click()
    await page.getByRole('button', { name: 'Pause queue q' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Token').waitFor()
    t.equal(await page.title(), 'Sign in · rqd')
    await page.goto('/tenants/ann/')
    t.equal(await page.title(), 'Sign in · rqd')
    t.same(await wrongs(), [])
    await page.context().close()
  })
})
