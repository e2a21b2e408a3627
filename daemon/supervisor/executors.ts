import type { Pool } from './pool.js'

/** What a supervisor uses of the executors: a pool of its own, or its share of one. */
export interface Executors extends Pick<
  Pool,
  | 'start'
  | 'stop'
  | 'size'
  | 'busy'
  | 'isMoving'
  | 'assign'
  | 'send'
  | 'interrupt'
  | 'kill'
  | 'takeBack'
  | 'view'
  | 'leaving'
  | 'retiring'
> {
  /** As the pool has it; `coming`: jobs that have come and do not wait for an executor yet. */
  capacity(estimateMs: number | undefined, coming: number): number
}

/** What somebody who shares a pool wants of it. */
export interface Demand {
  /** Jobs that wait here for an executor. */
  readonly waiting: number
  /** Most jobs that are on their way here. */
  readonly coming: number
  /** Whether it would bring more. */
  readonly isHungry: boolean
  /** How long any of its jobs may well take, milliseconds; undefined: nobody knows. */
  readonly jobMs: number | undefined
  /** How far its Redis is, milliseconds; null: nobody knows. */
  readonly distanceMs: number | null
}
