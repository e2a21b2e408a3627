/** The methods that may be ordered of a daemon through Redis. */
export const orderMethods = [
  'status',
  'pause',
  'resume',
  'drain',
  'scale',
  'restart-executors',
  'reload',
  'shutdown',
] as const

/** One of them. */
export type OrderMethod = (typeof orderMethods)[number]

/** Whether a method may be ordered. */
export function isOrderMethod(name: string): name is OrderMethod {
  return (orderMethods as readonly string[]).includes(name)
}
