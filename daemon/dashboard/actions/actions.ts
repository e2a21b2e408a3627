import type { Action } from './action.js'
import { jobActions } from './job-actions.js'
import { queueActions } from './queue-actions.js'

/** What can be done, by name: each is sent to `/do/NAME`. */
export const actions: ReadonlyMap<string, Action> = new Map<string, Action>(
  Object.entries({ ...queueActions, ...jobActions }),
)
