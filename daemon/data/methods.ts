import { cronList } from './cron-list.js'
import { jobStop } from './job-stop.js'
import { pauseEverywhereMethod } from './pause-everywhere.js'
import { pausedEverywhereMethod } from './paused-everywhere.js'
import { redisVersion } from './redis-version.js'
import { resumeEverywhereMethod } from './resume-everywhere.js'

/** The methods about data at rest, by name: each in a file of its own. */
export const dataMethods = {
  'cron.list': cronList,
  'job.stop': jobStop,
  'pause.everywhere': pauseEverywhereMethod,
  'resume.everywhere': resumeEverywhereMethod,
  'paused.everywhere': pausedEverywhereMethod,
  'redis.version': redisVersion,
} as const

export type DataMethodName = keyof typeof dataMethods

/** Whether a method is one of these. */
export function isDataMethod(name: string): name is DataMethodName {
  return Object.hasOwn(dataMethods, name)
}
