import { cancel } from './cancel.js'
import { cronList } from './cron-list.js'
import { daemonAnswer } from './daemon-answer.js'
import { daemonOrder } from './daemon-order.js'
import { daemons } from './daemons.js'
import { deleteJobs } from './delete.js'
import { empty } from './empty.js'
import { enqueue } from './enqueue.js'
import { enqueueNowMethod } from './enqueue-now.js'
import { failuresStep } from './failures-step.js'
import { history } from './history.js'
import { info } from './info.js'
import { job } from './job.js'
import { jobGraph } from './job-graph.js'
import { jobIdsMethod } from './job-ids.js'
import { jobs } from './jobs.js'
import { queues } from './queues.js'
import { requeue } from './requeue.js'
import { resumeAll } from './resume-all.js'
import { schedule } from './schedule.js'
import { send } from './send.js'
import { stopJob } from './stop-job.js'
import { suspend } from './suspend.js'
import { workers } from './workers.js'
import { explain } from './explain.js'
import { fsckLook } from './fsck-look.js'
import { fsckRepair } from './fsck-repair.js'
import { fsckStep } from './fsck-step.js'
import { pauseEverywhereMethod } from './pause-everywhere.js'
import { pausedEverywhereMethod } from './paused-everywhere.js'
import { redisVersion } from './redis-version.js'
import { resumeEverywhereMethod } from './resume-everywhere.js'

/** The methods about data at rest, by name: each in a file of its own. */
export const dataMethods = {
  'cron.list': cronList,
  info,
  queues,
  workers,
  jobs,
  'jobs.ids': jobIdsMethod,
  job,
  schedule,
  'job.graph': jobGraph,
  enqueue,
  requeue,
  'jobs.enqueue-now': enqueueNowMethod,
  cancel,
  delete: deleteJobs,
  empty,
  'stop-job': stopJob,
  send,
  suspend,
  'resume.all': resumeAll,
  explain,
  'fsck.step': fsckStep,
  'fsck.look': fsckLook,
  'fsck.repair': fsckRepair,
  'pause.everywhere': pauseEverywhereMethod,
  'resume.everywhere': resumeEverywhereMethod,
  'paused.everywhere': pausedEverywhereMethod,
  'redis.version': redisVersion,
  history,
  'failures.step': failuresStep,
  daemons,
  'daemon.order': daemonOrder,
  'daemon.answer': daemonAnswer,
} as const

export type DataMethodName = keyof typeof dataMethods

/** Whether a method is one of these. */
export function isDataMethod(name: string): name is DataMethodName {
  return Object.hasOwn(dataMethods, name)
}
