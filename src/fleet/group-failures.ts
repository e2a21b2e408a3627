import { type FailureGroup, failureGroup } from './failure-group.js'
import type { JobBrief } from './job-brief.js'

/** Failed jobs that belong together. Times are epoch milliseconds; null if none of them says when it failed. */
export interface GroupedFailures extends FailureGroup {
  readonly count: number
  readonly oldestMs: number | null
  readonly newestMs: number | null
  /** Ids of some of them, the newest first. */
  readonly sampleIds: string[]
  readonly queues: string[]
}

/** Ids that are told of a group. */
export const MOST_SAMPLES = 5

/** Failed jobs by group, the largest first. What a group tells of its message is of its newest job. */
export function groupFailures(jobs: readonly JobBrief[]): GroupedFailures[] {
  const members = new Map<string, { group: FailureGroup; jobs: JobBrief[] }>()
  for (const job of newestFirst(jobs)) {
    const group = failureGroup(job)
    const known = members.get(group.signature)
    if (known === undefined) members.set(group.signature, { group, jobs: [job] })
    else known.jobs.push(job)
  }
  return [...members.values()]
    .map(({ group, jobs }) => ({ ...group, ...summary(jobs) }))
    .sort((a, b) => b.count - a.count)
}

function newestFirst(jobs: readonly JobBrief[]): JobBrief[] {
  return [...jobs].sort((a, b) => (b.sinceMs ?? -Infinity) - (a.sinceMs ?? -Infinity) || 0)
}

/** @param jobs the newest first */
function summary(jobs: readonly JobBrief[]): Omit<GroupedFailures, keyof FailureGroup> {
  const times = jobs.flatMap(({ sinceMs }) => sinceMs ?? [])
  return {
    count: jobs.length,
    oldestMs: times.at(-1) ?? null,
    newestMs: times[0] ?? null,
    sampleIds: jobs.slice(0, MOST_SAMPLES).map(({ id }) => id),
    queues: [...new Set(jobs.map(({ queue }) => queue))].sort(),
  }
}
