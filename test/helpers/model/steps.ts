/** What random programs are made of. */
import fc from 'fast-check'
import type { JobSpec } from './enqueue.js'
import type { End } from './run.js'
import { queueNames, registryNames, type QueueName, type RegistryName } from './state.js'

/** `which` chooses among what the step can be done to when its turn comes, so that a program stays one when it shrinks. */
export type Step =
  | { readonly do: 'enqueue'; readonly spec: SpecChoice }
  /** A job under an id that exists. */
  | { readonly do: 'overwrite'; readonly which: number; readonly spec: SpecChoice }
  | { readonly do: 'claim'; readonly limit: number }
  | { readonly do: 'start'; readonly which: number }
  | { readonly do: 'settle'; readonly which: number; readonly end: End }
  /** Claim, start and settle. */
  | { readonly do: 'run'; readonly end: End }
  | { readonly do: 'cancel'; readonly which: number; readonly enqueueDependents: boolean }
  | { readonly do: 'delete'; readonly which: number; readonly deleteDependents: boolean }
  | { readonly do: 'requeue'; readonly which: number; readonly atFront: boolean }
  | { readonly do: 'requeueFailed'; readonly queue: QueueName; readonly which: number; readonly atFront: boolean }
  /** Time passes, so that some scheduled jobs are due, and the scheduler looks. */
  | { readonly do: 'promote'; readonly queue: QueueName; readonly which: number; readonly limit: number }
  | {
      readonly do: 'remove'
      readonly registry: RegistryName
      readonly queue: QueueName
      readonly which: number
      readonly deleteJob: boolean
    }
  | { readonly do: 'empty'; readonly queue: QueueName }
  /** The hash of a job, and what hangs on it, expires. */
  | { readonly do: 'expire'; readonly which: number }

/** A job, with numbers for its parents, each of which chooses among the jobs that there have been. */
export type SpecChoice = Omit<JobSpec, 'parents'> & { readonly parents: readonly number[] }

const queue = fc.constantFrom(...queueNames)
const which = fc.nat(100)
const rarely = fc.integer({ min: 0, max: 3 }).map((one) => one === 3)
const intervals = fc.array(fc.constantFrom(0, 100), { minLength: 1, maxLength: 2 })
const end = fc.constantFrom<End>('returned', 'returned', 'returned', 'raised', 'raised', 'stopped', 'interrupted')

/** The value one time in `oneIn`, else nothing. */
function sometimes<T>(value: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
}

const spec: fc.Arbitrary<SpecChoice> = fc
  .record({
    queue,
    atFront: rarely,
    ttlSec: sometimes(fc.constant(1_000), 3),
    group: sometimes(fc.constantFrom('G', 'H'), 3),
    resultTtlSec: sometimes(fc.constantFrom(0, -1, 700), 2),
    failureTtlSec: sometimes(fc.constantFrom(0, -1, 900), 2),
    retry: sometimes(
      fc.record({ max: fc.integer({ min: 1, max: 2 }), interval: intervals, enqueueAtFront: fc.boolean() }),
      3,
    ),
    repeat: sometimes(fc.record({ times: fc.integer({ min: 1, max: 2 }), interval: intervals }), 4),
    parents: fc.oneof(fc.constant([]), fc.uniqueArray(fc.nat(100), { minLength: 1, maxLength: 3 })),
    allowFailure: fc.boolean(),
    parentsAtFront: rarely,
    delaySec: sometimes(fc.constantFrom(300, 600), 4),
  })
  .map(({ delaySec, parents, ...rest }) => {
    const isScheduled = delaySec !== undefined && parents.length < 2
    // Options that are not given must be absent, not undefined.
    const given = Object.entries({ ...rest, ...(isScheduled ? { delaySec, parents: [] } : { parents }) })
    return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as unknown as SpecChoice
  })

const kinds: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 8, arbitrary: fc.record({ do: fc.constant('enqueue' as const), spec }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('overwrite' as const), which, spec }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('claim' as const), limit: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), which, end }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('run' as const), end }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), which, enqueueDependents: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), which, deleteDependents: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('requeue' as const), which, atFront: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('requeueFailed' as const), queue, which, atFront: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('promote' as const), queue, which, limit: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('remove' as const),
      registry: fc.constantFrom<RegistryName>('started', ...registryNames),
      queue,
      which,
      deleteJob: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('empty' as const), queue }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), which }) },
]

export const programs: fc.Arbitrary<Step[]> = fc.array(fc.oneof(...kinds), { minLength: 5, maxLength: 40, size: 'max' })
