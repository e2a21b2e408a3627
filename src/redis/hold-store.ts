import { asText, runScript } from './script.js'
import { scripts } from './scripts.js'
import type { Store } from './store.js'

/** A new job that its producer runs itself. */
export interface HoldCall {
  readonly supervisorId: string
  /** 32 hex digits, never used before. */
  readonly execution: string
  readonly jobId: string
  readonly queue: string
  readonly fields: ReadonlyMap<string, string | Uint8Array>
  /** Refuse an id that exists. */
  readonly unique: boolean
}

export type HoldReply = 'held' | 'exists' | 'lost' | 'refused'

/** Write a job and hold it, as if it had been claimed at once. @throws RqdError RQD_REDIS */
export async function holdNewJob(store: Store, call: HoldCall): Promise<HoldReply> {
  const { redis, keys } = store
  const { supervisorId, execution, jobId, queue, fields, unique } = call
  const reply = await runScript(redis, scripts.hold, {
    keys: {
      claims: keys.claims(supervisorId),
      supervisors: keys.supervisors,
      queues: keys.queues,
      job: keys.job(jobId),
    },
    args: { prefix: keys.prefix, supervisorId, execution, jobId, queue, unique: unique ? 1 : 0 },
    moreArgs: [...fields].flat(),
  })
  return asText(reply) as HoldReply
}
