import { JobRegistry, type RegistryOptions } from './registry.js'

/** The cancelled jobs of a queue. They are kept until somebody deletes them. */
export class CanceledJobRegistry extends JobRegistry {
  constructor(queue: string, options: RegistryOptions) {
    super(queue, options, { key: (keys) => keys.canceled(queue) })
  }
}
