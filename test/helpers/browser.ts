import { existsSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core'
import type { Test } from 'tap'

/** Debian's Chromium. */
const chromiumPath = '/usr/bin/chromium'

/** Why tests in a browser cannot run here; false where they can. In CI they always must. */
export const withoutChromium: string | false =
  process.env['CI'] === 'true' || existsSync(chromiumPath)
    ? false
    : 'Chromium is not installed (apt-get install chromium)'

/** The widths that pages are looked at in: a screen on a desk, and a telephone. */
export const widths = [1440, 390] as const
export const themes = ['light', 'dark'] as const

/** Start Chromium without a screen, with a profile that goes with it; it ends with the test. */
export async function startBrowser(t: Test): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-breakpad',
      '--disable-crash-reporter',
    ],
  })
  t.teardown(() => browser.close())
  return browser
}

/** A page that is watched for whatever must not happen in it. */
export interface WatchedPage {
  readonly page: Page
  /** What has gone wrong so far: scripts of others, violations of the policy, requests elsewhere, errors. */
  wrongs(): Promise<string[]>
}

/** Open a page in a browser context of its own, that is, with cookies of its own. */
export async function openPage(
  browser: Browser,
  { origin, ...options }: BrowserContextOptions & { readonly origin: string },
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: widths[0], height: 900 }, baseURL: origin, ...options })
  // A bound for what hangs: where other tests run beside it, a browser takes seconds for a page.
  context.setDefaultTimeout(60_000)
  const wrongs: string[] = []
  context.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) wrongs.push(`asks elsewhere: ${request.url()}`)
  })
  const page = await context.newPage()
  page.on('dialog', (dialog) => {
    wrongs.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => wrongs.push(`an error: ${error.message}`))
  page.on('console', (message) => {
    // That a page is answered with 404 is what some tests ask for.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) wrongs.push(`console: ${message.text()}`)
  })
  // What strings of attackers call.
  if (options.javaScriptEnabled !== false) {
    await page.addInitScript('globalThis.pwned = () => { globalThis.isPwned = true }')
  }
  return {
    page,
    wrongs: async () => {
      const isPwned = options.javaScriptEnabled !== false && (await page.evaluate('globalThis.isPwned === true'))
      return isPwned ? [...wrongs, `a script of a job has run on ${page.url()}`] : wrongs
    },
  }
}

/** Rules that look at colours, and nothing else that a theme changes. */
const colourRules = ['color-contrast', 'link-in-text-block']

/**
 * What axe finds on a page that keeps people out: rules with the elements, serious ones and worse.
 * `colours`: as far as colours go.
 */
export async function barriers(page: Page, what: 'all' | 'colours' = 'all'): Promise<string[]> {
  // It runs beside the page's own scripts, so that the policy of the page may stay as it is.
  await page.evaluate(`globalThis.axe === undefined && (() => { ${axe.source} })(); undefined`)
  const options = { resultTypes: ['violations'], ...(what === 'all' ? {} : { runOnly: colourRules }) }
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(document, ${JSON.stringify(options)})`)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary ?? ''}`))
}

/** Elements that make a page wider than its window; none where it is not. */
export function beyondEdge(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const wide = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > clientWidth)
    const free = wide.filter((one) => one.closest('.scroll, nav') === null)
    return [scrollWidth + ' px', ...free.map((one) => one.outerHTML.slice(0, 150))]
  })()`)
}

/** Elements that can only come from what jobs hold: pages of ours have none of them. */
export function foreignElements(page: Page): Promise<string[]> {
  return page.evaluate(`
    [...document.querySelectorAll('body script, body style, iframe, object, embed, img, base, [style], a[href^="javascript:" i]')]
      .concat([...document.querySelectorAll('*')].filter((one) => one.getAttributeNames().some((name) => name.startsWith('on'))))
      .map((one) => one.outerHTML.slice(0, 200))
  `)
}

/** Keep a picture of the page for people to look at, if RQD_SCREENSHOTS names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['RQD_SCREENSHOTS']
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
