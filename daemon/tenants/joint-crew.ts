import { coerceError } from '../../src/errors.js'
import type { Crew } from '../supervisor/changes.js'

/**
 * What a change of the executors concerns, of all tenants together: a slot of the pool has a worker of the same name with
 * each of them.
 */
export function jointCrew(crews: readonly Crew[]): Crew {
  const workers = (): readonly string[] => crews[0]?.presence.workers ?? []

  /** @throws the first error, after all have been asked. */
  const dismiss = async (names: readonly string[]): Promise<void> => {
    const asked = crews.map((crew) => crew.presence.dismiss(names))
    const refused = (await Promise.allSettled(asked)).find(({ status }) => status === 'rejected')
    if (refused?.status === 'rejected') throw coerceError(refused.reason)
  }

  /** All or none: where one tenant has no such workers, no slot may be used for it. */
  const enlist = async (count: number): Promise<string[]> => {
    const asked = await Promise.allSettled(crews.map((crew) => crew.presence.enlist(count)))
    const refused = asked.find(({ status }) => status === 'rejected')
    const names = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    if (refused?.status !== 'rejected') return names[0] ?? []
    const enlisted = crews.filter((_, i) => asked[i]?.status === 'fulfilled')
    // Workers that stay behind without a slot run out by themselves.
    await Promise.allSettled(enlisted.map(({ presence }) => presence.dismiss(names[0] ?? [])))
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
        await Promise.all(crews.map((crew) => crew.commands.serve(names)))
      },
    },
    settled: () => Promise.all(crews.map((crew) => crew.settled())),
    onSettlePolicy: (policy) => {
      for (const crew of crews) crew.onSettlePolicy(policy)
    },
  }
}
