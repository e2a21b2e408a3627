import { runToEnd } from './processes.js'
import type { Job, Side } from './side.js'

/** Put jobs on a side's queues by its own library, evenly. */
export async function fill(side: Side, path: string, queues: readonly string[], jobs: number, job: Job): Promise<void> {
  if (jobs > 0) await runToEnd(side.driver('fill', { path, queues, jobs, ...job }))
}
