import type { Page } from 'playwright-core'
import t from 'tap'
import {
  barriers,
  beyondEdge,
  foreignElements,
  openPage,
  picture,
  startBrowser,
  type themes,
  widths,
  withoutChromium,
} from '../helpers/browser.js'
import { pageCases } from './pages.js'
import { startWorld } from './world.js'

/** Send a form as a button of a page would. */
async function submit(page: Page, action: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const code = `(([action, fields]) => {
    const form = document.querySelector('form[action*="/do/"]')
    form.action = action
    for (const [name, value] of fields) {
      const input = document.createElement('input')
      Object.assign(input, { type: 'hidden', name, value })
      form.append(input)
    }
    form.submit()
  })(${JSON.stringify([action, Object.entries(fields)])})`
  await Promise.all([page.waitForURL(`**${action}`), page.evaluate(code)])
}

/** Look at every page in the colours of a theme, at every width; in the light also at what it holds. */
export function lookAtEveryPage(theme: (typeof themes)[number]): void {
  void t.test(`C11 dashboard in Chromium, ${theme}`, { skip: withoutChromium }, async (t) => {
    const [world, browser] = await Promise.all([startWorld(t), startBrowser(t)])
    const { origin, token } = world.dashboard
    const watched = await openPage(browser, { origin, colorScheme: theme })
    const { page } = watched

    await t.test('the page that asks for a token lets everybody in who has one', async (t) => {
      await page.goto('/queues')
      t.same(await barriers(page), [])
      await picture(page, `sign-in-${theme}`)
      await page.getByLabel('Token').fill('wrong')
      await page.getByRole('button', { name: 'Sign in' }).click()
      t.match(await page.getByRole('alert').textContent(), 'That is not a token')
      t.same(await barriers(page), [])
      await page.getByLabel('Token').fill(token)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Overview' }).first().waitFor()
      t.equal(await page.title(), 'Overview · rqd')
      t.same(await watched.wrongs(), [])
    })

    for (const { name, path, heading, shows, form } of pageCases(world)) {
      await t.test(`C11 page ${name}: what jobs hold is text, nothing runs, nothing is asked of others`, async (t) => {
        await page.goto(form === undefined ? path : '/queues')
        if (form !== undefined) await submit(page, path, form)
        t.match(await page.locator('h1').first().textContent(), new RegExp(`^${heading}`))
        for (const part of shows) await page.locator('main', { hasText: part }).waitFor()
        t.same(await foreignElements(page), [])
        t.same(await watched.wrongs(), [])
      })
      for (const width of widths) {
        await t.test(`C11 page ${name}, ${theme}, ${width} px: nobody is kept out, nothing stands out`, async (t) => {
          await page.setViewportSize({ width, height: 900 })
          t.same(await barriers(page, theme === 'light' ? 'all' : 'colours'), [])
          t.same(await beyondEdge(page), [])
          await picture(page, `${name}-${theme}-${width}`)
        })
      }
      await page.setViewportSize({ width: widths[0], height: 900 })
    }
  })
}
