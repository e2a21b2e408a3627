import type { RegistryName } from '../redis/key-family.js'
import type { Suspect } from './suspect.js'

/** The parts of a check. `names` comes first: it tells of which queues there are the others. */
export const partNames = [
  'names',
  'queues',
  'workers',
  'daemons',
  'outbox',
  'queue',
  'intermediate',
  'wip',
  'finished',
  'failed',
  'deferred',
  'scheduled',
  'canceled',
  'jobs',
] as const
export type PartName = (typeof partNames)[number]

/** A part that one queue has. */
export interface QueuePart {
  readonly part: Extract<PartName, RegistryName | 'queue' | 'intermediate' | 'workers'>
  readonly queue: string
}

/** A stretch of a part. */
export interface Stretch {
  readonly part: PartName
  /** Of a part that each queue has, and of the workers of one queue. */
  readonly queue: string
  /** Where to go on; empty at the start. */
  readonly cursor: string
}

/** What was found in a stretch. */
export interface Step {
  /** Where to go on; empty at the end. */
  readonly cursor: string
  /** How many keys or entries were passed, and about how many there are in the part. */
  readonly looked: number
  readonly total: number
  readonly suspects: readonly Suspect[]
  /** What there is to look at, from `names`. */
  readonly parts: readonly QueuePart[]
  /** The ids on the list of a queue, from `queue`. */
  readonly ids: readonly string[]
  /** The key of that list. */
  readonly list: string
  /** Jobs that should be on a list, from `jobs`. */
  readonly waiting: readonly { readonly id: string; readonly queue: string; readonly key: string }[]
  /** Jobs by queue, and the memory of some of them, from `jobs`. */
  readonly counts: Readonly<Record<string, number>>
  readonly samples: readonly MemorySample[]
}

/** The memory of one job with its results. */
export interface MemorySample {
  readonly queue: string
  /** As its description names it. */
  readonly func: string
  readonly bytes: number
}

/** A step with nothing left out. */
export function step(given: Pick<Step, 'cursor' | 'looked' | 'total'> & Partial<Step>): Step {
  return { suspects: [], parts: [], ids: [], list: '', waiting: [], counts: {}, samples: [], ...given }
}
