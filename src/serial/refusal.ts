/** Refusing to write a value: the reason is known where it is met, the path only to the whole. */
import { UnrepresentableError } from '../errors.js'
import { findWithin } from './where.js'

/** Thrown inside a writer, and turned into an UnrepresentableError at its edge. */
export class Refusal extends Error {
  readonly reason: string
  readonly culprit: unknown

  constructor(reason: string, culprit: unknown) {
    super(reason)
    this.reason = reason
    this.culprit = culprit
  }
}

/** Thrown where the depth bound is met: a circle, or real depth. */
export class TooDeep extends Error {}

/** Run a writer on `root`; a refusal becomes an UnrepresentableError that says where. */
export function locating<T>(format: string, root: unknown, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (error instanceof Refusal) {
      const at = findWithin(root, 'value', (value) => Object.is(value, error.culprit))?.path ?? 'value'
      throw new UnrepresentableError(`${format} cannot hold ${at}: ${error.reason}`, { cause: error })
    }
    if (error instanceof TooDeep) {
      const circle = findWithin(root, 'value', (_, isInside) => isInside)
      const reason = circle === undefined ? error.message : `${circle.path} refers back to a value that contains it`
      throw new UnrepresentableError(`${format} cannot hold the value: ${reason}`, { cause: error })
    }
    throw error
  }
}

/** Words for a value that no format can hold. */
export function kindOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    const name: unknown = (value.constructor as { name?: unknown } | undefined)?.name
    return `an object of class ${typeof name === 'string' && name !== '' ? name : Object.prototype.toString.call(value)}`
  }
  return `a ${typeof value}`
}
