import type * as zod from 'zod'
import type { Clock } from '../../src/clock.js'
import type { Random } from '../../src/random.js'
import type { Store } from '../../src/redis/store.js'
import type { Method } from '../control/method.js'
import type { Status } from '../control/operations.js'

/** What a method about data at rest works with. */
export interface DataAccess {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  /** What the daemon that serves the method tells of itself; absent where rqctl runs it. */
  readonly daemon?: (() => Promise<Status>) | undefined
}

/**
 * A method about jobs and queues as they lie in Redis. A daemon serves it on its socket; where none runs, rqctl runs it
 * by itself. So it may use Redis, and nothing of a daemon; work on many jobs is cut into calls that end soon.
 */
export interface DataMethod<
  P extends zod.ZodObject = zod.ZodObject,
  R extends zod.ZodType = zod.ZodType,
> extends Method<P, R> {
  run(access: DataAccess, params: zod.output<P>): Promise<zod.output<R>>
}

/** Holds the parts of a method to one another. */
export function dataMethod<P extends zod.ZodObject, R extends zod.ZodType>(method: DataMethod<P, R>): DataMethod<P, R> {
  return method
}
