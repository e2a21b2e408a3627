import type { Service } from '../src/service.js'
import type { FirstLink } from './first-link.js'

/** How the scopes of a daemon begin. */
export interface Begun {
  /** Resolves when those work whose Redis answers, and one at least. */
  readonly there: Promise<void>
  /** Rejects if one that begins later cannot. */
  readonly failed: Promise<never>
}

/** Start each scope as soon as its Redis answers: no tenant waits for another one's. `links`: of the scopes, in order. */
export function beginAll(scopes: readonly Pick<Service, 'start'>[], links: readonly FirstLink[]): Begun {
  const begun = scopes.map(async (scope, i) => {
    if ((await links[i]?.ready) === true) await scope.start()
  })
  const failed = new Promise<never>((_, reject) => {
    for (const each of begun) each.catch(reject)
  })
  failed.catch(() => undefined)
  const known = begun.map((each, i) => Promise.race([each, links[i]?.away]))
  return { there: Promise.all([Promise.race(begun), ...known]).then(() => undefined), failed }
}
