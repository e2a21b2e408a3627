import type { Random } from '../random.js'

/** In which order the next claim looks at the queues. What it brings goes by that order; between claims it may change. */
export interface QueueOrder {
  /** These queues, in the order for the next claim. */
  next(queues: readonly string[]): readonly string[]
  /** A claim has brought jobs, the last of them from this queue. */
  took(queue: string): void
}

/** `default`: strict priority. `round-robin` and `random`: as RQ has them. `weighted`: at random, by weight. */
export type DequeueStrategy = 'default' | 'round-robin' | 'random' | 'weighted'

/** In the order in which the queues were named, always. */
export const strictOrder: QueueOrder = { next: (queues) => queues, took: () => undefined }

/**
 * The order for a strategy. `weights`, above 0, count for `weighted` only: a queue comes first in proportion to its
 * own; one without has 1.
 */
export function queueOrder(
  strategy: DequeueStrategy,
  weights: Readonly<Record<string, number>>,
  random: Pick<Random, 'unit'>,
): QueueOrder {
  switch (strategy) {
    case 'default':
      return strictOrder
    case 'round-robin':
      return new RoundRobin()
    case 'random':
      return { next: (queues) => drawn(queues, () => 1, random), took: () => undefined }
    case 'weighted': {
      const weightOf = (queue: string): number => (Object.hasOwn(weights, queue) ? (weights[queue] ?? 1) : 1)
      return { next: (queues) => drawn(queues, weightOf, random), took: () => undefined }
    }
  }
}

/** The queue that gave something goes last, and those before it with it. */
class RoundRobin implements QueueOrder {
  #last: string | undefined

  next(queues: readonly string[]): readonly string[] {
    const at = this.#last === undefined ? -1 : queues.indexOf(this.#last)
    return at === -1 ? queues : [...queues.slice(at + 1), ...queues.slice(0, at + 1)]
  }

  took(queue: string): void {
    this.#last = queue
  }
}

/** Draw one after the other, each with a chance in proportion to its weight. */
function drawn(queues: readonly string[], weightOf: (queue: string) => number, random: Pick<Random, 'unit'>): string[] {
  const left = [...queues]
  const order: string[] = []
  while (left.length > 0) {
    let point = random.unit() * left.reduce((sum, queue) => sum + weightOf(queue), 0)
    const at = left.findIndex((queue) => (point -= weightOf(queue)) < 0)
    // Rounding may leave none: then it is the last.
    order.push(...left.splice(at === -1 ? left.length - 1 : at, 1))
  }
  return order
}
