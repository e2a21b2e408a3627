import { cronList } from './cron-list.js'
import { jobStop } from './job-stop.js'

/** The methods about data at rest, by name: each in a file of its own. */
export const dataMethods = {
  'cron.list': cronList,
  'job.stop': jobStop,
} as const

export type DataMethodName = keyof typeof dataMethods

/** Whether a method is one of these. */
export function isDataMethod(name: string): name is DataMethodName {
  return Object.hasOwn(dataMethods, name)
}
