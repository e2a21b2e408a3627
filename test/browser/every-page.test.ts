import t from 'tap'
import {
  barriers,
  foreignElements,
  openPage,
  picture,
  startBrowser,
  themes,
  widths,
  withoutChromium,
} from '../helpers/browser.js'
import { pageCases } from './pages.js'
import { startWorld } from './world.js'

t.test('C11 dashboard in Chromium', { skip: withoutChromium }, async (t) => {
  const [world, browser] = await Promise.all([startWorld(t), startBrowser(t)])
  const { origin, token } = world.dashboard
  const watched = await openPage(browser, { origin })
  const { page } = watched

  await t.test('the page that asks for a token lets everybody in who has one', async (t) => {
    await page.goto('/queues')
    t.same(await barriers(page), [])
    await picture(page, 'sign-in')
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    t.match(await page.getByRole('alert').textContent(), 'That is not a token')
    t.same(await barriers(page), [])
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    t.equal(await page.title(), 'Overview · rqd')
    t.same(await watched.wrongs(), [])
  })

  for (const { name, path, heading, shows } of pageCases(world)) {
    await t.test(`C11 page ${name}: what jobs hold is text, nothing runs, nothing is asked of others`, async (t) => {
      await page.goto(path)
      t.equal(await page.locator('h1').first().textContent(), heading)
      const text = await page.locator('main').innerText()
      for (const part of shows) t.ok(text.includes(part), `shows ${part}\n${text}`)
      t.same(await foreignElements(page), [])
      t.same(await watched.wrongs(), [])
    })
    for (const theme of themes) {
      for (const width of widths) {
        await t.test(`C11 page ${name}, ${theme}, ${width} px: nobody is kept out, nothing stands out`, async (t) => {
          await page.emulateMedia({ colorScheme: theme })
          await page.setViewportSize({ width, height: 900 })
          t.same(await barriers(page), [])
          const beyond = await page.evaluate<number>(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          )
          t.equal(beyond, 0, 'pixels beyond the edge of the page')
          await picture(page, `${name}-${theme}-${width}`)
        })
      }
    }
    await page.setViewportSize({ width: widths[0], height: 900 })
  }
})
