import type { Page } from 'playwright-core'

/** Press a button, and say yes where it is asked. @returns what the next page says of it */
export async function press(page: Page, name: string | RegExp, isAsked = false): Promise<string> {
  await page.getByRole('button', { name }).first().click()
  if (isAsked) {
    await page.getByRole('heading', { name: 'Are you sure?' }).waitFor()
    await page.getByRole('button', { name: 'Yes' }).click()
  }
  return page.locator('#notes .note').first().innerText()
}
