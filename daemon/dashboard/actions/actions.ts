import type { Action } from './action.js'
import { daemonActions } from './daemon-actions.js'
import { jobActions } from './job-actions.js'
import { queueActions } from './queue-actions.js'
import { scheduleActions } from './schedule-actions.js'
import { workerActions } from './worker-actions.js'

/** What can be done, by name: each is sent to `/do/NAME`. */
export const actions: ReadonlyMap<string, Action> = new Map<string, Action>(
  Object.entries({
    ...queueActions,
    ...jobActions,
    ...workerActions,
    ...scheduleActions,
    ...daemonActions,
  }),
)
