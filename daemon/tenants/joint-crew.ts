import { coerceError } from '../../src/errors.js'
import type { ChangesOptions } from '../supervisor/changes.js'
import type { Crew } from '../supervisor/supervisor.js'

/** A tenant, where executors change that all share. */
export interface CrewedTenant {
  readonly name: string
  readonly crew: Crew
}

type JointCrew = Pick<ChangesOptions, 'presence' | 'commands' | 'settled' | 'onSettlePolicy'>

/**
 * What a change of the executors concerns, of all tenants together: a slot of the pool has a worker of the same name with
 * each of them.
 */
export function jointCrew(tenants: readonly CrewedTenant[]): JointCrew {
  const workers = (): readonly string[] => tenants[0]?.crew.presence.workers ?? []

  /** @throws the first error, after all have been asked. */
  const dismiss = async (names: readonly string[]): Promise<void> => {
    const asked = tenants.map(({ crew }) => crew.presence.dismiss(names))
    const refused = (await Promise.allSettled(asked)).find(({ status }) => status === 'rejected')
    if (refused?.status === 'rejected') throw coerceError(refused.reason)
  }

  /** All or none: where one tenant has no such workers, no slot may be used for it. */
  const enlist = async (count: number): Promise<string[]> => {
    const asked = await Promise.allSettled(tenants.map(({ crew }) => crew.presence.enlist(count)))
    const refused = asked.find(({ status }) => status === 'rejected')
    const names = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    if (refused?.status !== 'rejected') return names[0] ?? []
    const enlisted = tenants.filter((_, i) => asked[i]?.status === 'fulfilled')
    // Workers that stay behind without a slot run out by themselves.
    await Promise.allSettled(enlisted.map(({ crew }) => crew.presence.dismiss(names[0] ?? [])))
    throw coerceError(refused.reason)
  }

  return {
    presence: {
      get workers() {
        return workers()
      },
      enlist,
      dismiss,
    },
    commands: {
      serve: async (names) => {
        await Promise.all(tenants.map(({ crew }) => crew.commands.serve(names)))
      },
    },
    settled: () => Promise.all(tenants.map(({ crew }) => crew.settled())),
    onSettlePolicy: (policy) => {
      for (const { crew } of tenants) crew.settleBy(policy)
    },
  }
}
