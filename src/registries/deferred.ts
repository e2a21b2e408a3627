import { JobRegistry, type RegistryOptions } from './registry.js'

/** The jobs of a queue that wait for other jobs. Nothing runs out here. */
export class DeferredJobRegistry extends JobRegistry {
  constructor(queue: string, options: RegistryOptions) {
    super(queue, options, { key: (keys) => keys.deferred(queue) })
  }
}
