import type { World } from './world.js'

/** A page as a visitor finds it. */
export interface PageCase {
  readonly name: string
  readonly path: string
  /** What its heading says. */
  readonly heading: string
  /** Text that it must show, among it what hostile fields hold, as text. */
  readonly shows: readonly string[]
}

/** All pages of the dashboard: what holds for a page is asked of each of them. */
export function pageCases(_: World): readonly PageCase[] {
  return [
    { name: 'overview', path: '/', heading: 'Overview', shows: ['default', '<script>pwned()</script>'] },
    { name: 'queues', path: '/queues', heading: 'Queues', shows: ['default', '<script>pwned()</script>', '\\u202e'] },
    { name: 'no-such-page', path: '/nothing', heading: 'There is no such thing', shows: ['there is no page'] },
  ]
}
