import type { Verdict } from './explanation.js'
import type { JobFacts, TraceFacts } from './facts.js'
import { count, fact, quote } from './words.js'

/** Places out of which an id comes to a worker, or a scheduler. */
const waiting = new Set<TraceFacts['place']>(['queue', 'intermediate', 'scheduled', 'deferred', 'ready'])

/** Why there is no such job. */
export function explainGone({ jobId, jobKey, traces, resultsLeft }: JobFacts): Verdict {
  const evidence = traces.map(({ queue, place }) => fact('foundIn', `${place} ${queue}`, describe({ queue, place })))
  if (resultsLeft > 0) evidence.push(fact('results', resultsLeft, `${count(resultsLeft, 'result')} kept`))
  const place = traces.find((trace) => waiting.has(trace.place))
  if (place !== undefined) {
    return {
      cause: 'gone-in-place',
      sentence: `The job is gone: its ttl ran out, or it was deleted. Its id is still ${describe(place)}, and is dropped when its turn comes.`,
      evidence,
      next: 'enqueue it again, with a longer ttl if it has one',
    }
  }
  if (evidence.length > 0) {
    return {
      cause: 'gone',
      sentence: 'The job has run and is gone: the time for which it was kept is over, or it was deleted.',
      evidence,
      next: null,
    }
  }
  return {
    cause: 'missing',
    sentence: `There is no job ${quote(jobId)}: it was never enqueued in this Redis, or it has expired or been deleted.`,
    evidence,
    next: `check the id, and that --url and ${placeOption(jobId, jobKey)} name the Redis that it was enqueued in`,
  }
}

/** What says below which prefix it is looked for: those of tenants have a hash tag. */
function placeOption(jobId: string, jobKey: string): string {
  return jobKey.slice(0, -jobId.length).includes('{') ? '--tenant (or --prefix)' : '--prefix'
}

function describe({ queue, place }: TraceFacts): string {
  switch (place) {
    case 'queue':
      return `on queue ${quote(queue)}`
    case 'intermediate':
      return `on the intermediate list of queue ${quote(queue)}`
    case 'ready':
      return `among the ready jobs of queue ${quote(queue)}`
    default:
      return `among the ${place} jobs of queue ${quote(queue)}`
  }
}
