import type { Page } from 'playwright-core'
import { waitFor } from '../helpers/wait-for.js'

/** Press a button, and say yes where it is asked. @returns what the next page says of it */
export async function press(page: Page, name: string | RegExp, isAsked = false): Promise<string> {
  await page.getByRole('button', { name }).first().click()
  if (isAsked) {
    await page.getByRole('heading', { name: 'Are you sure?' }).waitFor()
    await page.getByRole('button', { name: 'Yes' }).click()
  }
  return page.locator('#notes .note').first().innerText()
}

/** Type `g` and another key, which lead to a page. Where a busy machine is late with the second one, both are typed again. */
export async function goByKeys(page: Page, second: string, url: string): Promise<void> {
  await waitFor(`g ${second} to lead to ${url}`, async () => {
    await page.keyboard.press('g')
    await page.keyboard.press(second)
    return page.waitForURL(url, { timeout: 10_000 }).then(
      () => true,
      () => false,
    )
  })
}
