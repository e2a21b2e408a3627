import type { World } from './world.js'

/** A page as a visitor finds it. */
export interface PageCase {
  readonly name: string
  readonly path: string
  /** What its heading says. */
  readonly heading: string
  /** Text that it must show, among it what hostile fields hold, as text. */
  readonly shows: readonly string[]
  /** Fields of the form that leads to it; undefined: a link does. */
  readonly form?: Readonly<Record<string, string>>
}

/** All pages of the dashboard: what holds for a page is asked of each of them. */
export function pageCases({ jobs }: World): readonly PageCase[] {
  return [
    { name: 'overview', path: '/', heading: 'Overview', shows: ['default', '<script>pwned()</script>'] },
    { name: 'queues', path: '/queues', heading: 'Queues', shows: ['default', '<script>pwned()</script>', '\\u202e'] },
    { name: 'day', path: '/?range=24h', heading: 'Overview', shows: ['default', 'waiting'] },
    { name: 'daemons', path: '/daemons', heading: 'Daemons', shows: ['default'] },
    { name: 'workers', path: '/workers', heading: 'Workers', shows: ['idle', '<script>pwned()</script>', '\\u202e'] },
    {
      name: 'schedule',
      path: '/schedule',
      heading: 'Schedule',
      shows: ['later', '<script>pwned()</script>', '0 0 1 1 *'],
    },
    {
      name: 'question',
      path: '/do/schedule-cancel',
      heading: 'Are you sure?',
      shows: ['<script>pwned()</script>'],
      form: { id: jobs.evil },
    },
    { name: 'no-such-page', path: '/nothing', heading: 'There is no such thing', shows: ['there is no page'] },
  ]
}
