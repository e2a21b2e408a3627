import { daemonsPage } from './daemons.js'
import { jobPage } from './job.js'
import { jobsPage } from './jobs.js'
import { overviewPage } from './overview.js'
import type { Page } from './page.js'
import { queuesPage } from './queues.js'
import { schedulePage } from './schedule.js'
import { workersPage } from './workers.js'

/** The pages, by path below the place where the dashboard is mounted. */
export const pages: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['/', overviewPage],
  ['/queues', queuesPage],
  ['/workers', workersPage],
  ['/schedule', schedulePage],
  ['/daemons', daemonsPage],
  ['/jobs', jobsPage],
  ['/job', jobPage],
])
