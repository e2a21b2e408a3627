import type { World } from './world.js'

/** A page as a visitor finds it. */
export interface PageCase {
  readonly name: string
  readonly path: string
  /** How its heading begins. */
  readonly heading: string
  /** Text that it must show, among it what hostile fields hold, as text. */
  readonly shows: readonly string[]
  /** Fields of the form that leads to it; undefined: a link does. */
  readonly form?: Readonly<Record<string, string>>
}

const job = (id: string): string => `/job?${new URLSearchParams({ id }).toString()}`

/** All pages of the dashboard: what holds for a page is asked of each of them. */
export function pageCases({ jobs }: World): readonly PageCase[] {
  return [
    { name: 'overview', path: '/', heading: 'Overview', shows: ['default', '<script>pwned()</script>'] },
    { name: 'queues', path: '/queues', heading: 'Queues', shows: ['default', '<script>pwned()</script>', '\\u202e'] },
    { name: 'day', path: '/?range=24h', heading: 'Overview', shows: ['default', 'waiting'] },
    { name: 'daemons', path: '/daemons', heading: 'Daemons', shows: ['default'] },
    { name: 'jobs', path: '/jobs', heading: 'Jobs', shows: ['<script>pwned()</script>'] },
    { name: 'failed-jobs', path: '/jobs?queue=default&status=failed', heading: 'Jobs', shows: ['undecodable', '<img'] },
    { name: 'job', path: job(jobs.json), heading: 'Job', shows: ['arithmetic.add', 'finished', '3'] },
    { name: 'failed-job', path: job(jobs.failed), heading: 'Job', shows: ['ShopClosed', '<script>pwned()</script>'] },
    { name: 'evil-job', path: job(jobs.evil), heading: 'Job', shows: ['<script>pwned()</script>', '\\u202e'] },
    { name: 'undecodable-job', path: job(jobs.undecodable), heading: 'Job', shows: ['failed'] },
    { name: 'pickled-job', path: job(jobs.pickled), heading: 'Job', shows: ['arithmetic.'] },
    { name: 'no-such-job', path: job('nothing'), heading: 'Job', shows: ['nothing'] },
    { name: 'failures', path: '/failures', heading: 'Failures', shows: ['ShopClosed', '<script>pwned()</script>'] },
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
