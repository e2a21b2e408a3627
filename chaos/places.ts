/** Where Redis has a job. */
export interface Place {
  /** Undefined: there is no such job. */
  readonly status: string | undefined
  /** Queues that it waits on; twice if twice. */
  readonly queues: readonly string[]
  /** Python RQ's lists of popped ids. */
  readonly intermediates: readonly string[]
  /** Supervisors that hold it. */
  readonly claims: readonly string[]
  /** As `finished q1`. */
  readonly registries: readonly string[]
  /** Successful results in its history. */
  readonly successes: number
}

export type Fate = 'finished' | 'failed' | 'stuck' | 'lost'

/** What became of a job. `stuck`: something still has it, and nobody moves it. `lost`: nothing has it any more. */
export function fateOf(place: Place, ended: boolean): Fate {
  const { status, queues, intermediates, claims, registries } = place
  if (status === undefined) return 'lost'
  // The word of the job itself counts: what was never done is not finished.
  if (status === 'finished') return ended ? 'finished' : 'lost'
  if (status === 'failed' || status === 'stopped' || status === 'canceled') return 'failed'
  return queues.length + intermediates.length + claims.length + registries.length > 0 ? 'stuck' : 'lost'
}

/** What is wrong with where a settled job is: it belongs in the registry of its status, once, and nowhere else. */
export function misplacement(place: Place): string | undefined {
  const { status, queues, intermediates, claims, registries } = place
  if (status !== 'finished' && status !== 'failed') return undefined
  const wrong = [
    ...queues.map((queue) => `also waits on ${queue}`),
    ...intermediates.map((queue) => `also among the popped of ${queue}`),
    ...claims.map((supervisor) => `also claimed by ${supervisor}`),
    ...registries.filter((registry) => !registry.startsWith(`${status} `)).map((registry) => `also ${registry}`),
    ...(registries.some((registry) => registry.startsWith(`${status} `)) ? [] : [`missing in ${status}`]),
  ]
  return wrong.length === 0 ? undefined : wrong.join(', ')
}

/** A place in a few words. */
export function describePlace(place: Place): string {
  const { status, queues, intermediates, claims, registries } = place
  const where = [
    ...queues.map((queue) => `waits on ${queue}`),
    ...intermediates.map((queue) => `among the popped of ${queue}`),
    ...claims.map((supervisor) => `claimed by ${supervisor}`),
    ...registries,
  ]
  return `${status ?? 'no hash'}: ${where.length === 0 ? 'nowhere' : where.join(', ')}`
}
