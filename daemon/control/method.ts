import type * as zod from 'zod'

/** One method of the control protocol. `changes`: it changes what is there, so each call is logged. */
export interface Method<P extends zod.ZodObject = zod.ZodObject, R extends zod.ZodType = zod.ZodType> {
  readonly summary: string
  readonly changes: boolean
  /** Parameters by name; by position in the order given here. */
  readonly params: P
  readonly result: R
}
